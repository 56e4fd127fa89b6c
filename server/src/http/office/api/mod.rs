//! JSON for programs that hold a session or a key: what the pages show, in words that stay.

mod access;
mod account;
mod audit;
pub(super) mod cases;
pub(super) mod classify;
mod concerned;
pub(super) mod contact;
pub(super) mod create;
pub(super) mod described;
pub(super) mod edit;
pub(super) mod entries;
mod keys;
pub(super) mod kpis;
pub(super) mod lists;
pub(super) mod orders;
pub(super) mod parameters;
mod people;
mod phones;
pub(super) mod quarantine;
pub(super) mod resolve;
pub(super) mod rounds;
pub(super) mod session;
pub(super) mod standing;
mod wire;
mod wire_staff;

use http::Method;

use super::pictures;
use crate::auth::scope::Scope::{
    AuditRead, CasesRead, CasesWrite, DevicesRead, DevicesWrite, MeasuresRead, MetricsRead, PeopleRead,
    PeopleWrite, QuarantineRead, QuarantineWrite, RoundsRead,
};
use crate::http::doors::Doors;
use crate::http::doors::Rule::{Account, Anybody, Office};
use crate::http::metrics;

/// Every door of the API.
pub(super) fn doors(doors: Doors) -> Doors {
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    doors
        .door(GET, "/metrics", Office(MetricsRead), metrics::metrics)
        .door(POST, "/v1/login", Anybody, session::enter)
        .door(POST, "/v1/logout", Account, account::leave)
        .door(POST, "/v1/password", Account, account::change_password)
        .door(GET, "/v1/me", Account, account::me)
        .door(GET, "/v1/keys", Account, keys::list)
        .door(POST, "/v1/keys", Account, keys::add)
        .door(POST, "/v1/keys/{key}/revoke", Account, keys::revoke)
        .door(GET, "/v1/cases", Office(CasesRead), cases::list)
        .door(POST, "/v1/cases", Office(CasesWrite), create::create)
        .door(GET, "/v1/cases/{case}", Office(CasesRead), cases::one)
        .door(GET, "/v1/cases/{case}/timeline", Office(CasesRead), cases::timeline)
        .door(GET, "/v1/cases/{case}/standing", Office(CasesRead), standing::standing)
        .door(POST, "/v1/cases/{case}/classify", Office(CasesWrite), classify::classify)
        .door(POST, "/v1/cases/{case}/describe", Office(CasesWrite), classify::describe)
        .door(POST, "/v1/cases/{case}/dispatch", Office(CasesWrite), orders::dispatch)
        .door(POST, "/v1/cases/{case}/orders/{order}/sort", Office(CasesWrite), orders::sort)
        .door(POST, "/v1/cases/{case}/orders/{order}/assign", Office(CasesWrite), orders::assign)
        .door(POST, "/v1/cases/{case}/orders/{order}/take", Office(CasesWrite), orders::take)
        .door(POST, "/v1/cases/{case}/entries", Office(CasesWrite), entries::record)
        .door(POST, "/v1/cases/{case}/sign-offs", Office(CasesWrite), contact::sign_off)
        .door(POST, "/v1/cases/{case}/contact", Office(CasesWrite), contact::contact)
        .door(POST, "/v1/cases/{case}/resolve", Office(CasesWrite), resolve::resolve)
        .door(GET, "/v1/conflicts", Office(CasesRead), lists::conflicts)
        .door(GET, "/v1/photos/{hash}", Office(CasesRead), pictures::original)
        .door(GET, "/v1/rounds", Office(RoundsRead), rounds::list)
        .door(GET, "/v1/rounds/due", Office(RoundsRead), rounds::due)
        .door(GET, "/v1/rounds/{round}", Office(RoundsRead), rounds::one)
        .door(GET, "/v1/quarantine", Office(QuarantineRead), quarantine::list)
        .door(GET, "/v1/quarantine/waiting", Office(QuarantineRead), quarantine::waiting)
        .door(GET, "/v1/quarantine/{change}", Office(QuarantineRead), quarantine::one)
        .door(POST, "/v1/quarantine/{change}/salvage", Office(QuarantineWrite), quarantine::salvage)
        .door(POST, "/v1/quarantine/{change}/close", Office(QuarantineWrite), quarantine::close)
        .door(GET, "/v1/people", Office(PeopleRead), lists::people)
        .door(POST, "/v1/people", Office(PeopleWrite), people::hire)
        .door(POST, "/v1/people/{person}/roles", Office(PeopleWrite), people::give)
        .door(POST, "/v1/people/{person}/roles/take", Office(PeopleWrite), people::take)
        .door(POST, "/v1/people/{person}/login", Office(PeopleWrite), access::login)
        .door(POST, "/v1/people/{person}/invite", Office(PeopleWrite), access::invite)
        .door(GET, "/v1/devices", Office(DevicesRead), lists::devices)
        .door(POST, "/v1/devices/{device}/revoke", Office(DevicesWrite), phones::revoke)
        .door(POST, "/v1/devices/{device}/thaw", Office(DevicesWrite), phones::thaw)
        .door(POST, "/v1/devices/{device}/resync", Office(DevicesWrite), phones::resync)
        .door(GET, "/v1/kpis", Office(MeasuresRead), kpis::kpis)
        .door(GET, "/v1/audit", Office(AuditRead), audit::list)
}
