//! Facts in English, as the procedures would put them.

use roundsman_sync_core::model::fact::{
    Arrival, DailyProgress, Dispatch, Progress, Report, Review, ScanMeans, Visit, Wait,
};
use roundsman_sync_core::model::{Fact, Level, LinkRelation, PartyKind, Verifier, WaitFor, Way};

use super::{Telling, degrees, quantity};

pub(super) fn sentence(fact: &Fact, t: &Telling<'_>) -> String {
    match fact {
        Fact::Received => "Written down".to_owned(),
        Fact::Dispatched(dispatch) => dispatched(dispatch),
        Fact::Assigned(assignment) => format!("Order given to {}", t.person(assignment.to)),
        Fact::Accepted => "Order taken in hand".to_owned(),
        Fact::GivenBack => "Given back to the desk, to be dispatched anew".to_owned(),
        Fact::Chased => "Somebody asked how the order stands".to_owned(),
        Fact::Appointed(appointment) => match appointment.window() {
            Some(window) => format!(
                "Agreed with the owner to come between {} and {}",
                t.time(window.from),
                t.time(window.to)
            ),
            None => "Agreed with the owner when somebody will come".to_owned(),
        },
        Fact::Arrived(arrival) => arrived(arrival),
        Fact::NobodyHome => "On the spot, and nobody opened".to_owned(),
        Fact::Inspected => "Inspected on the spot who answers for it".to_owned(),
        Fact::Diagnosed => "The cause is known".to_owned(),
        Fact::TemporaryMeasure => "Made safe for now".to_owned(),
        Fact::Waiting(wait) => waiting(wait, t),
        Fact::Suspended => "Put aside by decision".to_owned(),
        Fact::Resumed => "Work goes on".to_owned(),
        Fact::PartUsed(part) => {
            let price = part.price.map(|price| format!(", ¥{price} each")).unwrap_or_default();
            format!("Used: {} {} {}{price}", part.name, quantity(part), part.unit)
        }
        Fact::PlanWritten(plan) => format!("Repair planned, to be done by {}", t.time(plan.finish_by)),
        Fact::PlanApproved(approval) => format!("Repair plan approved by {}", level(approval.level)),
        Fact::Progressed(progress) => progressed(progress, t),
        Fact::Completed => "The work is done".to_owned(),
        Fact::WrittenUp => "The emergency order was written up".to_owned(),
        Fact::Verified(verification) => format!("Works, checked by {}", verifier(verification.by)),
        Fact::Returned => "The order's paper came back".to_owned(),
        Fact::RateTold(rate) => format!("Rate told beforehand: ¥{} per {}", rate.price, rate.unit),
        Fact::Quoted(charge) => format!("Quoted ¥{} for {}", charge.sum, charge.what),
        Fact::Charged(charge) => format!("Charged ¥{} for {}", charge.sum, charge.what),
        Fact::Receipted(receipt) => format!("Receipt {} given for ¥{}", receipt.number, receipt.sum),
        Fact::Investigated => "The facts were looked into".to_owned(),
        Fact::DenialConfirmed => "The manager confirmed that the company is not at fault".to_owned(),
        Fact::PlanTold(report) => reported("how it will be solved", report),
        Fact::ProgressTold(progress) => progress_told(progress, t),
        Fact::Promised(promise) => {
            let consent = promise.consent.map(|by| format!(", owner agreed {}", way(by))).unwrap_or_default();
            format!("Promised by {}{consent}", t.time(promise.until))
        }
        Fact::Attempted(attempt) => format!("Tried to reach the owner {}, without success", way(attempt.way)),
        Fact::DeadlineSet(deadline) => {
            format!("{} wants it settled by {}", deadline.authority, t.time(deadline.until))
        }
        Fact::Escalated(escalation) => format!("Taken up to {}", level(escalation.to)),
        Fact::SuperiorTold => "Settled on the spot; the superior was told the same day".to_owned(),
        Fact::HandedOver(handover) => format!("{} follows it up from now on", t.person(handover.to)),
        Fact::Linked(link) => format!("{} {}", relation(link.relation), t.case(link.case)),
        Fact::Found(_) => "Found on a round".to_owned(),
        Fact::WalkOrdered(_) => "To be walked every day until the device is verified".to_owned(),
        Fact::Walked(_) => "Walked as ordered".to_owned(),
        Fact::NoticeGiven => "A notice was put up or renewed".to_owned(),
        Fact::ChangePlanned(change) => format!("Will change from {}", t.time(change.from)),
        Fact::PaperReceived => "A paper the matter needs came in".to_owned(),
        Fact::HazardCoordinated => {
            "The hazard in the owner's own part was coordinated and recorded as the law asks".to_owned()
        }
        Fact::SheetWritten(sheet) => {
            let reply = sheet.reply_by.map(|by| format!(", answer owed by {}", t.time(by)));
            let to = party(sheet.party);
            format!("Liaison sheet to {to}, {}{}", sheet.party_name, reply.unwrap_or_default())
        }
        Fact::SheetSigned(signature) => format!("Liaison sheet signed by {}", level(signature.level)),
        Fact::SheetSent(_) => "Liaison sheet sent".to_owned(),
        Fact::SheetReplied(reply) if reply.agrees => "They answered the sheet: they take it on".to_owned(),
        Fact::SheetReplied(_) => "They answered the sheet: they do not take it on".to_owned(),
        Fact::SettlementDrafted(draft) => {
            format!("Settlement drafted: ¥{}, negotiated by {}", draft.sum, level(draft.level))
        }
        Fact::SettlementConsented(consent) => {
            let by = if consent.sheet.is_some() { "on a sheet" } else { "by phone, sheet still owed" };
            format!("Payment agreed by {} ({by})", level(consent.level))
        }
        Fact::SettlementPaid(payment) => format!("Paid ¥{} to the owner", payment.sum),
        Fact::PlaybookChosen(checklist) => {
            format!("Playbook {} taken up; steps: {}", checklist.playbook, checklist.steps.len())
        }
        Fact::StepDone(tick) => format!("Step done: {}", t.step(tick.checklist, &tick.step)),
        Fact::Reported(report) => reported("the result", report),
        Fact::ReportWritten => "The report after handling was written".to_owned(),
        Fact::Visited(visit) => visited(visit),
        Fact::Closed => "Closed".to_owned(),
        Fact::Reviewed(review) => reviewed(review),
        Fact::Reopened => "Open again; the earlier round of handling goes with it".to_owned(),
        Fact::Settled(_) => "Two statements that cannot both hold were settled".to_owned(),
        Fact::Remark => "Remark".to_owned(),
        Fact::Unknown => "Written by a newer version; this one cannot read the details".to_owned(),
    }
}

fn dispatched(dispatch: &Dispatch) -> String {
    let to = dispatch.party.map(|kind| format!(" to {}", party(kind))).unwrap_or_default();
    let phone = if dispatch.is_by_phone() { ", began by phone, to be written up afterwards" } else { "" };
    format!("Order given{to}{phone}")
}

fn arrived(arrival: &Arrival) -> String {
    let scan = arrival.scan.map(|scan| match scan.means {
        ScanMeans::Nfc => ", tag touched",
        ScanMeans::Qr => ", code photographed",
    });
    let position = arrival
        .position
        .map(|position| format!(", at {} within {} m", degrees(&position), position.accuracy_m));
    format!("On the spot{}{}", scan.unwrap_or_default(), position.unwrap_or_default())
}

fn waiting(wait: &Wait, t: &Telling<'_>) -> String {
    let reason = match wait.reason {
        WaitFor::Part => "a part",
        WaitFor::Party => "an outside party",
        WaitFor::Owner => "the owner",
        WaitFor::Access => "access",
    };
    let attempt = if wait.attempt.is_some() { " (an attempt to reach them is logged)" } else { "" };
    let expected = wait.expected.map(|at| format!(", until about {}", t.time(at))).unwrap_or_default();
    format!("Waiting for {reason}{attempt}{expected}")
}

fn progressed(progress: &DailyProgress, t: &Telling<'_>) -> String {
    let state = if progress.unchanged == Some(true) { "unchanged" } else { "goes on" };
    let expected = progress.expected.map(|at| format!(", expected by {}", t.time(at))).unwrap_or_default();
    format!("Today: {state}{expected}")
}

fn by(told: Option<Way>) -> String {
    told.map(|told| format!(" {}", way(told))).unwrap_or_default()
}

fn reported(what: &str, report: &Report) -> String {
    let denial = if report.is_denial() { ", and that the company is not at fault" } else { "" };
    format!("Owner told {what}{}{denial}", by(report.way))
}

fn progress_told(progress: &Progress, t: &Telling<'_>) -> String {
    let expected = progress.expected.map(|at| format!(", expected by {}", t.time(at))).unwrap_or_default();
    let next = progress.next.map(|at| format!(", will hear again by {}", t.time(at))).unwrap_or_default();
    format!("Owner told how it stands{}{expected}{next}", by(progress.way))
}

fn visited(visit: &Visit) -> String {
    let points = visit.satisfaction.map(|points| format!(", satisfaction {points} of 5")).unwrap_or_default();
    let accepts = match visit.accepts {
        Some(true) => ", the owner accepts the outcome",
        Some(false) => ", the owner does not accept the outcome",
        None => "",
    };
    format!("Return visit{}{points}{accepts}", by(visit.way))
}

fn reviewed(review: &Review) -> String {
    let parts = [("Keep", &review.keep), ("Problem", &review.problem), ("Try", &review.attempt)];
    let said = parts.into_iter().filter_map(|(name, text)| Some(format!("{name}: {}", text.as_deref()?)));
    said.collect::<Vec<_>>().join("; ")
}

const fn way(way: Way) -> &'static str {
    match way {
        Way::Phone => "by phone",
        Way::InPerson => "in person",
        Way::Wechat => "by WeChat",
        Way::Sms => "by text message",
        Way::Written => "in writing",
        Way::Notice => "by a notice",
        Way::Link => "by link",
    }
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Desk => "the desk",
        Level::Supervisor => "the supervisor",
        Level::EngineeringManager => "the engineering manager",
        Level::SiteDirector => "the site director",
        Level::CustomerService => "the customer service department",
        Level::GeneralManager => "the general manager",
        Level::Developer => "the developer",
    }
}

const fn party(kind: PartyKind) -> &'static str {
    match kind {
        PartyKind::Developer => "the developer",
        PartyKind::Contractor => "the warranty contractor",
        PartyKind::Maintenance => "the lift maintenance company",
        PartyKind::Manufacturer => "the manufacturer",
        PartyKind::Utility => "the utility",
        PartyKind::ResidentsCommittee => "the residents' committee",
        PartyKind::OwnersCommittee => "the owners' committee",
        PartyKind::Other => "an outside party",
    }
}

const fn verifier(by: Verifier) -> &'static str {
    match by {
        Verifier::Housekeeper => "the housekeeper",
        Verifier::Owner => "the owner",
        Verifier::Supervisor => "the supervisor",
    }
}

const fn relation(relation: LinkRelation) -> &'static str {
    match relation {
        LinkRelation::SecondComplaint => "Second complaint about case",
        LinkRelation::Duplicate => "The same matter as case",
        LinkRelation::Rework => "Rework of case",
        LinkRelation::PartOf => "One cause with case",
        LinkRelation::Related => "Related to case",
    }
}
