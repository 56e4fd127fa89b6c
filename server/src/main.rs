//! The `roundsman` program: a shell over the library.
fn main() {}
