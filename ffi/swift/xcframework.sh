#!/usr/bin/env bash
# Builds RoundsmanFFI.xcframework for iPhones and their simulator, and generates Sources/Roundsman/Roundsman.swift.
# Needs a Mac with Xcode and Rust; nothing else can link for iOS.
set -euo pipefail
cd "$(dirname "$0")"
[[ "$(uname)" == Darwin ]] || { echo "xcframework.sh needs a Mac with Xcode" >&2; exit 77; }
root="$(cd ../.. && pwd)"
target="${CARGO_TARGET_DIR:-$root/target}"
build="$target/swift"
rm -rf "$build" RoundsmanFFI.xcframework

# Previews are drawn by the app and HTTP is URLSession's: see docs/device-guide.md.
for triple in aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios; do
    rustup target add "$triple"
    CHRONO_TZ_TIMEZONE_FILTER="$(cat ../zones.txt)" cargo rustc --lib --crate-type staticlib --manifest-path ../Cargo.toml --locked --profile phone \
        --no-default-features --features bundled,few-zones --target "$triple"
done
../generate.sh swift "$build/generated"
mkdir -p "$build/headers" "$build/simulator"
cp "$build/generated/RoundsmanFFI.h" "$build/headers/"
cp "$build/generated/RoundsmanFFI.modulemap" "$build/headers/module.modulemap"
cp "$build/generated/Roundsman.swift" Sources/Roundsman/
lipo -create -output "$build/simulator/libroundsman_ffi.a" \
    "$target/aarch64-apple-ios-sim/phone/libroundsman_ffi.a" "$target/x86_64-apple-ios/phone/libroundsman_ffi.a"
xcodebuild -create-xcframework -output RoundsmanFFI.xcframework \
    -library "$target/aarch64-apple-ios/phone/libroundsman_ffi.a" -headers "$build/headers" \
    -library "$build/simulator/libroundsman_ffi.a" -headers "$build/headers"
