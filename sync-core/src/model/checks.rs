//! Bounds on what people type. Checked when a command is given, before anything is written.

use super::command::NewPhoto;
use super::money::Fen;
use crate::clock::Timestamp;
use crate::document::control_character;
use crate::error::{ErrorCode, Refusal};
use crate::limits::{
    FIELD_CHARS_MAX, NOTE_CHARS_MAX, PHOTO_BYTES_MAX, PREVIEW_BYTES_MAX, SUM_FEN_MAX, TYPED_AHEAD_MS_MAX,
    TYPED_TIME_MIN,
};

/// A text of any lines, at most so many letters long.
pub(super) fn long_text(field: &str, text: &str, chars_max: usize) -> Result<(), Refusal> {
    no_longer(field, text, chars_max)?;
    if let Some(at) = control_character(text) {
        return Err(Refusal::new(
            ErrorCode::TextInvalid,
            format!("{field} has a control character at letter {}", at + 1),
        ));
    }
    Ok(())
}

/// At most so many letters, whatever they are: for a text that stands already, which nobody is to blame for.
pub(super) fn no_longer(field: &str, text: &str, chars_max: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length > chars_max {
        let why = format!("{field} has {length} letters; at most {chars_max} fit");
        return Err(Refusal::new(ErrorCode::TextTooLong, why));
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

/// A value outside the range that its field takes.
pub(super) fn out_of_range(message: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::ValueOutOfRange, message)
}

/// A time that somebody typed or picked, unlike the reading of a clock, which is always kept.
pub(super) fn typed_time(field: &str, at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    if at < TYPED_TIME_MIN {
        return Err(out_of_range(format!("{field} is {at}; times before {TYPED_TIME_MIN} are mistyped")));
    }
    // A phone whose clock stands in 1970 still knows that people plan from the year 2000 on.
    let latest = now.max(TYPED_TIME_MIN).plus_millis(TYPED_AHEAD_MS_MAX);
    if at > latest {
        return Err(out_of_range(format!(
            "{field} is {at}, which is years ahead; it can be {latest} at most"
        )));
    }
    Ok(())
}

/// A sum that is no slip of the finger.
pub(super) fn money(field: &str, sum: Fen) -> Result<(), Refusal> {
    if sum.0 > SUM_FEN_MAX {
        let most = Fen(SUM_FEN_MAX);
        return Err(out_of_range(format!("{field} is {sum} yuan; at most {most} is taken")));
    }
    Ok(())
}

/// The mention of a photo that can be kept.
pub(super) fn photo(new: &NewPhoto) -> Result<(), Refusal> {
    long_text("caption", &new.caption, NOTE_CHARS_MAX)?;
    if new.size == 0 {
        return Err(Refusal::new(ErrorCode::PhotoEmpty, "the photo has no bytes"));
    }
    if new.size > PHOTO_BYTES_MAX {
        return Err(Refusal::new(
            ErrorCode::PhotoTooLarge,
            format!("the photo has {} bytes; at most {PHOTO_BYTES_MAX} are taken", new.size),
        ));
    }
    if let Some(preview) = new.preview
        && !(1..=PREVIEW_BYTES_MAX).contains(&preview.size)
    {
        let message = format!("the preview has {} bytes; 1 to {PREVIEW_BYTES_MAX} are taken", preview.size);
        return Err(Refusal::new(ErrorCode::PhotoTooLarge, message));
    }
    Ok(())
}
