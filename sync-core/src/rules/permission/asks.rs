//! What a command will write, before it is written.

use super::path::Action::{Add, Set};
use super::path::{Action, CaseField, ContactField, OrderField, Path, SiteField};
use crate::model::{
    Classification, Command, ContactDetails, EntryKind, Fact, NewCase, NewCheck, NewOrder, NewSignOff,
    OrderSorting, RoundEntryKind, SignOffOutcome,
};

/// Everything that a command may write. What already stands as asked is then not written.
pub fn asks(command: &Command) -> Vec<(Path, Action)> {
    match command {
        Command::CreateCase { new, .. } => created(new),
        Command::Classify { to, .. } => classified(to).map(|field| (Path::Case(field), Set)).collect(),
        Command::Describe { .. } => vec![(Path::Description, Set)],
        Command::Dispatch { assignee, new, .. } => dispatched(assignee.is_some(), new.as_ref()),
        Command::Assign { .. } => {
            vec![(Path::OrderField(OrderField::Assignee), Set), (Path::Entry(EntryKind::Assigned), Add)]
        }
        Command::TakeOrder { .. } => {
            vec![(Path::OrderField(OrderField::Assignee), Set), (Path::Entry(EntryKind::Accepted), Add)]
        }
        Command::SortOrder { to, .. } => {
            let appointed = to.appointment.map(|_| (Path::Entry(EntryKind::Appointed), Add));
            sorted(to).map(|field| (Path::OrderField(field), Set)).chain(appointed).collect()
        }
        Command::Record { order, new, .. } => stated(&new.fact, order.is_some()),
        Command::AddPhoto { .. } => vec![(Path::Photo, Add)],
        Command::SignOff { new, .. } => signed_off(new),
        Command::WriteContact { details, .. } => contact(details),
        Command::NameSite { .. } => vec![(Path::Site(SiteField::Name), Set)],
        Command::PutPerson { .. } => vec![(Path::Site(SiteField::Person), Set)],
        Command::WritePolicy { .. } => vec![(Path::Site(SiteField::Policy), Set)],
        Command::PutArea { .. } => vec![(Path::Site(SiteField::Area), Set)],
        Command::PutCheckpoint { .. } => vec![(Path::Site(SiteField::Checkpoint), Set)],
        Command::PutRoute { .. } => vec![(Path::Site(SiteField::Route), Set)],
        Command::StartRound { .. } => {
            vec![(Path::RoundStart, Add), (Path::RoundEntry(RoundEntryKind::Started), Add)]
        }
        Command::Check { new, .. } => checked(new),
        Command::AddRoundPhoto { .. } => vec![(Path::RoundPhoto, Add)],
        Command::FinishRound { case, .. } => {
            let walked = case.map(|_| (Path::Entry(EntryKind::Walked), Add));
            std::iter::once((Path::RoundEntry(RoundEntryKind::Finished), Add)).chain(walked).collect()
        }
        Command::ReportAbnormal { new, create, .. } => {
            let mut paths = checked(new);
            paths.extend(created(create));
            paths.push((Path::Entry(EntryKind::Found), Add));
            paths.extend(new.shown_in_case().next().map(|_| (Path::Photo, Add)));
            paths
        }
    }
}

/// The paths of an entry: the entry itself and the level that it names.
pub(super) fn stated(fact: &Fact, about_order: bool) -> Vec<(Path, Action)> {
    let closes_order = about_order && fact.kind() == EntryKind::Closed;
    let entry = if closes_order { Path::OrderClosed } else { Path::Entry(fact.kind()) };
    std::iter::once(entry).chain(named(fact)).map(|path| (path, Add)).collect()
}

/// As whom, or to whom, an entry says that it was done.
fn named(fact: &Fact) -> Option<Path> {
    match fact {
        Fact::SheetSigned(signature) => Some(Path::SignedAs(signature.level)),
        Fact::SettlementDrafted(draft) => Some(Path::SignedAs(draft.level)),
        Fact::SettlementConsented(consent) => Some(Path::SignedAs(consent.level)),
        Fact::PlanApproved(approval) => Some(Path::SignedAs(approval.level)),
        Fact::Escalated(escalation) => Some(Path::EscalatedTo(escalation.to)),
        Fact::Verified(verification) => Some(Path::VerifiedAs(verification.by)),
        Fact::Received
        | Fact::Dispatched(_)
        | Fact::Assigned(_)
        | Fact::Accepted
        | Fact::GivenBack
        | Fact::Chased
        | Fact::Appointed(_)
        | Fact::Arrived(_)
        | Fact::NobodyHome
        | Fact::Inspected
        | Fact::Diagnosed
        | Fact::TemporaryMeasure
        | Fact::Waiting(_)
        | Fact::Suspended
        | Fact::Resumed
        | Fact::PartUsed(_)
        | Fact::PlanWritten(_)
        | Fact::Progressed(_)
        | Fact::Completed
        | Fact::WrittenUp
        | Fact::Returned
        | Fact::RateTold(_)
        | Fact::Quoted(_)
        | Fact::Charged(_)
        | Fact::Receipted(_)
        | Fact::Investigated
        | Fact::DenialConfirmed
        | Fact::PlanTold(_)
        | Fact::ProgressTold(_)
        | Fact::Promised(_)
        | Fact::Attempted(_)
        | Fact::DeadlineSet(_)
        | Fact::SuperiorTold
        | Fact::HandedOver(_)
        | Fact::Linked(_)
        | Fact::Found(_)
        | Fact::WalkOrdered(_)
        | Fact::Walked(_)
        | Fact::NoticeGiven
        | Fact::ChangePlanned(_)
        | Fact::PaperReceived
        | Fact::HazardCoordinated
        | Fact::SheetWritten(_)
        | Fact::SheetSent(_)
        | Fact::SheetReplied(_)
        | Fact::SettlementPaid(_)
        | Fact::PlaybookChosen(_)
        | Fact::StepDone(_)
        | Fact::Reported(_)
        | Fact::ReportWritten
        | Fact::Visited(_)
        | Fact::Closed
        | Fact::Reviewed(_)
        | Fact::Reopened
        | Fact::Settled(_)
        | Fact::Remark
        | Fact::Unknown => None,
    }
}

fn checked(new: &NewCheck) -> Vec<(Path, Action)> {
    let photo = new.photos.first().map(|_| (Path::RoundPhoto, Add));
    std::iter::once((Path::Check, Add)).chain(photo).collect()
}

fn created(new: &NewCase) -> Vec<(Path, Action)> {
    let always =
        [CaseField::Kind, CaseField::Channel, CaseField::Urgency, CaseField::Subject, CaseField::Place];
    let told = [
        new.about.map(|_| Path::Case(CaseField::About)),
        new.anonymous.map(|_| Path::Case(CaseField::Anonymous)),
        new.confidential.map(|_| Path::Case(CaseField::Confidential)),
    ];
    let paths = [Path::CaseStart, Path::Description, Path::Entry(EntryKind::Received)];
    paths
        .into_iter()
        .chain(always.map(Path::Case))
        .chain(told.into_iter().flatten())
        .map(|path| (path, Add))
        .collect()
}

fn classified(to: &Classification) -> impl Iterator<Item = CaseField> {
    [
        to.kind.map(|_| CaseField::Kind),
        to.urgency.map(|_| CaseField::Urgency),
        to.nature.map(|_| CaseField::Nature),
        to.subject.as_ref().map(|_| CaseField::Subject),
        to.place.as_ref().map(|_| CaseField::Place),
        to.about.map(|_| CaseField::About),
        to.anonymous.map(|_| CaseField::Anonymous),
        to.confidential.map(|_| CaseField::Confidential),
    ]
    .into_iter()
    .flatten()
}

fn sorted(to: &OrderSorting) -> impl Iterator<Item = OrderField> {
    [
        to.department.map(|_| OrderField::Department),
        to.kind.map(|_| OrderField::Kind),
        to.liability.map(|_| OrderField::Liability),
        to.party.as_ref().map(|_| OrderField::Party),
        to.appointment.map(|_| OrderField::Appointment),
    ]
    .into_iter()
    .flatten()
}

fn dispatched(assigned: bool, new: Option<&NewOrder>) -> Vec<(Path, Action)> {
    let mut paths =
        vec![Path::Order, Path::Entry(EntryKind::Dispatched), Path::OrderField(OrderField::Department)];
    paths.extend(assigned.then_some(Path::OrderField(OrderField::Assignee)));
    if let Some(new) = new {
        paths.extend(new.rework_of.map(|_| Path::OrderField(OrderField::ReworkOf)));
        paths.extend(sorted(&new.sorting).map(Path::OrderField));
        paths.extend(new.sorting.appointment.map(|_| Path::Entry(EntryKind::Appointed)));
    }
    paths.into_iter().map(|path| (path, Add)).collect()
}

fn signed_off(new: &NewSignOff) -> Vec<(Path, Action)> {
    let mut paths = vec![Path::SignOff(new.subject)];
    if new.outcome == SignOffOutcome::Signed {
        paths.extend([Path::ContactStart, Path::Signature]);
    }
    paths.into_iter().map(|path| (path, Add)).collect()
}

fn contact(details: &ContactDetails) -> Vec<(Path, Action)> {
    let fields = [
        details.name.as_ref().map(|_| ContactField::Name),
        details.phone.as_ref().map(|_| ContactField::Phone),
        details.address.as_ref().map(|_| ContactField::Address),
        details.words.as_ref().map(|_| ContactField::Words),
    ];
    let fields = fields.into_iter().flatten().map(|field| (Path::Contact(field), Set));
    std::iter::once((Path::ContactStart, Add)).chain(fields).collect()
}
