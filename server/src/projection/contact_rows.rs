//! Rows of contact and site documents.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::{DocumentId, SiteId};
use roundsman_sync_core::model::{Case, Contact, Site};
use roundsman_sync_core::protocol::messages::Pos;

use super::Projection;
use super::group::Group;
use crate::database::DatabaseError;
use crate::feed::{self, Audience, FeedKey};

impl Projection<'_> {
    pub(super) fn contact_changed(&mut self, number: i64, group: &Group) -> Result<(), DatabaseError> {
        let (id, pos) = (group.id, group.pos);
        let live = self.documents.open(self.db, id, DocumentKind::Contact)?;
        let contact = Contact::read(&live.document);
        let case = live.document.fields().map("fields").and_then(|f| f.bytes("case", DocumentId::from_slice));
        // A contact document names its case in its first change, and its id derives from it. Should one
        // name none, or another's, nobody is given it.
        let Some(case) = case.filter(|&case| DocumentId::contact_of(case) == id) else { return Ok(()) };
        let shown = |register: &roundsman_sync_core::document::Register<String>| {
            register.shown().cloned().unwrap_or_default()
        };
        self.db
            .prepare_cached(
                "INSERT OR REPLACE INTO contacts (document, case_id, name, phone, address, words)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((
                number,
                case.as_bytes(),
                shown(&contact.name),
                shown(&contact.phone),
                shown(&contact.address),
                &contact.words,
            ))?;
        for signature in &contact.signatures {
            let added = self
                .db
                .prepare_cached(
                    "INSERT OR IGNORE INTO signatures (document, sign_off, stamp, signer, relation, strokes)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute((
                    number,
                    signature.sign_off.as_bytes(),
                    signature.stamp.as_u64().cast_signed(),
                    &signature.signer,
                    &signature.relation,
                    signature.strokes.map(|hash| *hash.as_bytes()),
                ))?;
            if let (1, Some(strokes)) = (added, signature.strokes) {
                let by = group.first_at(signature.stamp).unwrap_or(group.last);
                self.owe(strokes, signature.strokes_size, by)?;
            }
        }
        let Some(case_number) = self.number_of(case, DocumentKind::Case)? else {
            // The case is still under way from another phone; its arrival gives the contact its feeds.
            return Ok(());
        };
        let case = Case::read(&self.documents.open(self.db, case, DocumentKind::Case)?.document);
        self.db
            .prepare_cached("UPDATE documents SET site = ?2 WHERE number = ?1")?
            .execute((number, case.site.map(|site| *site.as_bytes())))?;
        let audience = self.contact_audience(case_number, &case)?;
        feed::set_feeds(self.db, number, pos, Timestamp::from_millis(group.last.received), &audience)
    }

    pub(super) fn site_changed(
        &mut self,
        number: i64,
        id: DocumentId,
        pos: Pos,
    ) -> Result<(), DatabaseError> {
        let site = SiteId::of_document(id);
        self.db
            .prepare_cached("UPDATE documents SET site = ?2 WHERE number = ?1")?
            .execute((number, site.as_bytes()))?;
        let read = Site::read(&self.documents.open(self.db, id, DocumentKind::Site)?.document);
        self.policy_changed(site, &read)?;
        // Time ends nothing here, so the moment does not matter.
        let audience = Audience::from([(FeedKey::Site(site), None)]);
        feed::set_feeds(self.db, number, pos, Timestamp::from_millis(0), &audience)
    }
}
