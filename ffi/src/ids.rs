//! Ids and hashes cross as text.

use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{
    AreaId, CheckId, CheckpointId, CommandId, ConflictId, DeviceId, DocumentId, EntryId, OrderId, OrgId,
    PersonId, PhotoHash, PhotoId, RouteId, SettlementId, SheetId, SignOffId, SiteId,
};

use crate::convert::same;
use crate::error::RoundsmanError;
use crate::system_clock::SystemClock;

macro_rules! as_text {
    ($($name:ident),* $(,)?) => {
        $(
            uniffi::custom_type!($name, String, {
                remote,
                lower: |id| id.to_string(),
                try_lift: |text| text.parse().map_err(|_| malformed(stringify!($name), &text).into()),
            });
        )*
        same!($($name),*);
    };
}

as_text!(
    AreaId,
    CheckId,
    CheckpointId,
    CommandId,
    ConflictId,
    DeviceId,
    DocumentId,
    EntryId,
    OrderId,
    OrgId,
    PersonId,
    PhotoHash,
    PhotoId,
    RouteId,
    SettlementId,
    SheetId,
    SignOffId,
    SiteId,
);

fn malformed(what: &str, text: &str) -> RoundsmanError {
    RoundsmanError::new(ErrorCode::BadRequest, format!("'{text}' is no {what}"))
}

/// A fresh id, for what an app names itself: a liaison sheet, a settlement.
///
/// # Errors
/// `internal` if the system has no randomness.
#[uniffi::export]
pub fn new_id() -> Result<String, RoundsmanError> {
    let mut rng = crate::replica::chance()?;
    Ok(SheetId::mint(SystemClock::wall(), &mut *rng).to_string())
}

/// The hash by which a photo with these bytes is called.
#[uniffi::export]
pub fn photo_hash(bytes: Vec<u8>) -> PhotoHash {
    PhotoHash::of(&bytes)
}

/// The document that holds the contact data of a case: what a listener is told when those change.
///
/// # Errors
/// `bad_request` if this is no id.
#[uniffi::export]
pub fn contact_document(case_id: DocumentId) -> Result<DocumentId, RoundsmanError> {
    Ok(DocumentId::contact_of(case_id))
}
