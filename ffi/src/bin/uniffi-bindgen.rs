//! Generates the sources of the three languages from the built library: `ffi/generate.sh`.

fn main() {
    uniffi::uniffi_bindgen_main();
}
