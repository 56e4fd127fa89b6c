# docs/protocol.md is enough to write a client: one in Python, made from that page and those it points to, makes its
# examples again, and then lives through the rest with two phones and a server. One line for each statement that held.
if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "absent: Python 3.11 with venv, skipped"
    exit 77
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
python="$work/venv/bin/python"
# Only a registry that cannot be reached is a reason to skip: a pin that no longer exists must fail.
pip=("$python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --retries 1 --timeout 20)
if ! "${pip[@]}" -r tests/stranger/requirements.txt >"$work/pip.log" 2>&1; then
    if grep -q -e 'Retrying (' -e 'connection broken' "$work/pip.log"; then
        echo "absent: the Python package registry, skipped"
        exit 77
    fi
    cat "$work/pip.log"
    exit 1
fi

cargo build -p roundsman-server --release --locked
if ! "$python" -B tests/stranger/story.py "$CARGO_TARGET_DIR/release/roundsman" "$work/data"; then
    [[ ! -e "$work/data.log" ]] || tail -n 40 "$work/data.log"
    exit 1
fi
