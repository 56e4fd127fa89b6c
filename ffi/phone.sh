#!/usr/bin/env bash
# Builds the device library as phones get it: small, HTTP and previews left to the app, few time zones.
#
#   ffi/phone.sh plain|encrypted [ARGUMENTS OF CARGO]     such as --target aarch64-linux-android
#
# Prints the file on its last line.
set -euo pipefail
kind="$1"
shift
cd "$(dirname "$0")"
target="${CARGO_TARGET_DIR:-$PWD/../target}"
CHRONO_TZ_TIMEZONE_FILTER="$(cat zones.txt)"
export CHRONO_TZ_TIMEZONE_FILTER
# What rusqlite builds into SQLite and the store does not use.
export LIBSQLITE3_FLAGS="-USQLITE_ENABLE_FTS3 -USQLITE_ENABLE_FTS3_PARENTHESIS -USQLITE_ENABLE_FTS5 -USQLITE_ENABLE_RTREE
    -USQLITE_ENABLE_STAT4 -USQLITE_ENABLE_DBSTAT_VTAB -USQLITE_SOUNDEX"
# Functions that came out the same are kept once, relocations are packed: 0.9 MB of 8.7 together with what SQLite leaves out. Any linker of the LLVM project
# knows both; a system's loader has known the second since Android 9 and glibc 2.36.
link=(-C link-arg=-Wl,--icf=all -C link-arg=-Wl,-z,pack-relative-relocs)

case "$kind" in
plain)
    cargo rustc --lib --locked --profile phone --no-default-features --features bundled,few-zones "$@" -- "${link[@]}"
    find "$target/" -maxdepth 3 -path '*/phone/libroundsman_ffi.so' -not -path '*/encrypted/*' | head -n 1
    ;;
encrypted)
    built="$(encryption/build.sh --profile phone --features few-zones "$@" -- "${link[@]}" | tail -n 1)"
    find "$built/" -maxdepth 3 -path '*/phone/libroundsman_ffi.so' | head -n 1
    ;;
*)
    echo "phone.sh plain|encrypted" >&2
    exit 2
    ;;
esac
