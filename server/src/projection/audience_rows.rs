//! Who has which document, as it follows from what the document says and what the server witnessed.

use std::collections::BTreeMap;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::{DocumentId, OrderId};
use roundsman_sync_core::model::{Case, Round};
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::OptionalExtension;

use super::Projection;
use crate::database::DatabaseError;
use crate::feed::{self, Audience, Endings};

impl Projection<'_> {
    /// A case reads otherwise than before, by what the server saw at `seen`: it and its contact document
    /// go to whom they now belong.
    pub(super) fn case_audience(
        &mut self,
        number: i64,
        id: DocumentId,
        pos: Pos,
        seen: Timestamp,
        case: &Case,
    ) -> Result<(), DatabaseError> {
        self.db.prepare_cached("DELETE FROM kept_from WHERE document = ?1")?.execute([number])?;
        for person in case.about.all() {
            self.db
                .prepare_cached("INSERT OR IGNORE INTO kept_from (document, person) VALUES (?1, ?2)")?
                .execute((number, person.as_bytes()))?;
        }
        let known = self.endings(number)?;
        let endings = known.clone().after(case, seen);
        if endings != known {
            self.put_endings(number, &endings)?;
        }
        feed::set_feeds(self.db, number, pos, seen, &feed::of_case(case, &endings))?;
        match self.number_of(DocumentId::contact_of(id), DocumentKind::Contact)? {
            Some(contact) => feed::set_feeds(self.db, contact, pos, seen, &feed::of_contact(case, &endings)),
            None => Ok(()),
        }
    }

    /// Who has the contact document of a case.
    pub(super) fn contact_audience(&self, case_number: i64, case: &Case) -> Result<Audience, DatabaseError> {
        Ok(feed::of_contact(case, &self.endings(case_number)?))
    }

    /// Time has taken a document out of feeds by `at`.
    pub(super) fn time_passed(
        &mut self,
        pos: Pos,
        at: Timestamp,
        id: DocumentId,
    ) -> Result<(), DatabaseError> {
        let found: Option<(i64, u8)> = self
            .db
            .prepare_cached("SELECT number, kind FROM documents WHERE id = ?1")?
            .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (number, kind) = found.ok_or_else(|| DatabaseError::corrupt("log", id))?;
        let kind =
            DocumentKind::from_number(kind).ok_or_else(|| DatabaseError::corrupt("documents", kind))?;
        let audience = match kind {
            DocumentKind::Case => {
                let case = Case::read(&self.documents.open(self.db, id, kind)?.document);
                feed::of_case(&case, &self.endings(number)?)
            }
            DocumentKind::Contact => {
                let case: Option<[u8; 16]> = self
                    .db
                    .prepare_cached("SELECT case_id FROM contacts WHERE document = ?1")?
                    .query_row([number], |row| row.get(0))
                    .optional()?;
                let case = DocumentId::from_bytes(case.ok_or_else(|| DatabaseError::corrupt("log", id))?);
                let of_case = self.number_of(case, DocumentKind::Case)?;
                let of_case = of_case.ok_or_else(|| DatabaseError::corrupt("log", id))?;
                let case = Case::read(&self.documents.open(self.db, case, DocumentKind::Case)?.document);
                feed::of_contact(&case, &self.endings(of_case)?)
            }
            DocumentKind::Round => {
                let round = Round::read(&self.documents.open(self.db, id, kind)?.document);
                let touched: i64 = self
                    .db
                    .prepare_cached("SELECT changed_at FROM rounds WHERE document = ?1")?
                    .query_row([number], |row| row.get(0))?;
                feed::of_round(&round, Timestamp::from_millis(touched))
            }
            // An estate's document is there as long as the estate.
            DocumentKind::Site => return Ok(()),
        };
        feed::set_feeds(self.db, number, pos, at, &audience)
    }

    fn endings(&self, number: i64) -> Result<Endings, DatabaseError> {
        let mut statement =
            self.db.prepare_cached("SELECT work_order, seen FROM endings WHERE document = ?1")?;
        let mut rows = statement.query([number])?;
        let mut endings = Endings { case: None, orders: BTreeMap::new() };
        while let Some(row) = rows.next()? {
            let order: Vec<u8> = row.get(0)?;
            let seen = Timestamp::from_millis(row.get(1)?);
            match OrderId::from_slice(&order) {
                Some(order) => {
                    endings.orders.insert(order, seen);
                }
                None => endings.case = Some(seen),
            }
        }
        Ok(endings)
    }

    fn put_endings(&self, number: i64, endings: &Endings) -> Result<(), DatabaseError> {
        self.db.prepare_cached("DELETE FROM endings WHERE document = ?1")?.execute([number])?;
        let mut insert =
            self.db.prepare_cached("INSERT INTO endings (document, work_order, seen) VALUES (?1, ?2, ?3)")?;
        if let Some(seen) = endings.case {
            insert.execute((number, &[][..], seen.millis()))?;
        }
        for (order, seen) in &endings.orders {
            insert.execute((number, &order.as_bytes()[..], seen.millis()))?;
        }
        Ok(())
    }
}
