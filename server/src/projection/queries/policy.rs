//! The policy in force.

use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::{DocumentId, SiteId};
use roundsman_sync_core::model::Site;
use roundsman_sync_core::rules::{Policy, policy_of};
use rusqlite::Connection;

use super::load;
use crate::database::DatabaseError;

/// The policy in force at an estate. It is read from its text each time: ask once for many cases.
///
/// # Errors
/// If the database fails.
pub fn policy_at(db: &Connection, site: SiteId) -> Result<Policy, DatabaseError> {
    let document = load(db, DocumentId::of_site(site), DocumentKind::Site)?;
    Ok(document.map_or_else(|| Policy::built_in().clone(), |document| policy_of(&Site::read(&document))))
}

/// The text of the policy that an estate was given; `None` where the built-in one holds.
///
/// # Errors
/// If the database fails.
pub fn policy_text(db: &Connection, site: SiteId) -> Result<Option<String>, DatabaseError> {
    let document = load(db, DocumentId::of_site(site), DocumentKind::Site)?;
    Ok(document.and_then(|document| Site::read(&document).policy.shown().cloned()))
}
