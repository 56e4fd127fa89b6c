//! Whether everybody holds the same at the end: what the server's tables and files say, against what
//! each phone's file says.

use std::collections::{BTreeMap, BTreeSet};

use roundsman_sync_core::document::Heads;
use roundsman_sync_core::document::{Document, DocumentKind};
use roundsman_sync_core::ids::{CommandId, DeviceId, DocumentId, PersonId};
use roundsman_sync_core::limits::PHOTO_BYTES_MAX;
use roundsman_sync_core::model::{Case, Department, ParallelEdit, Role};
use roundsman_sync_core::protocol::messages::RoleGrant;
use rusqlite::Connection;

use super::DemoError;
use super::parallel::Parallel;
use super::phone::Phone;
use super::report::ServerCounts;
use crate::blobs::BlobStore;
use crate::database::DatabaseError;
use crate::feed;

/// The documents that the server's feeds give a person, with their heads.
///
/// # Errors
/// If the database fails.
fn documents_for(db: &Connection, person: PersonId) -> Result<BTreeMap<DocumentId, Heads>, DatabaseError> {
    let roles: Vec<([u8; 16], String, Option<String>)> = db
        .prepare("SELECT site, role, department FROM roles WHERE person = ?1")?
        .query_map([person.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let mut grants = Vec::new();
    for (site, role, department) in roles {
        let role = Role::from_text(&role).ok_or_else(|| DatabaseError::corrupt("roles", role))?;
        let department = department.as_deref().and_then(Department::from_text);
        let site = roundsman_sync_core::ids::SiteId::from_bytes(site);
        grants.push((0, RoleGrant { site, role, department }));
    }
    let mut found = BTreeMap::new();
    let mut rows = db.prepare(
        "SELECT d.id, d.heads FROM feed_rows r JOIN documents d ON d.number = r.document
         WHERE r.feed = ?1 AND r.gone = 0",
    )?;
    for one in feed::grants_of_person(db, person, &grants)? {
        let documents = rows.query_map([one.grant.feed.0], |row| {
            Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, Vec<u8>>(1)?))
        })?;
        for document in documents {
            let (id, heads) = document?;
            let heads =
                Heads::from_bytes(&heads).ok_or_else(|| DatabaseError::corrupt("documents", "heads"))?;
            found.insert(DocumentId::from_bytes(id), heads);
        }
    }
    Ok(found)
}

/// What differs between a phone's documents and what the server has for it; nothing, if all is well.
///
/// # Errors
/// If the database or the phone's file fails.
pub(super) fn documents(db: &Connection, phone: &mut Phone) -> Result<Vec<String>, DemoError> {
    let person = phone.person()?;
    let there = documents_for(db, person)?;
    let here = phone.replica.document_heads().map_err(|e| DemoError::phone(phone.staff, e))?;
    let here: BTreeMap<DocumentId, Heads> = here.into_iter().collect();
    let all: BTreeSet<_> = there.keys().chain(here.keys()).copied().collect();
    let name = phone.staff.file;
    let differences = all.into_iter().filter_map(|id| match (here.get(&id), there.get(&id)) {
        (Some(here), Some(there)) if here == there => None,
        (Some(_), Some(_)) => Some(format!("{name}: document {id} is not as the server has it")),
        (None, _) => Some(format!("{name}: document {id} is missing on the phone")),
        (_, None) => Some(format!("{name}: document {id} is on the phone and not for it")),
    });
    Ok(differences.collect())
}

/// Photos of a phone whose bytes at the server are not the bytes that were taken.
///
/// # Errors
/// If the phone's file or the photo store cannot be read.
pub(super) fn photos(blobs: &BlobStore, phone: &Phone) -> Result<Vec<String>, DemoError> {
    let name = phone.staff.file;
    let mut wrong = Vec::new();
    for (hash, taken) in &phone.pictures {
        let there = blobs.read(*hash, PHOTO_BYTES_MAX)?;
        if there.as_ref() != Some(taken) {
            wrong.push(format!("{name}: photo {hash} is not at the server as it was taken"));
        }
        let here = phone.replica.photo(*hash).map_err(|e| DemoError::phone(phone.staff, e))?;
        if here.is_some_and(|here| here != *taken) {
            wrong.push(format!("{name}: photo {hash} is not on the phone as it was taken"));
        }
    }
    Ok(wrong)
}

/// Whether a parallel edit is whole at the server and on every phone that has the case.
///
/// # Errors
/// If the database or a phone's file fails.
pub(super) fn parallel(
    db: &Connection,
    phones: &mut [Phone],
    expected: &Parallel,
) -> Result<Vec<String>, DemoError> {
    let mut lost = Vec::new();
    let mut look = |place: &str, found: &[ParallelEdit]| {
        if !expected.is_kept(found) {
            lost.push(format!("{place}: case {} has lost a value of {}", expected.case, expected.field));
        }
    };
    let snapshot: Vec<u8> = db
        .query_row("SELECT snapshot FROM documents WHERE id = ?1", [expected.case.as_bytes()], |row| {
            row.get(0)
        })
        .map_err(DatabaseError::from)?;
    let document = Document::load(DocumentKind::Case, &snapshot)
        .map_err(|error| DatabaseError::corrupt("documents", error))?;
    look("server", &Case::read(&document).parallel_edits(&document));
    for phone in phones {
        let failed = |refusal| DemoError::phone(phone.staff, refusal);
        if phone.replica.case(expected.case).map_err(failed)?.is_some() {
            look(phone.staff.file, &phone.replica.parallel_edits(expected.case).map_err(failed)?);
        }
    }
    Ok(lost)
}

/// The commands of a device that the server once had to refuse.
///
/// # Errors
/// If the database fails.
pub(super) fn once_refused(db: &Connection, device: DeviceId) -> Result<BTreeSet<CommandId>, DatabaseError> {
    commands(db, "SELECT command FROM changes WHERE device = ?1 AND verdict IN (2, 4)", device)
}

/// The commands of a device of which the server has accepted a change: its own word, not the phone's.
///
/// # Errors
/// If the database fails.
pub(super) fn accepted(db: &Connection, device: DeviceId) -> Result<BTreeSet<CommandId>, DatabaseError> {
    commands(db, "SELECT command FROM changes WHERE device = ?1 AND verdict = 0", device)
}

fn commands(db: &Connection, sql: &str, device: DeviceId) -> Result<BTreeSet<CommandId>, DatabaseError> {
    let mut rows = db.prepare(&format!("{sql} AND command IS NOT NULL"))?;
    let commands = rows.query_map([device.as_bytes()], |row| row.get(0).map(CommandId::from_bytes))?;
    Ok(commands.collect::<Result<_, _>>()?)
}

/// What the server has.
///
/// # Errors
/// If the database fails.
pub(super) fn server_counts(db: &Connection, restarts: u32) -> Result<ServerCounts, DatabaseError> {
    let count = |sql: &str| -> Result<u64, DatabaseError> {
        Ok(db.query_row(sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
    };
    Ok(ServerCounts {
        cases: count("SELECT count(*) FROM cases")?,
        arrivals: count("SELECT count(*) FROM entries WHERE kind = 'arrived'")?,
        completions: count("SELECT count(*) FROM entries WHERE kind = 'completed'")?,
        sign_offs: count("SELECT count(*) FROM sign_offs")?,
        photos: count("SELECT count(*) FROM blobs WHERE hash NOT IN (SELECT hash FROM owed WHERE preview)")?,
        restarts,
    })
}
