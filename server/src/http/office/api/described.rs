//! The operations of the API, as their handlers describe themselves. A door that is not in this list is found by
//! a test.

use utoipa::OpenApi;

use super::super::pictures;
use super::{
    access, account, audit, cases, classify, contact, create, entries, keys, kpis, lists, orders, people,
    phones, quarantine, resolve, rounds, session, standing,
};

#[derive(OpenApi)]
#[openapi(paths(
    session::enter,
    account::leave,
    account::change_password,
    account::me,
    keys::list,
    keys::add,
    keys::revoke,
    cases::list,
    create::create,
    cases::one,
    cases::timeline,
    standing::standing,
    classify::classify,
    classify::describe,
    orders::dispatch,
    orders::sort,
    orders::assign,
    orders::take,
    entries::record,
    contact::sign_off,
    contact::contact,
    resolve::resolve,
    lists::conflicts,
    pictures::original,
    rounds::list,
    rounds::due,
    rounds::one,
    quarantine::list,
    quarantine::waiting,
    quarantine::one,
    quarantine::salvage,
    quarantine::close,
    lists::people,
    people::hire,
    people::give,
    people::take,
    access::login,
    access::invite,
    lists::devices,
    phones::revoke,
    phones::thaw,
    phones::resync,
    kpis::kpis,
    audit::list,
))]
pub(in crate::http) struct Described;
