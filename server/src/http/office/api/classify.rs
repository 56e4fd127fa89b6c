//! `POST /v1/cases/{case}/classify`: sorting a case, or settling a parallel edit.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Json, Path};
use http::HeaderMap;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::model::{Classification, Command, Place};
use serde::{Deserialize, Serialize};

use super::super::body;
use super::super::visit::Program;
use super::cases::nothing;
use super::parameters::word;
use crate::app::App;
use crate::error::Problem;
use crate::ingest::Sitting;
use crate::projection::queries::{self, CaseKey};

/// New values; what is absent stays as it is.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct Body {
    kind: Option<String>,
    urgency: Option<String>,
    nature: Option<String>,
    subject: Option<String>,
    place: Option<PlaceBody>,
    anonymous: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PlaceBody {
    building: Option<String>,
    unit: Option<String>,
    room: Option<String>,
    spot: Option<String>,
}

#[derive(Serialize)]
pub(in super::super) struct Outcome {
    /// False if the case already said so.
    changed: bool,
}

impl Body {
    fn classification(self) -> Result<Classification, Problem> {
        let to = Classification {
            kind: word("kind", self.kind.as_deref().unwrap_or_default())?,
            urgency: word("urgency", self.urgency.as_deref().unwrap_or_default())?,
            nature: word("nature", self.nature.as_deref().unwrap_or_default())?,
            subject: self.subject,
            about: None,
            anonymous: self.anonymous,
            place: self.place.map(|place| Place {
                building: place.building,
                unit: place.unit,
                room: place.room,
                spot: place.spot,
            }),
        };
        if to == Classification::default() {
            let why = "one of kind, urgency, nature, subject, place and anonymous must be given";
            return Err(Problem::new(ErrorCode::FieldMissing, why));
        }
        Ok(to)
    }
}

/// The office's edit becomes an ordinary signed change, as if it came from a phone.
pub(in super::super) async fn classify(
    program: Program,
    headers: HeaderMap,
    Path(case): Path<String>,
    given: Result<Json<Body>, JsonRejection>,
) -> Result<Json<Outcome>, Problem> {
    program.check_origin(&headers)?;
    let to = body::json(given)?.classification()?;
    let (reach, now) = (program.reach, App::now());
    let key: CaseKey = case.parse().unwrap_or_else(|never| match never {});
    let changed = program
        .app
        .write(move |batch, office| {
            let case = queries::case_head(batch.db, &reach, &key)?.ok_or_else(nothing)?.id;
            let sitting = Sitting { person: reach.person(), now };
            let command = Command::Classify { case, to };
            Ok(office.carry_out(batch, &mut rand::rng(), sitting, &command)?)
        })
        .await?;
    Ok(Json(Outcome { changed }))
}
