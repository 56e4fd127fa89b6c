//! What all edits of the office over HTTP have in common.
//!
//! Each is one command, given in one transaction with what was read for it, so that two requests at once
//! cannot both find something absent and add it twice.

use axum::Json;
use http::StatusCode;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{OrderId, PersonId, SiteId};
use roundsman_sync_core::model::{Case, Command, Party, Place, Window};
use serde::{Deserialize, Serialize};

use super::super::visit::Program;
use super::cases::nothing;
use super::parameters::{given, required, time};
use crate::app::App;
use crate::error::Problem;
use crate::ingest::{Batch, Office, Sitting};
use crate::projection::queries::{self, CaseKey, CaseLine, ChangeName, Reach};

/// What was added, by the id it has now.
#[derive(Serialize)]
pub(in super::super) struct Created {
    id: String,
}

/// The answer to a request that adds something. Asked again with the same id, it is the same answer.
pub(super) fn created(id: impl ToString) -> (StatusCode, Json<Created>) {
    (StatusCode::CREATED, Json(Created { id: id.to_string() }))
}

/// The answer to a request that changes something.
#[derive(Serialize)]
pub(in super::super) struct Outcome {
    /// False if everything already was as asked.
    pub(super) changed: bool,
}

/// Something else already has the id that a request chose.
pub(super) fn taken(what: &str) -> Problem {
    let why = format!("another {what} of this id is there already; what was stated is never changed");
    Problem::new(ErrorCode::EntryImmutable, why)
}

/// One edit at the desk, inside its transaction.
pub(in super::super) struct Edit<'e, 'b> {
    pub(super) batch: &'e mut Batch<'b>,
    office: &'e Office,
    pub(super) reach: &'e Reach,
    pub(super) now: Timestamp,
}

impl Edit<'_, '_> {
    /// Carries out a command as one signed envelope of the person who asks, if roles and procedures allow
    /// it. Tells whether anything changed.
    pub(super) fn give(&mut self, command: &Command) -> Result<bool, Problem> {
        let sitting = Sitting { person: self.reach.person(), now: self.now };
        Ok(self.office.carry_out(self.batch, &mut rand::rng(), sitting, command)?)
    }

    /// Takes over what refused changes meant, as one signed envelope of the person who asks.
    pub(super) fn salvage(&mut self, changes: &[ChangeName]) -> Result<(), Problem> {
        let sitting = Sitting { person: self.reach.person(), now: self.now };
        Ok(self.office.salvage(self.batch, &mut rand::rng(), sitting, changes)?)
    }

    /// Closes refused changes in the name of the person who asks.
    pub(super) fn close_refused(&mut self, note: &str, changes: Vec<ChangeName>) -> Result<(), Problem> {
        let sitting = Sitting { person: self.reach.person(), now: self.now };
        Ok(self.office.close_refused(self.batch, sitting, note, changes)?)
    }

    /// The id a request chose, or a fresh one.
    pub(super) fn id<I>(&self, chosen: Option<I>, mint: impl Fn(Timestamp, &mut dyn rand::Rng) -> I) -> I {
        chosen.unwrap_or_else(|| mint(self.now, &mut rand::rng()))
    }

    /// Makes sure that somebody works at the estate: else they would never hear of it.
    pub(super) fn colleague(
        &self,
        name: &str,
        person: Option<PersonId>,
        site: SiteId,
    ) -> Result<(), Problem> {
        match person {
            Some(person) if !queries::works_at(self.batch.db, self.reach, person, site)? => {
                let why = format!("'{name}': nobody of id {person} works at this estate");
                Err(Problem::new(ErrorCode::ValueOutOfRange, why))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The document of a case.
    pub(super) fn read(&mut self, head: &CaseLine) -> Result<Case, Problem> {
        self.batch.read_case(head.id)?.ok_or_else(nothing)
    }
}

/// Makes an edit.
pub(super) async fn make<T: Send + 'static>(
    program: Program,
    edit: impl FnOnce(&mut Edit<'_, '_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    at_desk(&program.app, program.reach, edit).await
}

/// The same for a page of the console.
pub(in super::super) async fn at_desk<T: Send + 'static>(
    app: &App,
    reach: Reach,
    edit: impl FnOnce(&mut Edit<'_, '_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let now = App::now();
    app.write(move |batch, office| edit(&mut Edit { batch, office, reach: &reach, now })).await
}

/// Makes an edit of a case that is in reach.
pub(super) async fn of_case<T: Send + 'static>(
    program: Program,
    case: &str,
    edit: impl FnOnce(&mut Edit<'_, '_>, &CaseLine) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let key: CaseKey = case.parse().unwrap_or_else(|never| match never {});
    make(program, move |making| {
        let head = queries::case_head(making.batch.db, making.reach, &key)?.ok_or_else(nothing)?;
        edit(making, &head)
    })
    .await
}

/// The order that an address names.
pub(super) fn order(named: &str) -> Result<OrderId, Problem> {
    let unknown = |_| Problem::new(ErrorCode::OrderUnknown, "the case has no such order");
    named.parse().map_err(unknown)
}

/// A place, as bodies give it.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PlaceBody {
    building: Option<String>,
    unit: Option<String>,
    room: Option<String>,
    spot: Option<String>,
}

impl From<PlaceBody> for Place {
    fn from(place: PlaceBody) -> Self {
        Self { building: place.building, unit: place.unit, room: place.room, spot: place.spot }
    }
}

/// An outside party, as bodies give it.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PartyBody {
    kind: Option<String>,
    name: String,
}

impl PartyBody {
    pub(super) fn party(self) -> Result<Party, Problem> {
        Ok(Party { kind: required("party.kind", given("party.kind", &self.kind)?)?, name: self.name })
    }
}

/// A window of time, as bodies give it.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct WindowBody {
    from: Option<String>,
    to: Option<String>,
}

impl WindowBody {
    pub(super) fn window(&self) -> Result<Window, Problem> {
        Ok(Window {
            from: required("appointment.from", time("appointment.from", &self.from)?)?,
            to: required("appointment.to", time("appointment.to", &self.to)?)?,
        })
    }
}
