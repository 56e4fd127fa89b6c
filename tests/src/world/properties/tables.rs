//! What the checks read of the server's tables.

use std::collections::BTreeMap;

use roundsman_server::database::DatabaseError;
use roundsman_server::feed::grants_of_person;
use roundsman_sync_core::document::{Document, DocumentKind, Heads};
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{CommandId, DocumentId, PersonId, SiteId};
use roundsman_sync_core::model::{Department, Role};
use roundsman_sync_core::protocol::messages::RoleGrant;

use crate::world::World;

/// One row of a command's way through the server.
#[derive(Clone, Debug)]
pub(super) struct ChangeRow {
    pub(super) document: DocumentId,
    /// 0 accepted, 1 pending, 2 quarantined, 4 fork.
    pub(super) verdict: i64,
    pub(super) code: Option<ErrorCode>,
    /// The office wrote it, in place of what was refused.
    pub(super) is_taken_over: bool,
}

/// A document as the server has it.
pub(super) struct ServerDocument {
    pub(super) kind: DocumentKind,
    pub(super) heads: Heads,
    pub(super) document: Document,
}

/// A right of a person.
pub(in crate::world) type Right = (SiteId, Role, Option<Department>);

impl World {
    /// Every change that says it was made by a command.
    pub(super) fn changes_of(&self, command: CommandId) -> Vec<ChangeRow> {
        self.read(|db| {
            let mut all = db.prepare_cached(
                "SELECT c.document, c.verdict, c.code, d.person = zeroblob(16)
                     FROM changes c JOIN devices d ON d.device = c.device WHERE c.command = ?1",
            )?;
            let rows = all.query_map([command.as_bytes()], |row| {
                Ok((row.get::<_, [u8; 16]>(0)?, row.get(1)?, row.get::<_, Option<String>>(2)?, row.get(3)?))
            })?;
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            Ok(rows
                .into_iter()
                .map(|(document, verdict, code, is_taken_over)| ChangeRow {
                    document: DocumentId::from_bytes(document),
                    verdict,
                    code: code.and_then(|code| ErrorCode::from_text(&code)),
                    is_taken_over,
                })
                .collect())
        })
    }

    /// The rights of a person.
    pub(in crate::world) fn rights_of(&self, person: PersonId) -> Vec<Right> {
        self.read(|db| {
            let mut all = db.prepare_cached("SELECT site, role, department FROM roles WHERE person = ?1")?;
            let rows = all.query_map([person.as_bytes()], |row| {
                Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?))
            })?;
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            Ok(rows
                .into_iter()
                .map(|(site, role, department)| {
                    let department = department.as_deref().and_then(Department::from_text);
                    (SiteId::from_bytes(site), Role::from_text(&role).unwrap(), department)
                })
                .collect())
        })
    }

    /// What the feeds of a person hold.
    pub(super) fn documents_for(&self, person: PersonId) -> BTreeMap<DocumentId, ServerDocument> {
        let rights = self.rights_of(person);
        let roles: Vec<_> = rights
            .into_iter()
            .map(|(site, role, department)| (0, RoleGrant { site, role, department }))
            .collect();
        let feeds = self.read(|db| grants_of_person(db, person, &roles));
        let mut found = BTreeMap::new();
        for feed in feeds.iter().map(|one| one.grant.feed.0) {
            type Row = ([u8; 16], u8, Vec<u8>, Vec<u8>);
            let rows: Vec<Row> = self.read(|db| {
                let mut all = db.prepare_cached(
                    "SELECT d.id, d.kind, d.heads, d.snapshot FROM feed_rows r
                     JOIN documents d ON d.number = r.document WHERE r.feed = ?1 AND r.gone = 0",
                )?;
                let rows =
                    all.query_map([feed], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
                rows.collect::<Result<_, _>>().map_err(DatabaseError::from)
            });
            for (id, kind, heads, snapshot) in rows {
                let kind = DocumentKind::from_number(kind).unwrap();
                let document = Document::load(kind, &snapshot).unwrap();
                let heads = Heads::from_bytes(&heads).unwrap();
                found.insert(DocumentId::from_bytes(id), ServerDocument { kind, heads, document });
            }
        }
        found
    }
}
