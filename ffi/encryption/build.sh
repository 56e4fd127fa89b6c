#!/usr/bin/env bash
# Builds the device library with encryption: SQLite3 Multiple Ciphers in place of SQLite, ChaCha20-Poly1305 only.
#
#   ffi/encryption/build.sh [ARGUMENTS OF CARGO]     such as --profile phone --features few-zones
#
# Prints the folder of what was built on its last line. The server is never built this way, so it is a build of its own
# in a folder of its own. For another target set CC, AR and CFLAGS as its toolchain wants them.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-$PWD/../target}/encrypted"
work="$target/sqlite3mc"
mkdir -p "$work"

# The amalgamation, SQLite 3.53.2 with SQLite3 Multiple Ciphers (MIT), as this package of the npm registry carries it.
package=better-sqlite3-multiple-ciphers@12.11.1
sha256=670d8d053176b53a68073b168f8e68fb72db67bdf964a0eb130338e9391198b9
if [[ ! -e "$work/sqlite3.c" ]]; then
    (cd "$work" && npm pack --silent "$package" >/dev/null)
    tar xzf "$work"/better-sqlite3-multiple-ciphers-*.tgz -C "$work" --strip-components=3 package/deps/sqlite3
fi
echo "$sha256  $work/sqlite3.c" | sha256sum --check --quiet

if [[ ! -e "$work/libsqlite3.a" ]]; then
    # What the store needs and nothing else; the cipher it uses and no other. Sorting never leaves memory.
    ${CC:-cc} -c -Os -fPIC ${CFLAGS:-} -o "$work/sqlite3.o" "$work/sqlite3.c" \
        -DSQLITE_THREADSAFE=1 -DSQLITE_TEMP_STORE=3 -DSQLITE_DQS=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_DEPRECATED \
        -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_API_ARMOR -DHAVE_USLEEP=1 \
        -DHAVE_CIPHER_CHACHA20=1 -DCODEC_TYPE=CODEC_TYPE_CHACHA20 -DHAVE_CIPHER_AES_128_CBC=0 -DHAVE_CIPHER_AES_256_CBC=0 \
        -DHAVE_CIPHER_SQLCIPHER=0 -DHAVE_CIPHER_RC4=0 -DHAVE_CIPHER_ASCON128=0 -DHAVE_CIPHER_AEGIS=0 \
        -DSQLITE3MC_OMIT_AES_HARDWARE_SUPPORT=1
    ${AR:-ar} rcs "$work/libsqlite3.a" "$work/sqlite3.o"
fi

export SQLITE3_LIB_DIR="$work" SQLITE3_INCLUDE_DIR="$work" SQLITE3_STATIC=1
CARGO_TARGET_DIR="$target" cargo rustc --lib --locked --no-default-features "$@"
echo "$target"
