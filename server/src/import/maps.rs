//! The map files that are built into the program.

/// The text of the built-in map of this name.
pub(super) fn text_of(name: &str) -> Option<&'static str> {
    match name {
        "nyc311" => Some(include_str!("maps/nyc311.toml")),
        "nyc-council" => Some(include_str!("maps/nyc-council.toml")),
        _ => None,
    }
}
