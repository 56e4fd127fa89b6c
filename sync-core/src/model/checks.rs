//! Bounds on what people type. Checked when a command is given, before anything is written.

use crate::error::{ErrorCode, Refusal};
use crate::limits::FIELD_CHARS_MAX;

/// A text of any lines, at most so many letters long.
pub(super) fn long_text(field: &str, text: &str, chars_max: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length > chars_max {
        return Err(Refusal::new(
            ErrorCode::TextTooLong,
            format!("{field} has {length} letters; at most {chars_max} fit"),
        ));
    }
    // U+0080 to U+009F are let through: they are what damaged quotation marks of other systems turn
    // into, and keeping such a text as it came is better than refusing it.
    if let Some(at) = text.chars().position(|c| c.is_ascii_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Refusal::new(
            ErrorCode::TextInvalid,
            format!("{field} has a control character at letter {}", at + 1),
        ));
    }
    Ok(())
}

/// One line of at most [`FIELD_CHARS_MAX`] letters. Empty is fine.
pub(super) fn short_text(field: &str, text: &str) -> Result<(), Refusal> {
    long_text(field, text, FIELD_CHARS_MAX)?;
    match text.chars().position(|c| c.is_ascii_control()) {
        None => Ok(()),
        Some(at) => Err(Refusal::new(
            ErrorCode::TextInvalid,
            format!("{field} must be one line; letter {} breaks it", at + 1),
        )),
    }
}

/// One line that says something.
pub(super) fn required_text(field: &str, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::new(ErrorCode::FieldMissing, format!("{field} must not be empty")));
    }
    short_text(field, text)
}
