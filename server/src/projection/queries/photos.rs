//! Photos: who named them, whether their bytes are here, and who may see them.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DeviceId, DocumentId, PersonId, PhotoHash, SignOffId};
use rusqlite::{Connection, OptionalExtension, named_params};

use super::Reach;
use super::names::PersonName;
use super::quarantine::names_photo;
use super::reach::{SITES, case_is_seen};
use super::timeline::phone;
use crate::database::DatabaseError;

/// One photo of a case.
#[derive(Clone, Debug)]
pub struct PhotoDetails {
    /// SHA-256 of its bytes.
    pub hash: PhotoHash,
    /// Their number, as the phone says.
    pub size: u64,
    /// Word of its role.
    pub role: String,
    /// In the photographer's words.
    pub caption: String,
    /// Who took it.
    pub by: PersonName,
    /// When, as their phone claims.
    pub claimed_at: Timestamp,
    /// When the server first heard of it.
    pub received: Timestamp,
    /// The media type of the bytes, once they are here.
    pub stored: Option<String>,
    /// Whose phone has to send them.
    pub holder: PersonName,
    /// What that phone is called; `None` for the office.
    pub device: Option<String>,
    /// Its enrolment, or the device that stands for the office.
    pub device_id: DeviceId,
    /// Whether the small copy that the phone sends ahead is here.
    pub has_preview: bool,
}

/// How many of the photos that a case names are here, and which are not. Drawn signatures are not among
/// them: they belong to the contact, which not everybody sees.
#[derive(Clone, Debug)]
pub struct PhotoStanding {
    /// How many it names.
    pub named: usize,
    /// Those whose bytes are still on a phone, as [`PhotoDetails`] tells.
    pub owed: Vec<PhotoDetails>,
}

impl PhotoStanding {
    /// Counts the photos of a case.
    pub fn of(photos: &[PhotoDetails]) -> Self {
        let owed = photos.iter().filter(|photo| photo.stored.is_none()).cloned().collect();
        Self { named: photos.len(), owed }
    }

    /// How many are here.
    pub fn here(&self) -> usize {
        self.named - self.owed.len()
    }

    /// Whether all are: only then is a case complete.
    pub fn is_complete(&self) -> bool {
        self.owed.is_empty()
    }
}

/// The photos of a case or round in stamp order.
pub(super) fn photos(db: &Connection, document: i64) -> Result<Vec<PhotoDetails>, DatabaseError> {
    let mut statement = db.prepare_cached(
        "SELECT f.hash, f.size, f.role, f.caption, f.person, p.name, f.claimed_at, f.received, b.media_type,
                d.person, h.name, d.name, d.device,
                EXISTS (SELECT 1 FROM blobs s WHERE s.hash = f.preview)
         FROM photos f LEFT JOIN people p ON p.person = f.person LEFT JOIN blobs b ON b.hash = f.hash
             LEFT JOIN devices d ON d.device = coalesce((SELECT w.device FROM owed w
                 JOIN devices o ON o.device = f.device AND o.person = zeroblob(16)
                 WHERE w.hash = f.hash AND w.device <> f.device LIMIT 1), f.device)
             LEFT JOIN people h ON h.person = d.person
         WHERE f.document = ?1 ORDER BY f.stamp, f.photo, f.person",
    )?;
    let rows = statement.query_map([document], |row| {
        let by = PersonName::new(PersonId::from_bytes(row.get(4)?), row.get(5)?);
        let owner: Option<[u8; 16]> = row.get(9)?;
        // What the office took over from a phone, that phone has; what it named itself, the person at the desk.
        let holder = match owner {
            Some(owner) if owner != [0; 16] => PersonName::new(PersonId::from_bytes(owner), row.get(10)?),
            Some(_) | None => by.clone(),
        };
        Ok(PhotoDetails {
            hash: PhotoHash::from_bytes(row.get(0)?),
            size: row.get::<_, i64>(1)?.unsigned_abs(),
            role: row.get(2)?,
            caption: row.get(3)?,
            by,
            claimed_at: Timestamp::from_millis(row.get(6)?),
            received: Timestamp::from_millis(row.get(7)?),
            stored: row.get(8)?,
            holder,
            device: phone(row.get(11)?, owner),
            device_id: DeviceId::from_bytes(row.get(12)?),
            has_preview: row.get(13)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Bytes that somebody may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredPhoto {
    /// SHA-256 of them.
    pub hash: PhotoHash,
    /// The position at which they were stored.
    pub pos: u64,
}

/// A photo that somebody may see, as far as it is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundPhoto {
    /// SHA-256 of its bytes.
    pub hash: PhotoHash,
    /// Whether they are here.
    pub is_here: bool,
    /// Its preview, if the bytes of that are here.
    pub preview: Option<PhotoHash>,
}

/// The photo or preview of this hash, if a case or round in reach names it, or a refused change of one.
///
/// # Errors
/// If the database fails.
pub fn photo(db: &Connection, reach: &Reach, hash: PhotoHash) -> Result<Option<FoundPhoto>, DatabaseError> {
    // A mention whose preview is here goes before one without.
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM blobs b WHERE b.hash = :hash), s.hash
         FROM photos f JOIN documents d ON d.number = f.document
             LEFT JOIN blobs s ON s.hash = f.preview AND f.hash = :hash
         WHERE (f.hash = :hash OR f.preview = :hash) AND d.site IN {SITES}
             AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.document = f.document AND NOT ({}))
         ORDER BY s.hash IS NULL, s.hash LIMIT 1",
        case_is_seen()
    );
    let me = reach.person();
    let named = db
        .prepare_cached(&sql)?
        .query_row(named_params! { ":hash": hash.as_bytes(), ":me": me.as_bytes() }, |row| {
            let preview: Option<[u8; 32]> = row.get(1)?;
            Ok(FoundPhoto { hash, is_here: row.get(0)?, preview: preview.map(PhotoHash::from_bytes) })
        })
        .optional()?;
    if named.is_some() {
        return Ok(named);
    }
    let Some(preview) = names_photo(db, reach, hash)? else { return Ok(None) };
    let is_here = db.prepare_cached("SELECT 1 FROM blobs WHERE hash = ?1")?.exists([hash.as_bytes()])?;
    Ok(Some(FoundPhoto { hash, is_here, preview }))
}

/// The drawn signature of a sign-off, if its bytes are here and the person may see it.
///
/// # Errors
/// If the database fails.
pub fn signature(
    db: &Connection,
    reach: &Reach,
    case: DocumentId,
    sign_off: SignOffId,
) -> Result<Option<StoredPhoto>, DatabaseError> {
    let sql = format!(
        "SELECT b.hash, b.pos FROM cases c JOIN contacts k ON k.case_id = c.id
             JOIN signatures g ON g.document = k.document JOIN blobs b ON b.hash = g.strokes
         WHERE c.id = :case AND g.sign_off = :sign_off AND {}
         ORDER BY g.stamp LIMIT 1",
        case_is_seen()
    );
    let me = reach.person();
    Ok(db
        .prepare_cached(&sql)?
        .query_row(
            named_params! {
                ":case": case.as_bytes(), ":sign_off": sign_off.as_bytes(), ":me": me.as_bytes()
            },
            |row| {
                let hash = PhotoHash::from_bytes(row.get(0)?);
                Ok(StoredPhoto { hash, pos: row.get::<_, i64>(1)?.unsigned_abs() })
            },
        )
        .optional()?)
}
