# Stock clients of tus, unmodified, bring every picture of the collection and are killed again and again on the way.
pictures="${ROUNDSMAN_SHARED:-../shared}/photos"
if [[ ! -d "$pictures" ]]; then
    echo "absent: $pictures, skipped"
    exit 77
fi
if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    echo "absent: npm and node, skipped"
    exit 77
fi
if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "absent: Python 3.11 with venv, skipped"
    exit 77
fi
if ! (cd tests/tus && npm ci --no-audit --no-fund --silent); then
    echo "absent: the packages of tests/tus, skipped"
    exit 77
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
# Only a registry that cannot be reached is a reason to skip: a pin that no longer exists must fail.
pip=("$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --retries 1 --timeout 20)
if ! "${pip[@]}" -r tests/tus/requirements.txt >"$work/pip.log" 2>&1; then
    if grep -q -e 'Retrying (' -e 'connection broken' "$work/pip.log"; then
        echo "absent: the Python package registry, skipped"
        exit 77
    fi
    cat "$work/pip.log"
    exit 1
fi

# The whole workspace, so that libraries are built with the features that the tests have built them with.
cargo build --workspace --bins --locked
"$work/venv/bin/python" -B tests/tus/run.py "$CARGO_TARGET_DIR/debug/roundsman-under-test" \
    "$CARGO_TARGET_DIR/debug/tus-tokens" "$pictures" "$work" "${SEED:-1}"
