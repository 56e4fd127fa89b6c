//! Writing the points and routes of an estate.

use super::{Scribe, record};
use crate::document::DocumentKind;
use crate::error::{ErrorCode, Refusal};
use crate::ids::{CheckpointId, DocumentId, RouteId, SiteId};
use crate::model::round::{PlannedCheckpoint, RoundPlan};
use crate::model::route::{CHECKPOINT, Checkpoint, ROUTE, Route};
use crate::model::site::Site;
use crate::model::{checks, estate_checks};

impl Scribe<'_> {
    pub(super) fn put_checkpoint(
        &mut self,
        site: SiteId,
        id: CheckpointId,
        new: &Checkpoint,
    ) -> Result<(), Refusal> {
        estate_checks::checkpoint(new)?;
        let estate = self.read_site(site)?;
        let same_code = |other: &&Checkpoint| other.code == new.code;
        let others = estate.checkpoints.iter().filter(|(other, _)| *other != id);
        if let Some(taken) = others.filter_map(|(_, point)| point.shown()).find(same_code) {
            let message = format!("the code of '{}' is that of '{}' already", new.name, taken.name);
            return Err(checks::out_of_range(message));
        }
        self.write(DocumentId::of_site(site), DocumentKind::Site, false, |edit, _| {
            edit.set(&["fields"], &format!("{CHECKPOINT}{id}"), record(new))
        })
    }

    pub(super) fn put_route(&mut self, site: SiteId, id: RouteId, new: &Route) -> Result<(), Refusal> {
        estate_checks::route(new)?;
        let estate = self.read_site(site)?;
        let mut points = Vec::with_capacity(new.checkpoints.len());
        for &point in &new.checkpoints {
            let Some(checkpoint) = estate.checkpoint(point) else {
                let message = format!("route '{}': the estate has no point {point}", new.name);
                return Err(Refusal::new(ErrorCode::CheckpointUnknown, message));
            };
            points.push(PlannedCheckpoint { id: point, checkpoint: checkpoint.clone() });
        }
        let plan = RoundPlan { name: new.name.clone(), checkpoints: points, ..RoundPlan::default() };
        estate_checks::plan_size(&plan)?;
        self.write(DocumentId::of_site(site), DocumentKind::Site, false, |edit, _| {
            edit.set(&["fields"], &format!("{ROUTE}{id}"), record(new))
        })
    }

    pub(super) fn read_site(&mut self, site: SiteId) -> Result<Site, Refusal> {
        Ok(Site::read(self.documents.open(DocumentId::of_site(site), DocumentKind::Site, false)?.0))
    }
}
