#!/usr/bin/env bash
# Generates the sources of one language into a folder, from the library as it is built for this machine.
#
#   ffi/generate.sh python|kotlin|swift FOLDER
#
# Nothing generated is checked in: whoever builds the library has the sources that fit it, and no others work.
set -euo pipefail
language="$1" out="$(realpath -m "$2")"
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-$PWD/target}"
# The whole workspace, so that libraries are built with the features that the tests have built them with.
cargo build --workspace --lib --bins --locked
library="$(find "$target/debug" -maxdepth 1 -name 'libroundsman_ffi.so' -o -maxdepth 1 -name 'libroundsman_ffi.dylib')"
"$target/debug/uniffi-bindgen" generate --no-format --language "$language" --out-dir "$out" "$library"
