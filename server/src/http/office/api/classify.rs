//! `POST /v1/cases/{case}/classify`: sorting a case; `…/describe`: its description.

use axum::response::Response;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::model::{Classification, Command, Place};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::path::Path;
use super::super::sent::Sent;
use super::edit::{self, PlaceBody};
use super::parameters::given;
use crate::error::Problem;
use crate::http::openapi::words;

/// New values; what is absent stays as it is.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = Classification)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct Body {
    #[schema(value_type = Option<words::CaseKind>)]
    kind: Option<String>,
    #[schema(value_type = Option<words::Urgency>)]
    urgency: Option<String>,
    #[schema(value_type = Option<words::Nature>)]
    nature: Option<String>,
    subject: Option<String>,
    place: Option<PlaceBody>,
    #[schema(format = "uuid")]
    about: Option<String>,
    anonymous: Option<bool>,
    confidential: Option<bool>,
}

impl Body {
    fn classification(self) -> Result<Classification, Problem> {
        let to = Classification {
            kind: given("kind", &self.kind)?,
            urgency: given("urgency", &self.urgency)?,
            nature: given("nature", &self.nature)?,
            subject: self.subject,
            about: given("about", &self.about)?,
            anonymous: self.anonymous,
            confidential: self.confidential,
            place: self.place.map(Place::from),
        };
        if to == Classification::default() {
            let why = "one of kind, urgency, nature, subject, place, about, anonymous and confidential must be given";
            return Err(Problem::new(ErrorCode::FieldMissing, why));
        }
        Ok(to)
    }
}

/// The office's edit becomes an ordinary signed change, as if it came from a phone.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/classify",
    tag = "cases",
    operation_id = "classifyCase",
    params(("case" = String, Path, description = "The id of a case, or its number")),
    request_body = Body,
    responses((status = 200, description = "It is sorted", body = edit::Changed)),
)]
pub(in super::super) async fn classify(
    Path(case): Path<String>,
    Sent { asker, body }: Sent<Body>,
) -> Result<Response, Problem> {
    let to = body.classification()?;
    edit::of_case(asker, &case, move |edit, head| {
        edit.colleague("about", to.about, head.site)?;
        edit.give(&Command::Classify { case: head.id, to })
    })
    .await
}

/// What the writer saw, and what they made of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Description {
    base: String,
    result: String,
}

/// Merged letter by letter with what others wrote since `base` was read.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/describe",
    tag = "cases",
    operation_id = "describeCase",
    params(("case" = String, Path, description = "The id of a case, or its number")),
    request_body = Description,
    responses((status = 200, description = "It is described", body = edit::Changed)),
)]
pub(in super::super) async fn describe(
    Path(case): Path<String>,
    Sent { asker, body }: Sent<Description>,
) -> Result<Response, Problem> {
    let Description { base, result } = body;
    edit::of_case(asker, &case, move |edit, head| {
        // Sent again, the same insertion would be merged in a second time.
        if edit.read(head)?.description == result {
            return Ok(false);
        }
        edit.give(&Command::Describe { case: head.id, base, result })
    })
    .await
}
