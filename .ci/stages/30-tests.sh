# Documentation examples first, so that the run closes with the count of the tests proper.
cargo test --doc --workspace --locked
if command -v cargo-nextest >/dev/null; then
    cargo nextest run --workspace --locked --no-fail-fast
else
    cargo test --workspace --all-targets --locked --no-fail-fast
fi
