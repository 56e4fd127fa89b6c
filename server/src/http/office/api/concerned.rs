//! Whom or what an edit of staff names: in the asker's view, and theirs to decide about.

use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{DeviceId, PersonId, SiteId};

use super::super::sent::Asker;
use crate::auth::staff::{Deed, Whom, may};
use crate::error::Problem;
use crate::projection::queries::{self, Reach, Tables};

/// Whoever asks, as the [rule](crate::auth::staff) sees them.
#[derive(Clone, Copy)]
pub(super) struct Judge {
    asker: PersonId,
    terminal: PersonId,
}

fn nothing(what: &str) -> Problem {
    Problem::new(ErrorCode::NotFound, format!("there is no such {what}"))
}

impl Judge {
    /// Of a request.
    pub(super) fn of(asker: &Asker) -> Self {
        Self { asker: asker.reach.person(), terminal: asker.app.service.identity().desk }
    }

    /// The estate at which somebody is to be hired.
    pub(super) fn estate(self, db: &Tables, site: SiteId) -> Result<(), Problem> {
        let reach = self.reach(db)?;
        if !reach.has_office_at(site) {
            return Err(nothing("estate"));
        }
        allowed(may(&reach.administers(), Whom { is_terminal: false, works_at: &[] }, Deed::Role(site)))
    }

    /// The person of this id.
    pub(super) fn person(self, db: &Tables, named: &str, deed: Deed) -> Result<PersonId, Problem> {
        let person = named.parse().map_err(|_| nothing("person"))?;
        let reach = self.reach(db)?;
        if let Deed::Role(site) = deed
            && !reach.has_office_at(site)
        {
            return Err(nothing("estate"));
        }
        self.decide(db, &reach, person, deed, "person")?;
        Ok(person)
    }

    /// The phone of this id.
    pub(super) fn phone(self, db: &Tables, named: &str) -> Result<DeviceId, Problem> {
        let device = named.parse().map_err(|_| nothing("phone"))?;
        let person = queries::device_person(db, device)?.ok_or_else(|| nothing("phone"))?;
        self.decide(db, &self.reach(db)?, person, Deed::Phone, "phone")?;
        Ok(device)
    }

    fn decide(
        self,
        db: &Tables,
        reach: &Reach,
        person: PersonId,
        deed: Deed,
        what: &str,
    ) -> Result<(), Problem> {
        let works_at = queries::works_where(db, reach, person)?.ok_or_else(|| nothing(what))?;
        let whom = Whom { is_terminal: person == self.terminal, works_at: &works_at };
        allowed(may(&reach.administers(), whom, deed))
    }

    /// What the asker may at this moment: another administrator may have taken it since the request came in.
    fn reach(self, db: &Tables) -> Result<Reach, Problem> {
        Ok(Reach::load(db, self.asker)?)
    }
}

fn allowed(allowed: bool) -> Result<(), Problem> {
    if allowed {
        return Ok(());
    }
    let why = "this is for whoever administers the estates concerned";
    Err(Problem::new(ErrorCode::CommandNotPermitted, why))
}
