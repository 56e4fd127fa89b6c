# The device library for Python: its types are checked, and every scenario of ffi/scenarios.json is lived through against a
# running server, with the guard's shift of the examples, faults and kills.
if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    echo "absent: Python 3.10 with venv, skipped"
    exit 77
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
# Only a registry that cannot be reached is a reason to skip: a pin that no longer exists must fail.
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
# The stubs are checked in, because a wheel is packed before anything is generated.
if ! python3 ffi/python/stubs.py "$work/generated/roundsman_ffi.py" | diff -u ffi/python/src/roundsman/roundsman_ffi.pyi -; then
    echo "ffi/python/src/roundsman/roundsman_ffi.pyi is not what ffi/python/stubs.py writes of the library as it is"
    exit 1
fi
# The package as a wheel holds it, around the library of the shared build.
mkdir "$work/package"
cp -r ffi/python/src/roundsman "$work/package/"
cp "$work/generated/roundsman_ffi.py" "$CARGO_TARGET_DIR/debug/libroundsman_ffi.so" "$work/package/roundsman/"
export PYTHONPATH="$work/package" MYPYPATH="$work/package"

export ROUNDSMAN="$CARGO_TARGET_DIR/debug/roundsman"
mkdir -p "$CARGO_TARGET_DIR/scenarios"
export ROUNDSMAN_RESULTS="$CARGO_TARGET_DIR/scenarios/python.json"
rm -f "$ROUNDSMAN_RESULTS"
"$work/venv/bin/python" -m mypy --strict --cache-dir "$work/mypy" ffi/python/examples
ROUNDSMAN_KILLS="${ROUNDSMAN_KILLS:-50}" "$work/venv/bin/python" -B -m pytest -q -s -p no:cacheprovider ffi/python/tests
python3 ffi/scenarios.py "$CARGO_TARGET_DIR/scenarios"
