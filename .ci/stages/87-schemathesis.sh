# The description of the interface holds: schemathesis makes requests of it, good and bad ones, as each role of the
# office and as nobody, and no answer is a failure of the server or one that the description does not know.
if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "absent: Python 3.11 with venv, skipped"
    exit 77
fi
work="$(mktemp -d)"
server=
trap '[[ -z $server ]] || kill "$server"; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
# Only a registry that cannot be reached is a reason to skip: a pin that no longer exists must fail.
pip=("$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --retries 1 --timeout 20)
if ! "${pip[@]}" -r tests/schemathesis/requirements.txt >"$work/pip.log" 2>&1; then
    if grep -q -e 'Retrying (' -e 'connection broken' "$work/pip.log"; then
        echo "absent: the Python package registry, skipped"
        exit 77
    fi
    cat "$work/pip.log"
    exit 1
fi

# The whole workspace, so that libraries are built with the features that the tests have built them with.
cargo build --workspace --bins --locked
bash -euo pipefail tests/schemathesis/run.sh "$CARGO_TARGET_DIR/debug" "$work" "$work/venv/bin/schemathesis"
