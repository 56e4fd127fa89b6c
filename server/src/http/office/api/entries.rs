//! `POST /v1/cases/{case}/entries`: stating that something happened. Every kind of entry that a person
//! states goes through here, with its details as JSON.

use axum::response::Response;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{EntryId, OrderId, PersonId};
use roundsman_sync_core::model::{Command, Declared, Entry, EntryKind, Fact, NewEntry};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::path::Path;
use super::super::sent::Sent;
use super::cases::nothing;
use super::edit::{self, Edit, taken};
use super::parameters::{given, required, time};
use crate::error::Problem;
use crate::http::openapi::words;
use crate::projection::queries::{self, CaseKey, CaseLine};

/// Something that happened.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = NewEntry)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct Body {
    #[schema(format = "uuid")]
    id: Option<String>,
    #[schema(value_type = words::EntryKind, required)]
    kind: Option<String>,
    #[schema(format = "uuid")]
    order: Option<String>,
    note: String,
    #[schema(value_type = Option<Object>)]
    details: Value,
    #[schema(format = "date-time")]
    declared_at: Option<String>,
    declared_why: Option<String>,
}

/// A request in its own types.
struct Wanted {
    id: Option<EntryId>,
    kind: EntryKind,
    order: Option<OrderId>,
    note: String,
    details: Value,
    declared: Option<Declared>,
}

impl Body {
    fn read(self) -> Result<Wanted, Problem> {
        let declared = match (time("declared_at", &self.declared_at)?, self.declared_why) {
            (None, None) => None,
            (Some(at), why) => Some(Declared { at, why: required("declared_why", why)? }),
            (None, Some(_)) => {
                let why = "'declared_at' must be given with 'declared_why'";
                return Err(Problem::new(ErrorCode::FieldMissing, why));
            }
        };
        Ok(Wanted {
            id: given("id", &self.id)?,
            kind: required("kind", given("kind", &self.kind)?)?,
            order: given("order", &self.order)?,
            note: self.note,
            details: self.details,
            declared,
        })
    }
}

/// States that something happened.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/entries",
    tag = "cases",
    operation_id = "addEntry",
    params(("case" = String, Path, description = "The id of a case, or its number")),
    request_body = Body,
    responses((status = 201, description = "It is stated", body = edit::Added)),
)]
pub(in super::super) async fn record(
    Path(case): Path<String>,
    Sent { asker, body }: Sent<Body>,
) -> Result<Response, Problem> {
    let wanted = body.read()?;
    edit::of_case(asker, &case, move |edit, head| write(edit, head, wanted)).await
}

fn write(edit: &mut Edit<'_, '_>, head: &CaseLine, wanted: Wanted) -> Result<EntryId, Problem> {
    let Wanted { id, kind, order, note, mut details, declared } = wanted;
    let entry = edit.id(id, |now, rng| EntryId::mint(now, rng));
    name_paper(kind, entry, &mut details);
    let fact = Fact::from_json(kind, &details).map_err(|why| Problem::new(ErrorCode::DetailsInvalid, why))?;
    let new = NewEntry { fact, note, declared };
    let standing = edit.read(head)?;
    if let Some(known) = standing.entry(entry) {
        let again = is_again(known, &new, order, edit.reach.person());
        return if again { Ok(entry) } else { Err(taken("entry")) };
    }
    check_named(edit, head, &new.fact)?;
    edit.give(&Command::Record { case: head.id, order, entry, new })?;
    Ok(entry)
}

/// A sheet or settlement that is begun has the id of the entry that begins it, unless it says another.
fn name_paper(kind: EntryKind, entry: EntryId, details: &mut Value) {
    let name = if kind == EntryKind::SheetWritten {
        "sheet"
    } else if kind == EntryKind::SettlementDrafted {
        "settlement"
    } else {
        return;
    };
    if let Value::Object(fields) = details {
        fields.entry(name).or_insert_with(|| Value::String(entry.to_string()));
    }
}

/// Whether this is the entry that stands already.
fn is_again(known: &Entry, new: &NewEntry, order: Option<OrderId>, person: PersonId) -> bool {
    known.fact == new.fact
        && known.order == order
        && known.by == person
        && known.note == new.note
        && known.declared == new.declared
}

/// A colleague or a case that an entry names must be there: at the desk they can be looked up. What it names
/// of its own case the procedures ask for.
fn check_named(edit: &Edit<'_, '_>, head: &CaseLine, fact: &Fact) -> Result<(), Problem> {
    if let Fact::HandedOver(handover) = fact {
        edit.colleague("to", Some(handover.to), head.site)?;
    }
    if let Fact::Linked(link) = fact {
        queries::case_head(edit.batch.db, edit.reach, &CaseKey::Id(link.case))?.ok_or_else(nothing)?;
    }
    Ok(())
}
