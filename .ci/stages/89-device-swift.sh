# The device library for Swift: sources are generated and parsed with those of the package. Nothing here compiles Swift.
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
if ! python3 -m venv "$work/venv" 2>/dev/null; then
    echo "absent: Python with venv, skipped"
    exit 77
fi
pip=("$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --retries 1 --timeout 20)
if ! "${pip[@]}" -r ffi/swift/requirements.txt >"$work/pip.log" 2>&1; then
    if grep -q -e 'Retrying (' -e 'connection broken' "$work/pip.log"; then
        echo "absent: the Python package registry, skipped"
        exit 77
    fi
    cat "$work/pip.log"
    exit 1
fi
ffi/generate.sh swift "$work/generated"
"$work/venv/bin/python" ffi/swift/parse.py ffi/swift/Package.swift ffi/swift/Sources/Roundsman/Async.swift "$work"/generated/*.swift
grep -q 'module RoundsmanFFI' "$work/generated/RoundsmanFFI.modulemap"
echo "Swift was generated and parsed. It was not compiled: there is no Swift compiler here."
