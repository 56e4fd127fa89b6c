//! `POST /v1/devices/{device}/revoke`, `/thaw` and `/resync`: what the office decides about a phone.

use axum::response::Response;
use roundsman_sync_core::ids::DeviceId;

use super::super::path::Path;
use super::super::sent::{Asker, Nothing, Sent};
use super::concerned::Judge;
use super::edit;
use crate::database::DatabaseError;
use crate::error::Problem;
use crate::ingest::{Batch, Office, Sitting};

/// Shuts a phone out: nothing it sends is taken any more, and it gives up what it holds when it next asks.
#[utoipa::path(
    post,
    path = "/v1/devices/{device}/revoke",
    tag = "people",
    operation_id = "revokeDevice",
    params(("device" = String, Path, format = "uuid", description = "The id of a phone")),
    request_body = Option<Nothing>,
    responses((status = 200, description = "Whether it was let in until now", body = edit::Changed)),
)]
pub(super) async fn revoke(
    Path(device): Path<String>,
    Sent { asker, body: Nothing {} }: Sent<Nothing>,
) -> Result<Response, Problem> {
    of_phone(asker, device, Office::revoke).await
}

/// Lets a frozen phone go on.
#[utoipa::path(
    post,
    path = "/v1/devices/{device}/thaw",
    tag = "people",
    operation_id = "thawDevice",
    params(("device" = String, Path, format = "uuid", description = "The id of a phone")),
    request_body = Option<Nothing>,
    responses((status = 200, description = "Whether it was frozen", body = edit::Changed)),
)]
pub(super) async fn thaw(
    Path(device): Path<String>,
    Sent { asker, body: Nothing {} }: Sent<Nothing>,
) -> Result<Response, Problem> {
    of_phone(asker, device, Office::thaw).await
}

/// Has a phone compare everything it holds with the server, at its next sync.
#[utoipa::path(
    post,
    path = "/v1/devices/{device}/resync",
    tag = "people",
    operation_id = "resyncDevice",
    params(("device" = String, Path, format = "uuid", description = "The id of a phone")),
    request_body = Option<Nothing>,
    responses((status = 200, description = "Whether it will: not if it is shut out", body = edit::Changed)),
)]
pub(super) async fn resync(
    Path(device): Path<String>,
    Sent { asker, body: Nothing {} }: Sent<Nothing>,
) -> Result<Response, Problem> {
    of_phone(asker, device, Office::ask_resync).await
}

/// Makes an edit of a phone that is the asker's to decide about.
async fn of_phone(
    asker: Asker,
    named: String,
    decide: fn(&Office, &mut Batch<'_>, Sitting, DeviceId) -> Result<bool, DatabaseError>,
) -> Result<Response, Problem> {
    let judge = Judge::of(&asker);
    edit::make(asker, move |edit| {
        let phone = judge.phone(edit.batch.db, &named)?;
        let desk = edit.sitting();
        Ok(decide(edit.office, edit.batch, desk, phone)?)
    })
    .await
}
