//! `POST /v1/cases`: writing a case down.

use axum::response::Response;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{DocumentId, EntryId};
use roundsman_sync_core::model::{Command, ContactDetails, EntryKind, NewCase, Place, Urgency};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::super::sent::Sent;
use super::edit::{self, Answer, Edit, PlaceBody, taken};
use super::parameters::{given, required, time};
use crate::database::DatabaseError;
use crate::error::Problem;
use crate::http::openapi::words;
use crate::projection::queries::{self, CaseKey};

/// What is known of the case.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = NewCase)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct Body {
    #[schema(format = "uuid")]
    id: Option<String>,
    #[schema(value_type = String, format = "uuid", required)]
    site: Option<String>,
    #[schema(value_type = words::CaseKind, required)]
    kind: Option<String>,
    #[schema(value_type = words::Channel, required)]
    channel: Option<String>,
    #[schema(value_type = Option<words::Urgency>)]
    urgency: Option<String>,
    #[schema(value_type = String, required, examples("equipment/lift"))]
    subject: Option<String>,
    place: PlaceBody,
    description: String,
    #[schema(format = "date-time")]
    reported_at: Option<String>,
    external_number: Option<String>,
    #[schema(format = "uuid")]
    about: Option<String>,
    anonymous: Option<bool>,
    confidential: Option<bool>,
    contact: Option<ContactBody>,
}

/// Who raised it, and their own words.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[schema(as = NewContact)]
#[serde(default, deny_unknown_fields)]
struct ContactBody {
    name: Option<String>,
    phone: Option<String>,
    address: Option<String>,
    words: Option<String>,
}

/// The case that was written down.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct AddedCase {
    #[schema(format = "uuid")]
    id: String,
    number: String,
}

/// A request in its own types.
struct Wanted {
    id: Option<DocumentId>,
    new: NewCase,
    contact: Option<ContactDetails>,
}

impl Body {
    fn read(self) -> Result<Wanted, Problem> {
        let contact = self.contact.map(|contact| ContactDetails {
            name: contact.name,
            phone: contact.phone,
            address: contact.address,
            words: contact.words.map(|words| (String::new(), words)),
        });
        let new = NewCase {
            kind: required("kind", given("kind", &self.kind)?)?,
            channel: required("channel", given("channel", &self.channel)?)?,
            site: required("site", given("site", &self.site)?)?,
            place: Place::from(self.place),
            description: self.description,
            subject: required("subject", self.subject)?,
            urgency: given("urgency", &self.urgency)?.unwrap_or(Urgency::General),
            reported_at: time("reported_at", &self.reported_at)?,
            external_number: self.external_number,
            about: given("about", &self.about)?,
            anonymous: self.anonymous,
            confidential: self.confidential,
        };
        Ok(Wanted { id: given("id", &self.id)?, new, contact })
    }
}

/// Writes a case down, with who raised it, if that is said.
#[utoipa::path(
    post,
    path = "/v1/cases",
    tag = "cases",
    operation_id = "createCase",
    request_body = Body,
    responses((status = 201, description = "It is written down", body = AddedCase)),
)]
pub(in super::super) async fn create(Sent { asker, body }: Sent<Body>) -> Result<Response, Problem> {
    let wanted = body.read()?;
    edit::make(asker, move |edit| write(edit, wanted)).await
}

fn write(edit: &mut Edit<'_, '_>, Wanted { id, new, contact }: Wanted) -> Result<Answer, Problem> {
    if !edit.reach.sees_cases(new.site) {
        return Err(Problem::new(ErrorCode::NotFound, "there is no such estate"));
    }
    edit.colleague("about", new.about, new.site)?;
    let id = edit.id(id, |now: Timestamp, rng| DocumentId::mint(now, rng));
    let received = EntryId::from_bytes(*id.as_bytes());
    if !is_again(edit, id, received, &new)? {
        edit.give(&Command::CreateCase { case: id, received, new })?;
        if let Some(details) = contact {
            edit.give(&Command::WriteContact { case: id, details })?;
        }
    }
    let head = queries::case_head(edit.batch.db, edit.reach, &CaseKey::Id(id))?;
    let number = head.ok_or_else(super::cases::nothing)?.number;
    // People call it by its number.
    Ok(Answer::created_as(id, json!(AddedCase { id: id.to_string(), number })))
}

/// Whether this very case was already written down by whoever asks.
fn is_again(
    edit: &mut Edit<'_, '_>,
    id: DocumentId,
    received: EntryId,
    new: &NewCase,
) -> Result<bool, Problem> {
    let standing = match edit.batch.read_case(id) {
        Ok(None) => return Ok(false),
        Ok(Some(case)) => Some(case),
        // A document of another kind.
        Err(DatabaseError::Corrupt { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let mine = standing.is_some_and(|case| {
        let entry = case.entry(received);
        entry.is_some_and(|entry| entry.kind() == EntryKind::Received && entry.by == edit.reach.person())
            && case.site == Some(new.site)
            && case.external_number == new.external_number
    });
    if mine { Ok(true) } else { Err(taken("case")) }
}
