cargo check -p roundsman-sync-core --no-default-features --locked
