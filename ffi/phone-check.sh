#!/usr/bin/env bash
# The device library as phones get it, plain and with encryption: the encrypted one lives through every scenario and through
# what only it can show, and the figures of both are written to target/device-figures.json. Not a stage of .ci/run: two builds
# in one piece take as long as all the others together. Needs npm, Python with venv, and both registries.
#
#   ffi/phone-check.sh
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: \
    -r ffi/python/tests/requirements.txt
ffi/generate.sh python "$work/generated"

encrypted="$(ffi/phone.sh encrypted | tail -n 1)"
plain="$(ffi/phone.sh plain | tail -n 1)"

# The package with each of the two in the place of the usual library.
for kind in plain encrypted; do
    mkdir -p "$work/$kind"
    cp -r ffi/python/src/roundsman "$work/$kind/"
    cp "$work/generated/roundsman_ffi.py" "${!kind}" "$work/$kind/roundsman/"
done
export ROUNDSMAN="$CARGO_TARGET_DIR/debug/roundsman" ROUNDSMAN_KILLS="${ROUNDSMAN_KILLS:-20}"
mkdir -p "$CARGO_TARGET_DIR/scenarios"
ROUNDSMAN_RESULTS="$CARGO_TARGET_DIR/scenarios/python-encrypted.json" ROUNDSMAN_SPEAKS_NO_HTTP=1 ROUNDSMAN_ENCRYPTS=1 \
    PYTHONPATH="$work/encrypted" "$work/venv/bin/python" -B -m pytest -q -s -p no:cacheprovider ffi/python/tests
"$work/venv/bin/python" -B ffi/bench/bench.py "$work/plain" "$plain" "$encrypted" >"$CARGO_TARGET_DIR/device-figures.json"
python3 ffi/scenarios.py "$CARGO_TARGET_DIR/scenarios"
