//! [`Property::NothingLost`].

use std::collections::BTreeSet;

use roundsman_sync_core::document::{Document, DocumentKind};
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::DocumentId;
use roundsman_sync_core::replica::{EditInfo, EditState};

use super::tables::ChangeRow;
use super::{Property, Violation};
use crate::world::{Given, SimDevice, World};

/// Checks that a phone which was just opened has every command it ever said yes to, once.
pub(in crate::world) fn check_nothing_forgotten(device: &SimDevice) -> Result<(), Violation> {
    let Some(replica) = &device.replica else { return Ok(()) };
    let edits = replica.edits().unwrap();
    let there: BTreeSet<_> = edits.iter().map(|edit| edit.command).collect();
    if there.len() != edits.len() {
        return Err(Property::NothingLost.broken(format!("{} holds an edit twice", device.name)));
    }
    match device.given.iter().find(|given| !there.contains(&given.command)) {
        None => Ok(()),
        Some(lost) => Err(Property::NothingLost.broken(format!("{} forgot {lost:?}", device.name))),
    }
}

pub(super) fn check(world: &mut World) -> Result<(), Violation> {
    for device in &world.devices {
        check_nothing_forgotten(device)?;
        let edits = device.replica.as_ref().unwrap().edits().unwrap();
        for given in &device.given {
            let edit = edits.iter().find(|edit| edit.command == given.command).unwrap();
            let rows = world.changes_of(given.command);
            if let Err(what) = check_one(device, given, edit, &rows) {
                let what = format!("{}: {what}: {edit:?}, at the server {rows:?}", device.name);
                return Err(Property::NothingLost.broken(what));
            }
        }
    }
    the_rogue_is_heard_out(world)?;
    documents_hold_what_was_accepted(world)
}

/// Also what a phone should never have written is kept, whatever became of it.
fn the_rogue_is_heard_out(world: &World) -> Result<(), Violation> {
    for (document, hash) in world.said_by_the_rogue() {
        let known = world.read(|db| {
            let mut row = db.prepare_cached("SELECT 1 FROM changes WHERE document = ?1 AND hash = ?2")?;
            Ok(row.exists((document.as_bytes(), hash.as_bytes()))?)
        });
        if !known {
            return Err(
                Property::NothingLost.broken(format!("{hash} of {document} was delivered and is gone"))
            );
        }
    }
    Ok(())
}

fn check_one(device: &SimDevice, given: &Given, edit: &EditInfo, rows: &[ChangeRow]) -> Result<(), String> {
    if edit.asked != given.asked {
        return Err("what was typed has changed".to_owned());
    }
    let is_own = |row: &&ChangeRow| row.verdict == 0 && !row.is_taken_over;
    let all_taken = rows.iter().filter(|row| row.verdict == 0).map(|row| row.document);
    let all_taken: BTreeSet<_> = all_taken.collect();
    if all_taken.len() != rows.iter().filter(|row| row.verdict == 0).count() {
        return Err("it is in a document twice".to_owned());
    }
    let mut accepted: Vec<DocumentId> = rows.iter().filter(is_own).map(|row| row.document).collect();
    accepted.sort_unstable();
    let mut wanted: Vec<DocumentId> =
        given.asked.writes().into_iter().map(|(document, _)| document).collect();
    wanted.sort_unstable();
    match &edit.state {
        EditState::Accepted { .. } if accepted == wanted => Ok(()),
        EditState::Accepted { .. } => Err("the phone says accepted".to_owned()),
        // A phone that was shut out does not hear what became of its last words.
        EditState::Refused { code: ErrorCode::DeviceRevoked, .. } if device.revoked => Ok(()),
        EditState::Refused { .. } if accepted == wanted => Err("refused, yet all of it is there".to_owned()),
        // Whatever is refused on a phone can be read in the office too, if only for what it builds on.
        EditState::Refused { code: ErrorCode::DependencyRefused, .. } if rows.iter().any(is_refused) => {
            Ok(())
        }
        EditState::Refused { code, .. } if rows.iter().any(|row| row.code == Some(*code)) => Ok(()),
        EditState::Refused { .. } => Err("the server knows of no such reason".to_owned()),
        // Making it again after a refusal changed nothing any more.
        EditState::Superseded if rows.iter().any(is_refused) => Ok(()),
        EditState::Superseded => Err("superseded by nothing".to_owned()),
        EditState::OnThisPhone | EditState::Sent | EditState::Waiting { .. } if !device.is_member() => Ok(()),
        EditState::OnThisPhone | EditState::Sent | EditState::Waiting { .. } => Err("no answer".to_owned()),
    }
}

/// Quarantined, or a fork.
fn is_refused(row: &ChangeRow) -> bool {
    matches!(row.verdict, 2 | 4)
}

/// What the table calls accepted is in the document, and nothing else but its seed.
fn documents_hold_what_was_accepted(world: &World) -> Result<(), Violation> {
    type Row = ([u8; 16], u8, Vec<u8>, i64);
    let rows: Vec<Row> = world.read(|db| {
        let mut all = db.prepare(
            "SELECT id, kind, snapshot, (SELECT count(*) FROM changes WHERE document = id AND verdict = 0)
             FROM documents",
        )?;
        let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    });
    for (id, kind, snapshot, accepted) in rows {
        let kind = DocumentKind::from_number(kind).unwrap();
        let seed = Document::new(kind).unwrap().changes().len();
        let held = Document::load(kind, &snapshot).unwrap().changes().len() - seed;
        if i64::try_from(held) != Ok(accepted) {
            let id = DocumentId::from_bytes(id);
            let what = format!("{id} holds {held} changes of {accepted} that were accepted");
            return Err(Property::NothingLost.broken(what));
        }
    }
    Ok(())
}
