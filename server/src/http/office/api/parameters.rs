//! Parameters of addresses and words in bodies. An empty one counts as absent, because forms send those.

use std::fmt::Display;
use std::str::FromStr;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::limits::FIELD_CHARS_MAX;
use roundsman_sync_core::protocol::messages::Pos;
use roundsman_sync_core::rules::CaseStatus;

use crate::error::Problem;
use crate::projection::queries::CASES_PER_PAGE_MAX;

/// Rows on one page of an answer when nobody says how many.
const LIMIT_DEFAULT: u16 = 50;

/// Words to search for.
pub(in super::super) fn text(name: &str, given: &str) -> Result<String, Problem> {
    if given.chars().count() > FIELD_CHARS_MAX {
        let why = format!("'{name}' is longer than {FIELD_CHARS_MAX} letters");
        return Err(Problem::new(ErrorCode::TextTooLong, why));
    }
    Ok(given.to_owned())
}

/// A word of a vocabulary, or an id.
pub(in super::super) fn word<T: FromStr<Err: Display>>(
    name: &str,
    given: &str,
) -> Result<Option<T>, Problem> {
    if given.is_empty() {
        return Ok(None);
    }
    let parsed = given.parse().map(Some);
    parsed.map_err(|error| Problem::new(ErrorCode::ValueOutOfRange, format!("'{name}': {error}")))
}

/// A status.
pub(in super::super) fn status(given: &str) -> Result<Option<CaseStatus>, Problem> {
    if given.is_empty() {
        return Ok(None);
    }
    let found = CaseStatus::ALL.into_iter().find(|status| status.as_str() == given);
    found.map(Some).ok_or_else(|| {
        let all = CaseStatus::ALL.map(CaseStatus::as_str).join(", ");
        Problem::new(ErrorCode::ValueOutOfRange, format!("'status': not one of {all}"))
    })
}

/// The cursor of a further page.
pub(in super::super) fn after(given: &str) -> Result<Option<Pos>, Problem> {
    word("after", given)
}

/// A moment with its offset from UTC, as RFC 3339 spells it.
pub(super) fn moment(name: &str, given: &str) -> Result<Option<Timestamp>, Problem> {
    if given.is_empty() {
        return Ok(None);
    }
    match chrono::DateTime::parse_from_rfc3339(given) {
        Ok(at) => Ok(Some(Timestamp::from_millis(at.timestamp_millis()))),
        Err(error) => {
            let why = format!("'{name}': {error}; a moment is written like 2026-10-01T00:00:00+08:00");
            Err(Problem::new(ErrorCode::ValueOutOfRange, why))
        }
    }
}

/// Rows on one page.
pub(super) fn limit(given: &str) -> Result<u16, Problem> {
    let limit = word("limit", given)?.unwrap_or(LIMIT_DEFAULT);
    if (1..=CASES_PER_PAGE_MAX).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::new(ErrorCode::ValueOutOfRange, format!("'limit': from 1 to {CASES_PER_PAGE_MAX}")))
}

/// A word or id of a body, if it was given.
pub(super) fn given<T: FromStr<Err: Display>>(
    name: &str,
    given: &Option<String>,
) -> Result<Option<T>, Problem> {
    word(name, given.as_deref().unwrap_or_default())
}

/// What a body must give.
pub(super) fn required<T>(name: &str, given: Option<T>) -> Result<T, Problem> {
    given.ok_or_else(|| Problem::new(ErrorCode::FieldMissing, format!("'{name}' must be given")))
}

/// A moment of a body, if it was given.
pub(super) fn time(name: &str, given: &Option<String>) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = given else { return Ok(None) };
    let read = Timestamp::from_rfc3339(text);
    read.map(Some).ok_or_else(|| {
        let why = format!("'{name}' is no time with its offset, such as 2026-11-23T18:00:00+08:00");
        Problem::new(ErrorCode::ValueOutOfRange, why)
    })
}
