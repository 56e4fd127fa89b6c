//! What may stand in a text.

/// The place of the first letter that no text holds: the control characters of ASCII but tab and the ends of
/// lines. They do nothing on a page, cannot be typed, and make a terminal do what its owner never asked for.
///
/// U+0080 to U+009F are let through: they are what damaged quotation marks of other systems turn into, and
/// keeping such a text as it came is better than refusing it.
pub fn control_character(text: &str) -> Option<usize> {
    text.chars().position(|c| c.is_ascii_control() && !matches!(c, '\n' | '\r' | '\t'))
}
