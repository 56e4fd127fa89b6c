//! Whether what somebody states about a point can be a result of this round.
//!
//! Everything is asked of the plan alone, which never changes: what was taken once is taken again when the
//! edit is made again on other ground.

use super::checks::{long_text, out_of_range, photo, required_text};
use super::command::NewCheck;
use super::round::{Answer, Reading, Round};
use super::route::{Ask, Checkpoint, Item};
use super::words::SkipReason;
use crate::error::{ErrorCode, Refusal};
use crate::limits::{CHECK_PHOTOS_MAX, FIGURE_MILLI_MAX, NOTE_CHARS_MAX};

/// A result that can be kept.
pub(super) fn result(round: &Round, new: &NewCheck) -> Result<(), Refusal> {
    long_text("note", &new.note, NOTE_CHARS_MAX)?;
    let Some(point) = round.plan.checkpoint(new.checkpoint) else {
        let message = format!("point {} is not one of this round", new.checkpoint);
        return Err(Refusal::new(ErrorCode::CheckpointUnknown, message));
    };
    if new.photos.len() > CHECK_PHOTOS_MAX {
        return Err(out_of_range(format!("a result has at most {CHECK_PHOTOS_MAX} photos")));
    }
    new.photos.iter().try_for_each(|brought| photo(&brought.photo))?;
    match &new.reading {
        Reading::Nfc { code } => same_code(round, point, code)?,
        Reading::Qr { code, photo } => {
            same_code(round, point, code)?;
            if !new.brings(*photo) {
                return Err(photo_required("a printed code is read together with a photo of the place"));
            }
        }
        Reading::Unreadable { photo } => {
            if !new.brings(*photo) {
                return Err(photo_required("that a code cannot be read is shown by a photo of it"));
            }
        }
        Reading::Skipped { reason } => return skipped(new, *reason),
    }
    answers(point, new)
}

fn photo_required(message: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::PhotoRequired, message)
}

/// The code of a point says that somebody stood there, and nowhere else.
fn same_code(round: &Round, point: &Checkpoint, code: &str) -> Result<(), Refusal> {
    if code == point.code {
        return Ok(());
    }
    let other = round.plan.checkpoints.iter().find(|planned| planned.checkpoint.code == code);
    let message = match other {
        Some(other) => {
            format!("the code that was read is that of '{}', not of '{}'", other.checkpoint.name, point.name)
        }
        // What a stranger's code says is no text to repeat.
        None => format!("the code that was read is not that of '{}'", point.name),
    };
    Err(Refusal::new(ErrorCode::CodeMismatch, message))
}

fn skipped(new: &NewCheck, reason: SkipReason) -> Result<(), Refusal> {
    if !new.answers.is_empty() {
        return Err(out_of_range("a point that was passed over has no answers"));
    }
    if reason == SkipReason::Other && new.note.trim().is_empty() {
        let message = "a point that was passed over for another reason needs a note that says it";
        return Err(Refusal::new(ErrorCode::FieldMissing, message));
    }
    Ok(())
}

fn answers(point: &Checkpoint, new: &NewCheck) -> Result<(), Refusal> {
    for (at, given) in new.answers.iter().enumerate() {
        let Some(item) = point.items.iter().find(|item| item.id == given.item) else {
            return Err(out_of_range(format!("answer {} is to no item of '{}'", at + 1, point.name)));
        };
        if new.answers[..at].iter().any(|earlier| earlier.item == given.item) {
            return Err(out_of_range(format!("item '{}' is answered twice", item.title)));
        }
        answer(new, item, &given.answer)?;
    }
    match point.items.iter().find(|item| !new.answers.iter().any(|given| given.item == item.id)) {
        None => Ok(()),
        Some(item) if item.ask == Ask::Photo => {
            Err(photo_required(format!("item '{}' of '{}' asks for a photo", item.title, point.name)))
        }
        Some(item) => {
            let message = format!("item '{}' of '{}' has no answer", item.title, point.name);
            Err(Refusal::new(ErrorCode::FieldMissing, message))
        }
    }
}

fn answer(new: &NewCheck, item: &Item, answer: &Answer) -> Result<(), Refusal> {
    let title = &item.title;
    match (&item.ask, answer) {
        (Ask::Condition, Answer::Normal | Answer::Abnormal) => Ok(()),
        (Ask::Number { .. }, Answer::Number(figure)) => {
            if (-FIGURE_MILLI_MAX..=FIGURE_MILLI_MAX).contains(figure) {
                return Ok(());
            }
            let most = FIGURE_MILLI_MAX / 1_000;
            Err(out_of_range(format!("item '{title}': figures go from -{most} to {most}")))
        }
        (Ask::Choice { options, .. }, Answer::Choice(chosen)) => {
            if options.contains(chosen) {
                return Ok(());
            }
            Err(out_of_range(format!("item '{title}' is answered by one of {}", options.join(", "))))
        }
        (Ask::Text, Answer::Text(text)) => {
            long_text(title, text, NOTE_CHARS_MAX)?;
            if text.trim().is_empty() {
                return Err(Refusal::new(ErrorCode::FieldMissing, format!("item '{title}' has no answer")));
            }
            Ok(())
        }
        (Ask::Photo, Answer::Photo(hash)) => {
            if new.brings(*hash) {
                return Ok(());
            }
            Err(photo_required(format!(
                "the photo that item '{title}' asks for does not come with the result"
            )))
        }
        (Ask::Photo, Answer::Impossible(_)) => {
            Err(photo_required(format!("item '{title}' asks for a photo")))
        }
        (Ask::Condition | Ask::Number { .. } | Ask::Choice { .. } | Ask::Text, Answer::Impossible(why)) => {
            required_text("why it could not be told", why)
        }
        (
            Ask::Condition | Ask::Number { .. } | Ask::Choice { .. } | Ask::Text | Ask::Photo,
            Answer::Normal
            | Answer::Abnormal
            | Answer::Number(_)
            | Answer::Choice(_)
            | Answer::Text(_)
            | Answer::Photo(_),
        ) => Err(out_of_range(format!("the answer to item '{title}' is of another kind than it asks for"))),
    }
}
