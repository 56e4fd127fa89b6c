# Ten thousand requests against a real server: none leaves a file, connection or session behind, and promtool
# takes what /metrics says.
if ! command -v promtool >/dev/null; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends prometheus >/dev/null ||
        { echo "promtool is absent and cannot be installed"; exit 77; }
fi
cargo build --workspace --bins
python3 tests/metrics/requests.py "$CARGO_TARGET_DIR/debug/roundsman"
