//! The vocabularies as schemas. Each is made of the list that the program itself reads by, so that a new word
//! is described the moment it exists.

use std::borrow::Cow;

use roundsman_sync_core::error::ErrorCode as Code;
use roundsman_sync_core::{model, rules};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema, openapi::RefOr};

use crate::auth::scope;
use crate::projection::queries;

macro_rules! vocabularies {
    ($( $(#[doc = $doc:literal])* $name:ident: $words:expr, )*) => { $(
        $(#[doc = $doc])*
        pub(in crate::http) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = $words.iter().map(|word| word.as_str());
                one_of(words, concat!($($doc),*).trim())
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )*

        /// All of them. Parameters name them without bringing them along, as bodies do.
        pub(super) fn all() -> impl Iterator<Item = (Cow<'static, str>, RefOr<Schema>)> {
            let filter = (RefusedFilter::name(), RefusedFilter::schema());
            [filter, $( ($name::name(), $name::schema()), )*].into_iter()
        }
    };
}

/// A text that is one of these.
fn one_of<'w>(words: impl Iterator<Item = &'w str>, what: &str) -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words));
    text.description(Some(what)).build().into()
}

/// The state by which refused changes are looked for, or `all`.
pub(in crate::http) enum RefusedFilter {}

impl PartialSchema for RefusedFilter {
    fn schema() -> RefOr<Schema> {
        let states = queries::RefusedState::ALL.iter().map(|state| state.as_str());
        one_of(states.chain(["all"]), "What became of refused changes, or `all` of them; `open` if not said.")
    }
}

impl ToSchema for RefusedFilter {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("RefusedFilter")
    }
}

vocabularies! {
    /// Why something was not done. A code never changes its spelling and is never reused.
    ErrorCode: Code::ALL,
    /// What sort of matter a case is.
    CaseKind: model::CaseKind::ALL,
    /// How a case reached the company.
    Channel: model::Channel::ALL,
    /// How soon a case must be dealt with.
    Urgency: model::Urgency::ALL,
    /// Whether a complaint is about a fault of the company.
    Nature: model::Nature::ALL,
    /// How far a case has come.
    CaseStatus: rules::CaseStatus::ALL,
    /// How far an order has come.
    OrderStatus: rules::OrderStatus::ALL,
    /// Who does a work order.
    Department: model::Department::ALL,
    /// How large a repair is.
    OrderKind: model::OrderKind::ALL,
    /// Who answers for a repair.
    Liability: model::Liability::ALL,
    /// What sort of outside party it is.
    PartyKind: model::PartyKind::ALL,
    /// What an entry states.
    EntryKind: model::EntryKind::ALL,
    /// What a photo shows.
    PhotoRole: model::PhotoRole::ALL,
    /// What was signed for.
    SignOffSubject: model::SignOffSubject::ALL,
    /// How the asking for a signature ended.
    SignOffOutcome: model::SignOffOutcome::ALL,
    /// What a round is walked for.
    RoundKind: model::RoundKind::ALL,
    /// Why a point was passed over.
    SkipReason: model::SkipReason::ALL,
    /// What a person may see and do.
    Role: model::Role::ALL,
    /// A step of the ladder on which a matter goes up.
    Level: model::Level::ALL,
    /// How a case is rated.
    Colour: rules::Colour::ALL,
    /// What sort of contradiction it is.
    ContradictionCode: rules::ContradictionCode::ALL,
    /// What stands in the way of closing.
    ObstacleCode: rules::ObstacleCode::ALL,
    /// What became of a refused change.
    RefusedState: queries::RefusedState::ALL,
    /// What makes a claimed time doubtful.
    TimeFlag: queries::TimeFlag::ALL,
    /// Whether a round that was due was walked.
    DueState: queries::DueState::ALL,
    /// How far a liaison sheet has come.
    SheetStage: rules::SheetStage::ALL,
    /// How far a settlement has come.
    SettlementStage: rules::SettlementStage::ALL,
    /// What an API key may be used for, beside what its person may do.
    Scope: scope::Scope::ALL,
}
