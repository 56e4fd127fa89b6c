//! Sign-offs: what stood on the glass, who signed, and whether it still fits.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DocumentId, OrderId, PersonId, PhotoHash, SettlementId, SignOffId};
use roundsman_sync_core::model::{Case, SignOffOutcome, SignOffSubject, Statement};
use rusqlite::Connection;

use super::id;
use super::names::PersonName;
use super::timeline::phone;
use crate::database::DatabaseError;

/// One asking for a signature.
#[derive(Clone, Debug)]
pub struct SignOffDetails {
    /// Its key in the document.
    pub id: SignOffId,
    /// The order it is about.
    pub order: Option<OrderId>,
    /// The settlement it is about.
    pub settlement: Option<SettlementId>,
    /// Word of what was signed for.
    pub subject: String,
    /// Word of how it ended.
    pub outcome: String,
    /// Exactly what stood on the glass.
    pub shown: String,
    /// SHA-256 of it, as the phone computed it then.
    pub digest: PhotoHash,
    /// Which version of the rendering made it.
    pub renderer: u64,
    /// Whether the digest, and the facts, still fit.
    pub fit: Fitness,
    /// Who signed. Only for people who may know.
    pub signer: Option<String>,
    /// What they are to the flat. Only for people who may know.
    pub relation: Option<String>,
    /// Where the drawn signature is.
    pub drawing: Drawing,
    /// Who held out the phone.
    pub by: PersonName,
    /// The phone; `None` for the office.
    pub device: Option<String>,
    /// When, as the phone claims.
    pub claimed_at: Timestamp,
    /// When the server had last spoken to the phone before that, as far as it can prove.
    pub not_before: Option<Timestamp>,
    /// When the server first held it.
    pub received: Timestamp,
}

/// Whether what was signed is what the case says now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fitness {
    /// The text has the digest, and rendering its facts now gives the same.
    Fits,
    /// The text has the digest, but the facts have changed since.
    Outdated,
    /// The text does not have the digest.
    Broken,
}

/// Where the drawn signature is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// Nothing was drawn.
    None,
    /// Here.
    Stored,
    /// Still on the phone of this person.
    Owed(PersonName),
    /// Not for this person to see.
    Withheld,
}

/// What the tables say of one sign-off before it is compared with the case.
struct Row {
    details: SignOffDetails,
    signer: Option<String>,
    relation: Option<String>,
    strokes: bool,
    stored: bool,
    holder: PersonName,
}

/// The sign-offs of a case in stamp order.
pub(super) fn sign_offs(
    db: &Connection,
    (document, case_id): (i64, DocumentId),
    case: &Case,
    sees_contacts: bool,
) -> Result<Vec<SignOffDetails>, DatabaseError> {
    let mut statement = db.prepare_cached(
        "SELECT o.sign_off, o.work_order, o.subject, o.outcome, o.shown, o.digest, o.renderer, o.person, p.name,
                d.name, d.person, h.name, o.claimed_at, o.not_before, o.received,
                g.signer, g.relation, g.strokes IS NOT NULL, b.hash IS NOT NULL, o.settlement
         FROM sign_offs o LEFT JOIN people p ON p.person = o.person
             LEFT JOIN devices d ON d.device = o.device LEFT JOIN people h ON h.person = d.person
             LEFT JOIN contacts k ON k.case_id = ?2
             LEFT JOIN signatures g ON g.document = k.document AND g.sign_off = o.sign_off
             LEFT JOIN blobs b ON b.hash = g.strokes
         WHERE o.document = ?1 ORDER BY o.stamp, o.sign_off, o.person",
    )?;
    let rows = statement.query_map((document, case_id.as_bytes()), |row| {
        let by = PersonName::new(PersonId::from_bytes(row.get(7)?), row.get(8)?);
        let owner: Option<[u8; 16]> = row.get(10)?;
        let holder = match owner {
            Some(owner) if owner != [0; 16] => PersonName::new(PersonId::from_bytes(owner), row.get(11)?),
            Some(_) | None => by.clone(),
        };
        let details = SignOffDetails {
            id: SignOffId::from_bytes(row.get(0)?),
            order: id(row, 1, OrderId::from_bytes)?,
            settlement: id(row, 19, SettlementId::from_bytes)?,
            subject: row.get(2)?,
            outcome: row.get(3)?,
            shown: row.get(4)?,
            digest: PhotoHash::from_bytes(row.get(5)?),
            renderer: row.get::<_, i64>(6)?.unsigned_abs(),
            fit: Fitness::Broken,
            signer: None,
            relation: None,
            drawing: Drawing::None,
            by,
            device: phone(row.get(9)?, owner),
            claimed_at: Timestamp::from_millis(row.get(12)?),
            not_before: row.get::<_, Option<i64>>(13)?.map(Timestamp::from_millis),
            received: Timestamp::from_millis(row.get(14)?),
        };
        let (signer, relation) = (row.get(15)?, row.get(16)?);
        Ok(Row { details, signer, relation, strokes: row.get(17)?, stored: row.get(18)?, holder })
    })?;
    rows.map(|row| Ok(complete(row?, case_id, case, sees_contacts))).collect()
}

fn complete(row: Row, case_id: DocumentId, case: &Case, sees_contacts: bool) -> SignOffDetails {
    let mut details = row.details;
    details.fit = fitness(&details, case_id, case);
    // A signature is drawn in the contact document, which may still be under way.
    let drawn = row.strokes || (row.signer.is_none() && details.outcome == SignOffOutcome::Signed.as_str());
    details.drawing = match (drawn, row.stored, sees_contacts) {
        (false, _, _) => Drawing::None,
        (true, _, false) => Drawing::Withheld,
        (true, true, true) => Drawing::Stored,
        (true, false, true) => Drawing::Owed(row.holder),
    };
    if sees_contacts {
        details.signer = row.signer.filter(|signer| !signer.is_empty());
        details.relation = row.relation.filter(|relation| !relation.is_empty());
    }
    details
}

fn fitness(details: &SignOffDetails, case_id: DocumentId, case: &Case) -> Fitness {
    if PhotoHash::of(details.shown.as_bytes()) != details.digest {
        return Fitness::Broken;
    }
    // Only facts count, and with one rendering the text is its facts.
    let now = SignOffSubject::from_text(&details.subject)
        .map(|subject| Statement::render(case_id, case, details.order, subject, details.settlement));
    if now.is_some_and(|now| now.text == details.shown) { Fitness::Fits } else { Fitness::Outdated }
}
