# The core as a browser gets it. The `wasm_js` feature of getrandom is set by the core's Cargo.toml, so no
# RUSTFLAGS are needed; zstd is C and wants a compiler that knows wasm32.
if ! command -v clang >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq clang >/dev/null
fi
if command -v rustup >/dev/null; then
    rustup target add wasm32-unknown-unknown
fi
cargo check -p roundsman-sync-core --no-default-features --target wasm32-unknown-unknown --locked
