//! `POST /v1/people` and `/v1/people/{person}/roles`: who works where.

use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::path::Path;
use super::super::sent::Sent;
use super::concerned::Judge;
use super::edit::{self, Added, Answer};
use super::parameters::{given, required};
use crate::auth::staff::Deed;
use crate::error::Problem;
use crate::http::openapi::words;
use crate::ingest::Post;

/// A new person, and what they do first.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = NewPerson)]
#[serde(default, deny_unknown_fields)]
pub(super) struct HireBody {
    #[schema(value_type = String, required, min_length = 1, max_length = 200)]
    name: Option<String>,
    #[schema(value_type = String, format = "uuid", required)]
    site: Option<String>,
    #[schema(value_type = words::Role, required)]
    role: Option<String>,
    #[schema(value_type = Option<words::Department>)]
    department: Option<String>,
}

/// Adds a person with a first role, whoever else is called the same.
#[utoipa::path(
    post,
    path = "/v1/people",
    tag = "people",
    operation_id = "addPerson",
    request_body = HireBody,
    responses((status = 201, description = "They work there", body = Added)),
)]
pub(super) async fn hire(Sent { asker, body }: Sent<HireBody>) -> Result<Response, Problem> {
    let HireBody { name, site, role, department } = body;
    let (name, first) = (required("name", name)?, post(&site, &role, &department)?);
    let judge = Judge::of(&asker);
    edit::make(asker, move |edit| {
        judge.estate(edit.batch.db, first.site)?;
        let desk = edit.sitting();
        let person = edit.office.hire(edit.batch, &mut rand::rng(), desk, &name, first)?;
        Ok(Answer::from(person).about(first.site).about(first.role))
    })
    .await
}

fn post(site: &Option<String>, role: &Option<String>, department: &Option<String>) -> Result<Post, Problem> {
    Ok(Post {
        site: required("site", given("site", site)?)?,
        role: required("role", given("role", role)?)?,
        department: given("department", department)?,
    })
}

/// What somebody is to do, and where.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = NewRole)]
#[serde(default, deny_unknown_fields)]
pub(super) struct GiveBody {
    #[schema(value_type = String, format = "uuid", required)]
    site: Option<String>,
    #[schema(value_type = words::Role, required)]
    role: Option<String>,
    #[schema(value_type = Option<words::Department>)]
    department: Option<String>,
}

/// Gives a person a role, or another department in it.
#[utoipa::path(
    post,
    path = "/v1/people/{person}/roles",
    tag = "people",
    operation_id = "giveRole",
    params(("person" = String, Path, format = "uuid", description = "The id of a person")),
    request_body = GiveBody,
    responses((status = 200, description = "They have it", body = edit::Changed)),
)]
pub(super) async fn give(
    Path(person): Path<String>,
    Sent { asker, body }: Sent<GiveBody>,
) -> Result<Response, Problem> {
    let post = post(&body.site, &body.role, &body.department)?;
    let judge = Judge::of(&asker);
    edit::make(asker, move |edit| {
        let person = judge.person(edit.batch.db, &person, Deed::Role(post.site))?;
        let desk = edit.sitting();
        let changed = edit.office.give_role(edit.batch, &mut rand::rng(), desk, person, post)?;
        Ok(Answer::from(changed).about(post.site).about(post.role))
    })
    .await
}

/// What somebody is to do no longer, and where.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = RoleTaken)]
#[serde(default, deny_unknown_fields)]
pub(super) struct TakeBody {
    #[schema(value_type = String, format = "uuid", required)]
    site: Option<String>,
    #[schema(value_type = words::Role, required)]
    role: Option<String>,
}

/// Takes a role from a person. At its next sync each of their phones gives up what came with it.
#[utoipa::path(
    post,
    path = "/v1/people/{person}/roles/take",
    tag = "people",
    operation_id = "takeRole",
    params(("person" = String, Path, format = "uuid", description = "The id of a person")),
    request_body = TakeBody,
    responses((status = 200, description = "They do not have it", body = edit::Changed)),
)]
pub(super) async fn take(
    Path(person): Path<String>,
    Sent { asker, body }: Sent<TakeBody>,
) -> Result<Response, Problem> {
    let Post { site, role, .. } = post(&body.site, &body.role, &None)?;
    let judge = Judge::of(&asker);
    edit::make(asker, move |edit| {
        let person = judge.person(edit.batch.db, &person, Deed::Role(site))?;
        let desk = edit.sitting();
        let changed = edit.office.take_role(edit.batch, desk, person, site, role)?;
        Ok(Answer::from(changed).about(site).about(role))
    })
    .await
}
