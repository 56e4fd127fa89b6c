//! `POST /v1/cases/{case}/dispatch` and `…/orders/{order}/sort`, `assign`, `take`: work orders.

use axum::response::Response;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{EntryId, OrderId, PersonId};
use roundsman_sync_core::model::fact::Dispatch;
use roundsman_sync_core::model::{Case, Command, Department, Fact, NewOrder, OrderSorting};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::path::Path;
use super::super::sent::Sent;
use super::edit::{self, PartyBody, WindowBody, taken};
use super::parameters::{given, required};
use crate::error::Problem;
use crate::http::openapi::words;

/// A new order.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = NewOrder)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct DispatchBody {
    #[schema(format = "uuid")]
    id: Option<String>,
    #[schema(value_type = words::Department, required)]
    department: Option<String>,
    #[schema(format = "uuid")]
    assignee: Option<String>,
    #[schema(value_type = Option<words::OrderKind>)]
    kind: Option<String>,
    #[schema(value_type = Option<words::Liability>)]
    liability: Option<String>,
    party: Option<PartyBody>,
    appointment: Option<WindowBody>,
    by_phone: bool,
    #[schema(format = "uuid")]
    rework_of: Option<String>,
    note: String,
}

/// A request in its own types.
struct Wanted {
    id: Option<OrderId>,
    department: Department,
    assignee: Option<PersonId>,
    new: NewOrder,
}

impl DispatchBody {
    fn read(self) -> Result<Wanted, Problem> {
        let party = self.party.map(PartyBody::party).transpose()?;
        let sorting = OrderSorting {
            department: None,
            kind: given("kind", &self.kind)?,
            liability: given("liability", &self.liability)?,
            appointment: self.appointment.map(|window| window.window()).transpose()?,
            party,
        };
        let dispatch = Dispatch {
            by_phone: self.by_phone.then_some(true),
            party: sorting.party.as_ref().map(|party| party.kind),
        };
        let rework_of = given("rework_of", &self.rework_of)?;
        Ok(Wanted {
            id: given("id", &self.id)?,
            department: required("department", given("department", &self.department)?)?,
            assignee: given("assignee", &self.assignee)?,
            new: NewOrder { dispatch, sorting, rework_of, note: self.note },
        })
    }
}

/// Gives an order to a department or an outside party.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/dispatch",
    tag = "orders",
    operation_id = "dispatchOrder",
    params(("case" = String, Path, description = "The id of a case, or its number")),
    request_body = DispatchBody,
    responses((status = 201, description = "It is given", body = edit::Added)),
)]
pub(in super::super) async fn dispatch(
    Path(case): Path<String>,
    Sent { asker, body }: Sent<DispatchBody>,
) -> Result<Response, Problem> {
    let Wanted { id, department, assignee, new } = body.read()?;
    edit::of_case(asker, &case, move |edit, head| {
        edit.colleague("assignee", assignee, head.site)?;
        let order = edit.id(id, |now, rng| OrderId::mint(now, rng));
        let standing = edit.read(head)?;
        if standing.order(order).is_some() {
            let again = is_again(&standing, order, &new, edit.reach.person());
            return if again { Ok(order) } else { Err(taken("order")) };
        }
        // Under the order's own id, so that an order and its entry are made once or not at all.
        let dispatched = EntryId::from_bytes(*order.as_bytes());
        let new = Some(new);
        edit.give(&Command::Dispatch { case: head.id, order, dispatched, department, assignee, new })?;
        Ok(order)
    })
    .await
}

/// Whether this very order was already given by the same person. What others sorted since is theirs.
fn is_again(case: &Case, order: OrderId, new: &NewOrder, person: PersonId) -> bool {
    let said = Fact::Dispatched(new.dispatch.clone());
    case.entries.iter().any(|entry| {
        entry.order == Some(order) && entry.by == person && entry.fact == said && entry.note == new.note
    }) && case.order(order).is_some_and(|order| order.rework_of == new.rework_of)
}

/// New values; what is absent stays as it is.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = OrderSorting)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct SortBody {
    #[schema(value_type = Option<words::Department>)]
    department: Option<String>,
    #[schema(value_type = Option<words::OrderKind>)]
    kind: Option<String>,
    #[schema(value_type = Option<words::Liability>)]
    liability: Option<String>,
    party: Option<PartyBody>,
    appointment: Option<WindowBody>,
}

impl SortBody {
    fn sorting(self) -> Result<OrderSorting, Problem> {
        let to = OrderSorting {
            department: given("department", &self.department)?,
            kind: given("kind", &self.kind)?,
            liability: given("liability", &self.liability)?,
            party: self.party.map(PartyBody::party).transpose()?,
            appointment: self.appointment.map(|window| window.window()).transpose()?,
        };
        if to == OrderSorting::default() {
            let why = "one of department, kind, liability, party and appointment must be given";
            return Err(Problem::new(ErrorCode::FieldMissing, why));
        }
        Ok(to)
    }
}

/// Says how large an order is, who answers for it, who does it, and when the owner expects somebody.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/orders/{order}/sort",
    tag = "orders",
    operation_id = "sortOrder",
    params(("case" = String, Path, description = "The id of a case, or its number"), ("order" = String, Path, format = "uuid", description = "The id of an order of the case")),
    request_body = SortBody,
    responses((status = 200, description = "It is sorted", body = edit::Changed)),
)]
pub(in super::super) async fn sort(
    Path((case, order)): Path<(String, String)>,
    Sent { asker, body }: Sent<SortBody>,
) -> Result<Response, Problem> {
    let to = body.sorting()?;
    edit::of_case(asker, &case, move |making, head| {
        let order = edit::order(&order)?;
        making.give(&Command::SortOrder { case: head.id, order, to })
    })
    .await
}

/// To whom.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = Assignment)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct AssignBody {
    #[schema(value_type = String, format = "uuid", required)]
    assignee: Option<String>,
}

/// Gives an order to somebody.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/orders/{order}/assign",
    tag = "orders",
    operation_id = "assignOrder",
    params(("case" = String, Path, description = "The id of a case, or its number"), ("order" = String, Path, format = "uuid", description = "The id of an order of the case")),
    request_body = AssignBody,
    responses((status = 200, description = "It is assigned", body = edit::Changed)),
)]
pub(in super::super) async fn assign(
    Path((case, order)): Path<(String, String)>,
    Sent { asker, body }: Sent<AssignBody>,
) -> Result<Response, Problem> {
    let assignee: PersonId = required("assignee", given("assignee", &body.assignee)?)?;
    edit::of_case(asker, &case, move |making, head| {
        let order = edit::order(&order)?;
        making.colleague("assignee", Some(assignee), head.site)?;
        making.give(&Command::Assign { case: head.id, order, assignee })
    })
    .await
}

/// Under which id.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = Taking)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct TakeBody {
    #[schema(format = "uuid")]
    id: Option<String>,
}

/// Takes an order in hand: whoever asks has it from now on.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/orders/{order}/take",
    tag = "orders",
    operation_id = "takeOrder",
    params(("case" = String, Path, description = "The id of a case, or its number"), ("order" = String, Path, format = "uuid", description = "The id of an order of the case")),
    request_body = Option<TakeBody>,
    responses((status = 201, description = "It is in hand; the id is that of the entry which says so", body = edit::Added)),
)]
pub(in super::super) async fn take(
    Path((case, order)): Path<(String, String)>,
    Sent { asker, body }: Sent<TakeBody>,
) -> Result<Response, Problem> {
    let id: Option<EntryId> = given("id", &body.id)?;
    edit::of_case(asker, &case, move |making, head| {
        let order = edit::order(&order)?;
        let accepted = making.id(id, |now, rng| EntryId::mint(now, rng));
        if let Some(entry) = making.read(head)?.entry(accepted) {
            let again = entry.fact == Fact::Accepted
                && entry.order == Some(order)
                && entry.by == making.reach.person();
            return if again { Ok(accepted) } else { Err(taken("entry")) };
        }
        making.give(&Command::TakeOrder { case: head.id, order, accepted })?;
        Ok(accepted)
    })
    .await
}
