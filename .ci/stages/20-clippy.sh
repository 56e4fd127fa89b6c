cargo clippy --workspace --all-targets --locked -- -D warnings
