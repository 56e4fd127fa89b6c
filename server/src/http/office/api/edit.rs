//! What all edits of the office over HTTP have in common.
//!
//! Each is one command, given in one transaction with what was read for it, so that two requests at once
//! cannot both find something absent and add it twice.

use std::fmt::Display;

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{EntryId, OrderId, PersonId, SignOffId, SiteId};
use roundsman_sync_core::model::{Case, Command, Party, Place, Window};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::sent::Asker;
use super::cases::nothing;
use super::parameters::{given, required, time};
use crate::app::App;
use crate::audit;
use crate::auth::answers::{self, Kept, Known};
use crate::error::Problem;
use crate::http::openapi::words;
use crate::ingest::{Batch, Office, Sitting};
use crate::projection::queries::{self, CaseKey, CaseLine, ChangeName, Reach};

/// The answer to an edit.
pub(in super::super) struct Answer {
    status: StatusCode,
    body: Value,
    /// What was added or named in the body, for the audit trail.
    named: Option<String>,
}

/// Whether anything changed: `false` if everything already was as asked.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Changed {
    changed: bool,
}

/// What was added.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Added {
    #[schema(format = "uuid")]
    id: String,
}

impl Answer {
    /// Something was added, and there is more to say of it than its id.
    pub(super) fn created_as(id: impl ToString, body: Value) -> Self {
        Self { status: StatusCode::CREATED, body, named: Some(id.to_string()) }
    }

    /// Something was made that has no id.
    pub(super) fn created(body: Value) -> Self {
        Self { status: StatusCode::CREATED, body, named: None }
    }

    /// The same, with ids or words that the body named, for the audit trail.
    #[must_use]
    pub(super) fn about(mut self, named: impl Display) -> Self {
        self.named = Some(self.named.map_or_else(|| named.to_string(), |before| format!("{before} {named}")));
        self
    }
}

/// Something was to be changed. False if everything already was as asked.
impl From<bool> for Answer {
    fn from(changed: bool) -> Self {
        Self { status: StatusCode::OK, body: json!(Changed { changed }), named: None }
    }
}

macro_rules! added_by_id {
    ($($id:ident),*) => { $(
        /// Something was added. Asked again with the same id, it is the same answer.
        impl From<$id> for Answer {
            fn from(id: $id) -> Self {
                Self::created_as(id, json!(Added { id: id.to_string() }))
            }
        }
    )* };
}

added_by_id!(OrderId, EntryId, SignOffId, PersonId);

/// Something else already has the id that a request chose.
pub(super) fn taken(what: &str) -> Problem {
    let why = format!("another {what} of this id is there already; what was stated is never changed");
    Problem::new(ErrorCode::EntryImmutable, why)
}

/// One edit at the desk, inside its transaction.
pub(in super::super) struct Edit<'e, 'b> {
    pub(in super::super) batch: &'e mut Batch<'b>,
    pub(super) office: &'e Office,
    pub(super) reach: &'e Reach,
    pub(in super::super) now: Timestamp,
}

impl Edit<'_, '_> {
    /// The person who asks, at the desk now.
    pub(super) fn sitting(&self) -> Sitting {
        Sitting { person: self.reach.person(), now: self.now }
    }

    /// Carries out a command as one signed envelope of the person who asks, if roles and procedures allow
    /// it. Tells whether anything changed.
    pub(super) fn give(&mut self, command: &Command) -> Result<bool, Problem> {
        let sitting = self.sitting();
        Ok(self.office.carry_out(self.batch, &mut rand::rng(), sitting, command)?)
    }

    /// Takes over what refused changes meant, as one signed envelope of the person who asks.
    pub(super) fn salvage(&mut self, changes: &[ChangeName]) -> Result<(), Problem> {
        let sitting = self.sitting();
        Ok(self.office.salvage(self.batch, &mut rand::rng(), sitting, changes)?)
    }

    /// Closes refused changes in the name of the person who asks.
    pub(super) fn close_refused(&mut self, note: &str, changes: Vec<ChangeName>) -> Result<(), Problem> {
        let sitting = self.sitting();
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

/// Makes an edit, once if that was asked for, and puts it on the audit trail, all in one transaction.
pub(super) async fn make<A: Into<Answer>>(
    asker: Asker,
    edit: impl FnOnce(&mut Edit<'_, '_>) -> Result<A, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let Asker { app, reach, origin, action, subject, once } = asker;
    let person = reach.person();
    let kept = at_desk(&app, reach, move |edit_at| {
        let now = edit_at.now;
        if let Some(once) = &once {
            match answers::known(edit_at.batch.db, person, once, now)? {
                Known::Done(kept) => return Ok(kept),
                Known::Another => {
                    let why = "this Idempotency-Key was used for another request; take a new one";
                    return Err(Problem::new(ErrorCode::IdempotencyKeyReused, why));
                }
                Known::New => {}
            }
        }
        let Answer { status, body, named } = edit(edit_at)?.into();
        let subject = [Some(subject), named].into_iter().flatten().filter(|part| !part.is_empty());
        let subject = subject.collect::<Vec<_>>().join(" ");
        audit::record(edit_at.batch.db, &origin, now, &action, &subject)?;
        let kept = Kept { status: status.as_u16(), body: body.to_string().into_bytes() };
        if let Some(once) = &once {
            answers::keep(edit_at.batch.db, person, once, &kept, now)?;
        }
        Ok(kept)
    });
    let Kept { status, body } = kept.await?;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    Ok((status, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// Inside the transaction of an edit. What else is to be kept of it, `edit` keeps.
pub(in super::super) async fn at_desk<T: Send + 'static>(
    app: &App,
    reach: Reach,
    edit: impl FnOnce(&mut Edit<'_, '_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let now = App::now();
    app.write(move |batch, office| edit(&mut Edit { batch, office, reach: &reach, now })).await
}

/// Makes an edit of a case that is in reach.
pub(super) async fn of_case<A: Into<Answer>>(
    asker: Asker,
    case: &str,
    edit: impl FnOnce(&mut Edit<'_, '_>, &CaseLine) -> Result<A, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let key: CaseKey = case.parse().unwrap_or_else(|never| match never {});
    make(asker, move |making| {
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
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[schema(as = NewPlace)]
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
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[schema(as = NewParty)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PartyBody {
    #[schema(value_type = words::PartyKind, required)]
    kind: Option<String>,
    name: String,
}

impl PartyBody {
    pub(super) fn party(self) -> Result<Party, Problem> {
        Ok(Party { kind: required("party.kind", given("party.kind", &self.kind)?)?, name: self.name })
    }
}

/// A window of time, as bodies give it.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[schema(as = NewWindow)]
#[serde(default, deny_unknown_fields)]
pub(super) struct WindowBody {
    #[schema(value_type = String, format = "date-time", required)]
    from: Option<String>,
    #[schema(value_type = String, format = "date-time", required)]
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
