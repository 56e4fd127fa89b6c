//! The table of rights: path, action, and the roles that may. What has no row is nobody's.
//!
//! `table.txt` beside this says the same once more as a grid, written by hand; a test compares the two.
//! 'Ours' marks what the procedures leave open.
//!
//! The table speaks of roles alone. *Which* cases somebody has on the phone at all follows from the feeds:
//! a guard's are those given to security and those they found.

use super::path::Action::{Add, Set};
use super::path::{Action, CaseField, ContactField, OrderField, Path, SiteField};
use crate::model::Role::{self, Admin, Guard, Manager, Reception, SiteDirector, Supervisor, Technician};
use crate::model::{EntryKind, Level, RoundEntryKind, SignOffSubject, Verifier};

/// Everybody who handles cases. The administrator's role alone opens none.
const STAFF: &[Role] = &[Guard, Technician, Reception, Supervisor, SiteDirector, Manager];
/// The people of the estate itself. The company's office is not on the spot.
const ESTATE: &[Role] = &[Guard, Technician, Reception, Supervisor, SiteDirector];
/// Everybody but guards: they speak with the owner, whose contact data a guard never has.
const SPEAKERS: &[Role] = &[Technician, Reception, Supervisor, SiteDirector, Manager];
/// Who handles repairs at the estate: does them, or writes them up for an outside party without a phone.
const REPAIR: &[Role] = &[Technician, Reception, Supervisor, SiteDirector];
/// Who knows the trade.
const TRADE: &[Role] = &[Technician, Supervisor, SiteDirector];
/// Who runs cases: takes them in, sorts, tells, writes the papers.
const OFFICE: &[Role] = &[Reception, Supervisor, SiteDirector, Manager];
/// Who answers to the customer for a case as a whole.
const CUSTOMER: &[Role] = &[Reception, SiteDirector, Manager];
/// Who decides: on putting work aside, and as whom papers are signed.
const DECIDERS: &[Role] = &[Supervisor, SiteDirector, Manager];
/// Site director and company.
const HEADS: &[Role] = &[SiteDirector, Manager];
/// The company alone.
const COMPANY: &[Role] = &[Manager];
/// Who keeps what is known of an estate.
const KEEPERS: &[Role] = &[SiteDirector, Manager, Admin];

const fn case(field: CaseField, action: Action, roles: &'static [Role]) -> Row {
    (Path::Case(field), action, roles)
}

const fn order(field: OrderField, action: Action, roles: &'static [Role]) -> Row {
    (Path::OrderField(field), action, roles)
}

const fn entry(kind: EntryKind, roles: &'static [Role]) -> Row {
    (Path::Entry(kind), Add, roles)
}

const fn site(field: SiteField, roles: &'static [Role]) -> Row {
    (Path::Site(field), Set, roles)
}

/// One line of the table.
type Row = (Path, Action, &'static [Role]);

/// Whether a role may write a path in this way.
pub fn may(role: Role, path: Path, action: Action) -> bool {
    roles_for(path, action).contains(&role)
}

/// Whether a role may sign, consent, negotiate or approve as a level.
pub fn may_sign_as(role: Role, level: Level) -> bool {
    may(role, Path::SignedAs(level), Add)
}

/// Every role that may.
pub(super) fn roles_for(path: Path, action: Action) -> &'static [Role] {
    TABLE.iter().find(|row| (row.0, row.1) == (path, action)).map_or(&[], |row| row.2)
}

/// See the module.
const TABLE: &[Row] = &[
    // Whoever is told of a matter or finds one writes it down (首问责任制), with everything they heard, also
    // whom it is about. Nature is never known at that moment: it is what an investigation finds.
    (Path::CaseStart, Add, STAFF),
    case(CaseField::Kind, Add, STAFF),
    case(CaseField::Channel, Add, STAFF),
    case(CaseField::Urgency, Add, STAFF),
    case(CaseField::Subject, Add, STAFF),
    case(CaseField::Place, Add, STAFF),
    case(CaseField::About, Add, STAFF),
    case(CaseField::Anonymous, Add, STAFF),
    case(CaseField::Confidential, Add, STAFF),
    (Path::Description, Add, STAFF),
    // Sorting is the desk's. Who stands before it may put right what can be seen there: how urgent it is,
    // what it is, where (ours).
    case(CaseField::Kind, Set, OFFICE),
    case(CaseField::Channel, Set, CUSTOMER),
    case(CaseField::Urgency, Set, STAFF),
    case(CaseField::Nature, Set, OFFICE),
    case(CaseField::Subject, Set, STAFF),
    case(CaseField::Place, Set, STAFF),
    (Path::Description, Set, STAFF),
    // Whom it is about decides who may not handle it (回避), and unnamed is a promise: neither is for those
    // it may be about (ours).
    case(CaseField::About, Set, CUSTOMER),
    case(CaseField::Anonymous, Set, CUSTOMER),
    case(CaseField::Confidential, Set, CUSTOMER),
    // A guard sends a found fault to engineering at once, a technician a second defect to another
    // department. What a repair costs whom is not a guard's to say (ours).
    (Path::Order, Add, STAFF),
    order(OrderField::Department, Add, STAFF),
    order(OrderField::Assignee, Add, STAFF),
    order(OrderField::Kind, Add, SPEAKERS),
    order(OrderField::Liability, Add, SPEAKERS),
    order(OrderField::Party, Add, OFFICE),
    order(OrderField::Appointment, Add, SPEAKERS),
    order(OrderField::ReworkOf, Add, SPEAKERS),
    // Taking from the pool (抢单) and passing on (转单) are everybody's; giving an order to another
    // department or out of the house is the office's.
    order(OrderField::Department, Set, OFFICE),
    order(OrderField::Assignee, Set, STAFF),
    order(OrderField::Kind, Set, SPEAKERS),
    order(OrderField::Liability, Set, SPEAKERS),
    order(OrderField::Party, Set, OFFICE),
    order(OrderField::Appointment, Set, SPEAKERS),
    entry(EntryKind::Received, STAFF),
    entry(EntryKind::Dispatched, STAFF),
    entry(EntryKind::Assigned, STAFF),
    entry(EntryKind::Accepted, ESTATE),
    entry(EntryKind::GivenBack, ESTATE),
    // Counted by those whom an owner asks; whoever has the order does not chase themselves.
    entry(EntryKind::Chased, &[Guard, Reception, Supervisor, SiteDirector, Manager]),
    entry(EntryKind::Appointed, SPEAKERS),
    entry(EntryKind::Arrived, ESTATE),
    entry(EntryKind::NobodyHome, ESTATE),
    // A joint inspection: the housekeeper is there too.
    entry(EntryKind::Inspected, REPAIR),
    entry(EntryKind::Diagnosed, TRADE),
    // Anybody makes safe, also whoever the case is about, alone on a night shift.
    entry(EntryKind::TemporaryMeasure, ESTATE),
    entry(EntryKind::Waiting, ESTATE),
    entry(EntryKind::Suspended, DECIDERS),
    entry(EntryKind::Resumed, STAFF),
    entry(EntryKind::PartUsed, TRADE),
    entry(EntryKind::PlanWritten, TRADE),
    entry(EntryKind::PlanApproved, DECIDERS),
    entry(EntryKind::Progressed, TRADE),
    // The company states what another system or a party says is done: an import (ours).
    entry(EntryKind::Completed, STAFF),
    entry(EntryKind::WrittenUp, REPAIR),
    entry(EntryKind::Verified, &[Reception, Supervisor, SiteDirector]),
    entry(EntryKind::Returned, REPAIR),
    // Told at intake, taken at the door or at the desk.
    entry(EntryKind::RateTold, REPAIR),
    entry(EntryKind::Quoted, REPAIR),
    entry(EntryKind::Charged, REPAIR),
    entry(EntryKind::Receipted, REPAIR),
    entry(EntryKind::Investigated, OFFICE),
    // 'Not our fault' needs the manager before the customer hears it.
    entry(EntryKind::DenialConfirmed, COMPANY),
    entry(EntryKind::PlanTold, OFFICE),
    entry(EntryKind::ProgressTold, SPEAKERS),
    // A promise binds the company; a technician says when the part is expected (ours).
    entry(EntryKind::Promised, OFFICE),
    entry(EntryKind::Attempted, SPEAKERS),
    entry(EntryKind::DeadlineSet, CUSTOMER),
    entry(EntryKind::Escalated, STAFF),
    entry(EntryKind::SuperiorTold, STAFF),
    // Responsibility lies with the area's housekeeper or whoever took the case in, never with whoever
    // repairs it.
    entry(EntryKind::HandedOver, OFFICE),
    entry(EntryKind::Linked, OFFICE),
    entry(EntryKind::Found, STAFF),
    entry(EntryKind::WalkOrdered, OFFICE),
    entry(EntryKind::Walked, ESTATE),
    entry(EntryKind::NoticeGiven, STAFF),
    entry(EntryKind::ChangePlanned, OFFICE),
    entry(EntryKind::PaperReceived, OFFICE),
    entry(EntryKind::HazardCoordinated, OFFICE),
    entry(EntryKind::SheetWritten, OFFICE),
    entry(EntryKind::SheetSigned, DECIDERS),
    entry(EntryKind::SheetSent, OFFICE),
    entry(EntryKind::SheetReplied, OFFICE),
    entry(EntryKind::SettlementDrafted, OFFICE),
    entry(EntryKind::SettlementConsented, HEADS),
    entry(EntryKind::SettlementPaid, CUSTOMER),
    // A playbook is copied and its steps are ticked by whoever stands there.
    entry(EntryKind::PlaybookChosen, STAFF),
    entry(EntryKind::StepDone, STAFF),
    entry(EntryKind::Reported, OFFICE),
    entry(EntryKind::ReportWritten, OFFICE),
    // Satisfaction is asked at the return visit, never on the technician's phone.
    entry(EntryKind::Visited, OFFICE),
    entry(EntryKind::Closed, CUSTOMER),
    (Path::OrderClosed, Add, OFFICE),
    entry(EntryKind::Reviewed, OFFICE),
    entry(EntryKind::Reopened, OFFICE),
    // Which of two contradicting statements holds is decided where cases are run (ours).
    entry(EntryKind::Settled, OFFICE),
    entry(EntryKind::Remark, STAFF),
    // Everybody signs as what they are. An engineering manager (工程部经理) has no role of their own: at a
    // small estate the supervisor is one, elsewhere somebody of the company (ours). The developer has no
    // phone of ours: who spoke with them writes down what they agreed to.
    (Path::SignedAs(Level::Desk), Add, &[Reception]),
    (Path::SignedAs(Level::Supervisor), Add, &[Supervisor]),
    (Path::SignedAs(Level::EngineeringManager), Add, &[Supervisor, Manager]),
    (Path::SignedAs(Level::SiteDirector), Add, &[SiteDirector]),
    (Path::SignedAs(Level::CustomerService), Add, COMPANY),
    (Path::SignedAs(Level::GeneralManager), Add, COMPANY),
    (Path::SignedAs(Level::Developer), Add, HEADS),
    // Up the ladder, not past it: the estate's people reach the site director, the desk and supervisors the
    // customer service department (at night the director sleeps), the director the general manager.
    (Path::EscalatedTo(Level::Desk), Add, STAFF),
    (Path::EscalatedTo(Level::Supervisor), Add, STAFF),
    (Path::EscalatedTo(Level::EngineeringManager), Add, STAFF),
    (Path::EscalatedTo(Level::SiteDirector), Add, STAFF),
    (Path::EscalatedTo(Level::CustomerService), Add, OFFICE),
    (Path::EscalatedTo(Level::GeneralManager), Add, HEADS),
    (Path::EscalatedTo(Level::Developer), Add, HEADS),
    // The housekeeper verifies on site, then the owner; who repaired it does not.
    (Path::VerifiedAs(Verifier::Housekeeper), Add, &[Reception, SiteDirector]),
    (Path::VerifiedAs(Verifier::Owner), Add, &[Reception, Supervisor, SiteDirector]),
    (Path::VerifiedAs(Verifier::Supervisor), Add, &[Supervisor, SiteDirector]),
    (Path::Photo, Add, STAFF),
    // A guard states for a common area that no signature is needed. A drawn one goes to the contact
    // document, which is closed to guards, so they cannot take one.
    (Path::SignOff(SignOffSubject::Completion), Add, STAFF),
    (Path::SignOff(SignOffSubject::Charge), Add, REPAIR),
    (Path::SignOff(SignOffSubject::Settlement), Add, OFFICE),
    // Contact data is the desk's and above. A technician has it to call while the order is in hand and adds
    // to it only the signature (ours).
    (Path::ContactStart, Add, SPEAKERS),
    (Path::Signature, Add, SPEAKERS),
    (Path::Contact(ContactField::Name), Set, OFFICE),
    (Path::Contact(ContactField::Phone), Set, OFFICE),
    (Path::Contact(ContactField::Address), Set, OFFICE),
    (Path::Contact(ContactField::Words), Set, OFFICE),
    // Everybody on the spot walks rounds: guards, technicians of equipment, the desk and its heads of quality.
    (Path::RoundStart, Add, STAFF),
    (Path::RoundEntry(RoundEntryKind::Started), Add, STAFF),
    (Path::RoundEntry(RoundEntryKind::Finished), Add, STAFF),
    (Path::Check, Add, STAFF),
    (Path::RoundPhoto, Add, STAFF),
    // Devices, people and policy are the administrator's; the director has everything of the estate.
    // Supervisors plan what their people walk (ours).
    site(SiteField::Name, KEEPERS),
    site(SiteField::Policy, KEEPERS),
    site(SiteField::Area, KEEPERS),
    site(SiteField::Route, &[Supervisor, SiteDirector, Manager, Admin]),
    site(SiteField::Checkpoint, &[Supervisor, SiteDirector, Manager, Admin]),
    site(SiteField::Person, &[SiteDirector, Admin]),
];

#[cfg(test)]
pub(super) const fn rows() -> &'static [Row] {
    TABLE
}
