//! `POST /v1/cases/{case}/contact`: who raised a case; `…/sign-offs`: how asking for a signature ended.

use axum::response::Response;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{OrderId, SettlementId, SignOffId};
use roundsman_sync_core::model::{
    Command, ContactDetails, NewSignOff, RENDERER, SignOffOutcome, SignOffSubject, Statement,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::path::Path;
use super::super::sent::Sent;
use super::cases::nothing;
use super::edit::{self, Edit, taken};
use super::parameters::{given, required};
use crate::error::Problem;
use crate::http::openapi::words;
use crate::projection::queries::{self, CaseLine};

/// New values; what is absent stays as it is.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = ContactEdit)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct ContactBody {
    name: Option<String>,
    phone: Option<String>,
    address: Option<String>,
    words: Option<Words>,
}

/// The caller's own words: what the writer saw, and what they made of it.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = OwnWords)]
#[serde(deny_unknown_fields)]
struct Words {
    #[serde(default)]
    base: String,
    result: String,
}

/// Writes contact data; also settles a parallel edit of it.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/contact",
    tag = "cases",
    operation_id = "writeContact",
    params(("case" = String, Path, description = "The id of a case, or its number")),
    request_body = ContactBody,
    responses((status = 200, description = "It is written", body = edit::Changed)),
)]
pub(in super::super) async fn contact(
    Path(case): Path<String>,
    Sent { asker, body }: Sent<ContactBody>,
) -> Result<Response, Problem> {
    let ContactBody { name, phone, address, words } = body;
    let words = words.map(|words| (words.base, words.result));
    let mut details = ContactDetails { name, phone, address, words };
    if details == ContactDetails::default() {
        let why = "one of name, phone, address and words must be given";
        return Err(Problem::new(ErrorCode::FieldMissing, why));
    }
    edit::of_case(asker, &case, move |edit, head| {
        let standing = queries::contact_words(edit.batch.db, edit.reach, head)?.ok_or_else(nothing)?;
        // Sent again, the same words would be merged in a second time.
        details.words = details.words.filter(|(_, result)| *result != standing);
        edit.give(&Command::WriteContact { case: head.id, details })
    })
    .await
}

/// How the asking for a signature ended.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = NewSignOff)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct SignOffBody {
    #[schema(format = "uuid")]
    id: Option<String>,
    #[schema(format = "uuid")]
    order: Option<String>,
    #[schema(format = "uuid")]
    settlement: Option<String>,
    #[schema(value_type = words::SignOffSubject, required)]
    subject: Option<String>,
    #[schema(value_type = words::SignOffOutcome, required)]
    outcome: Option<String>,
}

/// A request in its own types.
struct Wanted {
    id: Option<SignOffId>,
    order: Option<OrderId>,
    settlement: Option<SettlementId>,
    subject: SignOffSubject,
    outcome: SignOffOutcome,
}

impl SignOffBody {
    fn read(self) -> Result<Wanted, Problem> {
        let outcome = required("outcome", given("outcome", &self.outcome)?)?;
        // What was signed is what stood on the glass, and only the phone that was held out knows that.
        if outcome == SignOffOutcome::Signed {
            let why = "'outcome': a signature is drawn on a phone that shows what is signed for, not here";
            return Err(Problem::new(ErrorCode::ValueOutOfRange, why));
        }
        Ok(Wanted {
            id: given("id", &self.id)?,
            order: given("order", &self.order)?,
            settlement: given("settlement", &self.settlement)?,
            subject: required("subject", given("subject", &self.subject)?)?,
            outcome,
        })
    }
}

/// Keeps that there was no signature, and why.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/sign-offs",
    tag = "cases",
    operation_id = "addSignOff",
    params(("case" = String, Path, description = "The id of a case, or its number")),
    request_body = SignOffBody,
    responses((status = 201, description = "It is kept", body = edit::Added)),
)]
pub(in super::super) async fn sign_off(
    Path(case): Path<String>,
    Sent { asker, body }: Sent<SignOffBody>,
) -> Result<Response, Problem> {
    let wanted = body.read()?;
    edit::of_case(asker, &case, move |edit, head| write(edit, head, &wanted)).await
}

fn write(edit: &mut Edit<'_, '_>, head: &CaseLine, wanted: &Wanted) -> Result<SignOffId, Problem> {
    let &Wanted { id, order, settlement, subject, outcome } = wanted;
    let sign_off = edit.id(id, |now, rng| SignOffId::mint(now, rng));
    let case = edit.read(head)?;
    if let Some(known) = case.sign_offs.iter().find(|known| known.id == sign_off) {
        let again = (known.order, known.settlement, known.subject, known.outcome, known.by)
            == (order, settlement, subject, outcome, edit.reach.person());
        return if again { Ok(sign_off) } else { Err(taken("sign-off")) };
    }
    if subject == SignOffSubject::Settlement && settlement.is_none() {
        return Err(Problem::new(ErrorCode::FieldMissing, "'settlement' must be given"));
    }
    if let Some(settlement) = settlement.filter(|&settlement| !case.has_settlement(settlement)) {
        let why = format!("case {} has no settlement {settlement}", head.id);
        return Err(Problem::new(ErrorCode::SettlementUnknown, why));
    }
    let new = NewSignOff {
        subject,
        outcome,
        shown: Statement::render(head.id, &case, order, subject, settlement).text,
        renderer: RENDERER,
        signer: String::new(),
        relation: String::new(),
        strokes: None,
        settlement,
    };
    edit.give(&Command::SignOff { case: head.id, order, sign_off, new })?;
    Ok(sign_off)
}
