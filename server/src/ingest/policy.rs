//! Putting a policy in force.

use rand::Rng;
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::{DocumentId, SiteId};
use roundsman_sync_core::model::{Command, Site};

use super::{Batch, Office, OfficeError, Sitting};

impl Office {
    /// Puts a policy in force at an estate, as an ordinary edit of whoever sits at the desk. Nothing is written
    /// if it holds there already. Tells whether anything was.
    ///
    /// # Errors
    /// If the policy does not read, the person may not, or the database fails.
    pub fn put_policy(
        &self,
        batch: &mut Batch<'_>,
        rng: &mut dyn Rng,
        sitting: Sitting,
        site: SiteId,
        text: &str,
    ) -> Result<bool, OfficeError> {
        let standing = batch.documents.open(batch.db, DocumentId::of_site(site), DocumentKind::Site)?;
        let standing = Site::read(&standing.document).policy;
        if standing.shown().is_some_and(|shown| shown == text) && !standing.is_parallel() {
            return Ok(false);
        }
        self.carry_out(batch, rng, sitting, &Command::WritePolicy { site, text: text.to_owned() })
    }
}
