//! `GET /v1/audit`: who did what in the office.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::Response;
use http::HeaderMap;
use roundsman_sync_core::error::ErrorCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::body;
use super::super::visit::Program;
use super::lists::Paging;
use super::parameters::{limit, word};
use crate::audit::{self, Line};
use crate::error::Problem;

#[derive(Serialize, ToSchema)]
#[schema(as = AuditEntry)]
struct Entry {
    id: i64,
    #[schema(format = "date-time")]
    at: String,
    #[schema(format = "uuid")]
    person: Option<String>,
    #[schema(format = "uuid")]
    key: Option<String>,
    address: Option<String>,
    request_id: String,
    action: String,
    subject: String,
}

impl From<Line> for Entry {
    fn from(line: Line) -> Self {
        Self {
            id: line.id,
            at: line.at.to_string(),
            person: line.origin.person.map(|person| person.to_string()),
            key: line.origin.key.map(|key| key.to_string()),
            address: line.origin.address,
            request_id: line.origin.request,
            action: line.action,
            subject: line.subject,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = AuditTrail)]
struct Trail {
    entries: Vec<Entry>,
    next: Option<String>,
}

/// The newest first.
#[utoipa::path(
    get,
    path = "/v1/audit",
    tag = "audit",
    operation_id = "readAudit",
    params(Paging),
    responses((status = 200, description = "A page of the trail", body = Trail)),
)]
pub(super) async fn list(
    program: Program,
    asked: HeaderMap,
    paging: Result<Query<Paging>, QueryRejection>,
) -> Result<Response, Problem> {
    let paging = body::query(paging)?;
    let (after, limit) = (word("after", &paging.after)?, limit(&paging.limit)?);
    if !program.reach.is_admin() {
        return Err(Problem::new(ErrorCode::CommandNotPermitted, "the trail is for administrators"));
    }
    let admin = Some(program.reach.person());
    let mut found = program.app.read(move |db| audit::lines(db, admin, after, limit + 1)).await?;
    let is_more = found.len() > usize::from(limit);
    found.truncate(usize::from(limit));
    let next = found.last().filter(|_| is_more).map(|line| line.id.to_string());
    body::answer(&asked, &Trail { entries: found.into_iter().map(Entry::from).collect(), next })
}
