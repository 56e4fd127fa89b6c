# The device library as phones get it: small, without HTTP of its own, with few time zones; plain and with encryption.
# Sizes and figures are held to their targets, and the encrypted one lives through every scenario as well.
if ! command -v npm >/dev/null; then
    echo "absent: npm, from whose registry the encrypting SQLite comes; skipped"
    exit 77
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
pip=("$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --retries 1 --timeout 20)
if ! "${pip[@]}" -r ffi/python/tests/requirements.txt >"$work/pip.log" 2>&1; then
    if grep -q -e 'Retrying (' -e 'connection broken' "$work/pip.log"; then
        echo "absent: the Python package registry, skipped"
        exit 77
    fi
    cat "$work/pip.log"
    exit 1
fi
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
