//! One round with what became of each of its points.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::{CheckId, CheckpointId, DeviceId, DocumentId, PersonId, PhotoHash};
use roundsman_sync_core::model::{Answer, Ask, Check, PlannedCheckpoint, Reading, Round, SkipReason};
use roundsman_sync_core::rules::rounds::{self as rules, Coverage};
use rusqlite::{Connection, OptionalExtension, named_params};

use super::super::load;
use super::super::names::{PersonName, person};
use super::super::photos::{PhotoDetails, photos};
use super::super::refused::{RefusedChange, refused_of_round};
use super::super::timeline::{TimeFlag, phone, time_flags};
use super::{COLUMNS, Reach, RoundLine, in_reach, line, with_name};
use crate::database::DatabaseError;

/// One round with everything that belongs to it.
#[derive(Clone, Debug)]
pub struct RoundDetails {
    /// What the list says of it.
    pub line: RoundLine,
    /// What was said at its end.
    pub note: String,
    /// Its points in the order of the walk.
    pub points: Vec<PointDetails>,
    /// Printed codes that were read sooner after each other than anybody can walk.
    pub hurries: Vec<HurryDetails>,
    /// Its photos in stamp order.
    pub photos: Vec<PhotoDetails>,
    /// Edits of it that were not accepted.
    pub refused: Vec<RefusedChange>,
}

/// One point and what became of it.
#[derive(Clone, Debug)]
pub struct PointDetails {
    /// Which point.
    pub checkpoint: CheckpointId,
    /// Its name when the round began.
    pub name: String,
    /// Where it is, in one line.
    pub place: String,
    /// What became of it.
    pub coverage: Coverage,
    /// Its code could not be read.
    pub unreadable: bool,
    /// Something was out of order.
    pub abnormal: bool,
    /// What was stated about it, in stamp order.
    pub results: Vec<ResultDetails>,
}

/// What somebody stated about a point.
#[derive(Clone, Debug)]
pub struct ResultDetails {
    /// Its key in the document.
    pub id: CheckId,
    /// Word of how somebody showed to be there: `nfc`, `qr`, `unreadable`, or `skipped`.
    pub reading: &'static str,
    /// Why the point was passed over, if it was.
    pub reason: Option<SkipReason>,
    /// The picture that shows that somebody was there.
    pub proof: Option<PhotoHash>,
    /// What was found.
    pub answers: Vec<AnswerDetails>,
    /// In their words.
    pub note: String,
    /// The case that was written down with it, with its number if it is here.
    pub case: Option<(DocumentId, Option<String>)>,
    /// Who states it.
    pub by: PersonName,
    /// The phone it was written on; `None` for the office.
    pub device: Option<String>,
    /// When, as their phone claims.
    pub claimed_at: Timestamp,
    /// The same moment corrected; limits are judged by it.
    pub happened: Timestamp,
    /// When the server had last spoken to the phone before that, as far as it can prove.
    pub not_before: Option<Timestamp>,
    /// When the server first held it.
    pub received: Timestamp,
    /// What makes its claimed time doubtful.
    pub time_flags: Vec<TimeFlag>,
}

/// The answer to one item.
#[derive(Clone, Debug)]
pub struct AnswerDetails {
    /// The id of the item.
    pub item: String,
    /// Its title when the round began.
    pub title: String,
    /// What was found: a word, a figure, an option, a text, or the SHA-256 of a photo.
    pub value: String,
    /// The unit of a figure.
    pub unit: Option<String>,
    /// It could not be told; `value` says why.
    pub impossible: bool,
    /// It says that something is out of order.
    pub out_of_order: bool,
}

/// Two printed codes that were read too soon after each other.
#[derive(Clone, Debug)]
pub struct HurryDetails {
    /// Who read them.
    pub by: PersonName,
    /// The earlier result.
    pub earlier: CheckId,
    /// The later result.
    pub later: CheckId,
    /// The time between them, in milliseconds.
    pub apart_ms: i64,
}

/// One round in reach.
///
/// # Errors
/// If the database fails.
pub fn round(
    db: &Connection,
    reach: &Reach,
    id: DocumentId,
    now: Timestamp,
) -> Result<Option<RoundDetails>, DatabaseError> {
    details(db, Some(reach), id, now)
}

/// One round of any estate, for the command line.
///
/// # Errors
/// If the database fails.
pub fn round_for_operator(
    db: &Connection,
    id: DocumentId,
    now: Timestamp,
) -> Result<Option<RoundDetails>, DatabaseError> {
    details(db, None, id, now)
}

fn details(
    db: &Connection,
    reach: Option<&Reach>,
    id: DocumentId,
    now: Timestamp,
) -> Result<Option<RoundDetails>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM rounds r LEFT JOIN sites s ON s.site = r.site
         WHERE r.id = :id AND {}",
        in_reach()
    );
    let me = reach.map(|reach| *reach.person().as_bytes());
    let found = db
        .prepare_cached(&sql)?
        .query_row(named_params! { ":id": id.as_bytes(), ":me": me, ":now": now.millis() }, line)
        .optional()?;
    let Some(line) = found else { return Ok(None) };
    let line = with_name(db, line)?;
    let document = load(db, id, DocumentKind::Round)?
        .ok_or_else(|| DatabaseError::corrupt("documents", format!("round {id} is missing")))?;
    let round = Round::read(&document);
    let covered = rules::coverage(&round, now);
    let mut points = Vec::with_capacity(covered.points.len());
    for (planned, covered) in round.plan.checkpoints.iter().zip(&covered.points) {
        let of_point = round.checks.iter().filter(|check| check.checkpoint == planned.id);
        let results = of_point.map(|check| result(db, line.document, planned, check));
        points.push(PointDetails {
            checkpoint: planned.id,
            name: planned.checkpoint.name.clone(),
            place: planned.checkpoint.place.line(),
            coverage: covered.coverage,
            unreadable: covered.unreadable,
            abnormal: covered.abnormal,
            results: results.collect::<Result<_, _>>()?,
        });
    }
    let hurries = covered.hurries.iter().map(|hurry| {
        let by = person(db, hurry.person)?;
        Ok(HurryDetails { by, earlier: hurry.earlier, later: hurry.later, apart_ms: hurry.apart_ms })
    });
    Ok(Some(RoundDetails {
        note: round.finished().map(|entry| entry.note.clone()).unwrap_or_default(),
        points,
        hurries: hurries.collect::<Result<_, DatabaseError>>()?,
        photos: photos(db, line.document)?,
        refused: refused_of_round(db, id, &document)?,
        line,
    }))
}

fn result(
    db: &Connection,
    document: i64,
    point: &PlannedCheckpoint,
    check: &Check,
) -> Result<ResultDetails, DatabaseError> {
    type Row = ([u8; 16], Option<String>, Option<[u8; 16]>, Option<i64>, i64);
    let (device, name, owner, not_before, received): Row = db
        .prepare_cached(
            "SELECT k.device, d.name, d.person, k.not_before, k.received
             FROM round_checks k LEFT JOIN devices d ON d.device = k.device
             WHERE k.document = ?1 AND k.check_id = ?2 AND k.stamp = ?3 AND k.person = ?4",
        )?
        .query_row(
            (document, check.id.as_bytes(), check.stamp.as_u64().cast_signed(), check.by.as_bytes()),
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)),
        )?;
    let (not_before, received) = (not_before.map(Timestamp::from_millis), Timestamp::from_millis(received));
    let device = phone(name.or_else(|| Some(DeviceId::from_bytes(device).to_string())), owner);
    let (reason, proof) = match &check.reading {
        Reading::Nfc { .. } => (None, None),
        Reading::Qr { photo, .. } | Reading::Unreadable { photo } => (None, Some(*photo)),
        Reading::Skipped { reason } => (Some(*reason), None),
    };
    Ok(ResultDetails {
        id: check.id,
        reading: check.reading.as_str(),
        reason,
        proof,
        answers: answers(point, check),
        note: check.note.clone(),
        case: check.case.map(|case| Ok::<_, DatabaseError>((case, number_of(db, case)?))).transpose()?,
        by: person(db, PersonId::from_bytes(*check.by.as_bytes()))?,
        time_flags: match &device {
            Some(_) => time_flags(check.claimed_at, not_before, received),
            None => Vec::new(),
        },
        device,
        claimed_at: check.claimed_at,
        happened: check.corrected_at,
        not_before,
        received,
    })
}

fn number_of(db: &Connection, case: DocumentId) -> Result<Option<String>, DatabaseError> {
    Ok(db
        .prepare_cached("SELECT number FROM cases WHERE id = ?1")?
        .query_row([case.as_bytes()], |row| row.get(0))
        .optional()?)
}

fn answers(point: &PlannedCheckpoint, check: &Check) -> Vec<AnswerDetails> {
    let told = check.answers.iter().map(|given| {
        let item = point.checkpoint.items.iter().find(|item| item.id == given.item);
        let unit = item.and_then(|item| match &item.ask {
            Ask::Number { unit, .. } => Some(unit.clone()),
            Ask::Condition | Ask::Choice { .. } | Ask::Text | Ask::Photo => None,
        });
        let value = match &given.answer {
            Answer::Normal => "normal".to_owned(),
            Answer::Abnormal => "abnormal".to_owned(),
            Answer::Number(milli) => decimal(*milli),
            Answer::Choice(text) | Answer::Text(text) | Answer::Impossible(text) => text.clone(),
            Answer::Photo(hash) => hash.to_string(),
        };
        AnswerDetails {
            item: given.item.clone(),
            title: item.map(|item| item.title.clone()).unwrap_or_default(),
            value,
            unit,
            impossible: matches!(given.answer, Answer::Impossible(_)),
            out_of_order: item.is_some_and(|item| rules::is_out_of_order(item, &given.answer)),
        }
    });
    told.collect()
}

/// Thousandths as a decimal figure without needless zeros.
fn decimal(milli: i64) -> String {
    let sign = if milli < 0 { "-" } else { "" };
    let (whole, rest) = (milli.unsigned_abs() / 1_000, milli.unsigned_abs() % 1_000);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}.{}", format!("{rest:03}").trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_they_were_typed() {
        let cases = [(0, "0"), (420, "0.42"), (-5, "-0.005"), (12_000, "12"), (-1_500, "-1.5")];
        for (milli, shown) in cases {
            assert_eq!(decimal(milli), shown);
        }
    }
}
