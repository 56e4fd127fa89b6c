//! October 2026 at one estate: some thirty cases, and what every figure of it is by hand.

use roundsman_sync_core::ids::{DocumentId, SheetId, SiteId};
use roundsman_sync_core::model::fact::{
    Attempt, Deadline, Escalation, Link, Promise, Report, Review, Sheet, SheetReply, SheetSending, Visit,
};
use roundsman_sync_core::model::{
    CaseKind, Channel, Fact, Level, Liability, LinkRelation, NewEntry, NewOrder, OrderKind, OrderSorting,
    Party, PartyKind, Way, Window,
};

use super::super::{PartyLine, Problem};
use super::estate::{Estate, Said, Story, at, story};
use super::rounds;

use CaseKind::{Complaint, Repair, Request};

/// What [`stories`] and the phone of [`estate`] come to, computed with pen and paper; the reasons stand with the stories.
pub(super) const BY_HAND: &[(&str, i64, i64)] = &[
    // 10 of arrivals, 4 of rework, 3 complaints, 2 promises, 3 hotline, 6 parties, 1 on the first, 1 of the phone.
    ("cases", 30, 1),
    // 30 and two of September, without a4, a9, a10, c1, k6, o1.
    ("open_at_end", 26, 1),
    // a9, a10, k6, o1 of all but a4, which was closed before it was reported.
    ("closed_in_3_days", 4, 29),
    ("cases_per_100_flats", 30, 400),
    // a1, a3, a5, a6 of these and a2, a8.
    ("arrival_in_time", 4, 6),
    // r2, the second order of r4, and r5, of a1 to a6, a8, a10, r2, r3, r4 twice, r5, k1.
    ("rework", 3, 14),
    // The same orders and the imported a9; a1 to a4 have an answer.
    ("liability_undetermined", 11, 15),
    ("liability_owner", 1, 15),
    ("liability_common", 1, 15),
    ("liability_warranty", 1, 15),
    ("liability_fund", 1, 15),
    // 5, 4, 3, 5, 5, 2: four of six, 24 points.
    ("satisfied", 4, 6),
    ("satisfaction_mean", 24, 6),
    // a5 at once, c1 2 h, c2 6 h, p1 1 h, p2 1 h, h1 3 h, h2 50 h: 63 h.
    ("first_response_mean", 63 * 3600, 7),
    ("promise_changes", 2, 1),
    ("chases", 2, 1),
    ("second_complaints", 1, 3),
    ("escalations", 2, 1),
    ("hotline_responded", 1, 3),
    ("hotline_solved", 2, 2),
    ("hotline_satisfied", 1, 2),
    // Of the scheduled round 2 of 2, 1 of 2, none of 2, 1 of 2; of the one for no schedule 1 of 1.
    ("checkpoint_coverage", 5, 9),
    // 1 h, 30 min, 10 min.
    ("sync_delay_mean", 6_000, 3),
    // Two deliveries, which waited 1 h and 10 min.
    ("offline_mean", 4_200, 2),
    ("offline_longest", 3_600, 2),
    // k1, k3, k5.
    ("party_open_cases", 3, 1),
    // k2 3.5 d, k4 1.5 d.
    ("party_reply_delay", 5 * 86_400, 2),
    // k2 and k3 of k2, k3, k4.
    ("party_replies_late", 2, 3),
];

/// The same as people read it.
pub(super) const VALUES: [f64; 28] = [
    30.0, 26.0, 13.79, 7.5, 66.67, 21.43, 73.33, 6.67, 6.67, 6.67, 6.67, 66.67, 4.0, 9.0, 2.0, 2.0, 33.33,
    2.0, 33.33, 100.0, 50.0, 55.56, 33.33, 0.58, 1.0, 3.0, 2.5, 66.67,
];

const DEVELOPER: &str = "绿城建设";
const CONTRACTOR: &str = "=安居维保";

pub(super) fn parties() -> Vec<PartyLine> {
    let line = |kind: &str, name: &str, open_cases, reply_delay_h: i64| PartyLine {
        kind: kind.to_owned(),
        name: name.to_owned(),
        open_cases,
        replies: 1,
        reply_delay_s: reply_delay_h * 3600,
        late: 1,
    };
    vec![line("developer", DEVELOPER, 3, 36), line("contractor", CONTRACTOR, 0, 84)]
}

pub(super) fn problems() -> Vec<Problem> {
    vec![Problem {
        subject: "nuisance/noise".to_owned(),
        place: "5 · 1".to_owned(),
        cases: 3,
        words: vec!["噪音".to_owned()],
        attempt: Some("公示装修时间".to_owned()),
    }]
}

/// The estate with what its phone has brought.
pub(super) fn estate() -> Estate {
    let mut estate = Estate::new(at("09-01 00:00"));
    let s1 = story(estate.site, "s1", Request, "10-20 09:00");
    let (case, remark) = (s1.clone(), || Fact::Remark);
    estate.desk(at("10-20 09:00"), &s1.all());
    let bring = |estate: &mut Estate, received: &str, said: Story| estate.phone(at(received), &said.said);
    bring(
        &mut estate,
        "10-20 12:00",
        case.clone().says("10-20 11:00", remark()).says("10-20 11:30", remark()),
    );
    // What is declared for ten days ago says nothing of the phone.
    let declared =
        roundsman_sync_core::model::Declared { at: at("10-10 12:00"), why: "忘记登记".to_owned() };
    let declared = NewEntry { fact: remark(), note: String::new(), declared: Some(declared) };
    let second = case.clone().says("10-21 11:50", remark()).says_entry("10-21 11:51", None, declared);
    bring(&mut estate, "10-21 12:00", second);
    bring(&mut estate, "11-01 00:00", case.says("10-31 23:00", remark()));
    rounds::walk(&mut estate);
    estate
}

/// Every other case of the estate, each with what was said of it.
pub(super) fn stories(site: SiteId) -> Vec<Vec<Said>> {
    let groups = [
        arrivals(site),
        rework(site),
        complaints(site),
        promises(site),
        hotline(site),
        parties_of(site),
        edges(site),
    ];
    groups.into_iter().flatten().map(Story::all).collect()
}

fn sorted(sorting: OrderSorting) -> NewOrder {
    NewOrder { sorting, ..NewOrder::default() }
}

fn answered_by(liability: Liability) -> NewOrder {
    sorted(OrderSorting { liability: Some(liability), ..OrderSorting::default() })
}

fn sized(kind: OrderKind, liability: Liability) -> NewOrder {
    sorted(OrderSorting { kind: Some(kind), liability: Some(liability), ..OrderSorting::default() })
}

fn visit(satisfaction: Option<u8>, accepts: Option<bool>) -> Fact {
    Fact::Visited(Visit { way: Some(Way::Phone), satisfaction, accepts })
}

fn linked(to: DocumentId, relation: LinkRelation) -> Fact {
    Fact::Linked(Link { case: to, relation })
}

fn arrived() -> Fact {
    Fact::Arrived(Default::default())
}

/// The limit is 15 minutes from dispatch.
fn arrivals(site: SiteId) -> Vec<Story> {
    let repair = |name: &str, reported: &str| story(site, name, Repair, reported);
    let window = Window { from: at("10-07 14:00"), to: at("10-07 16:00") };
    let appointed = sorted(OrderSorting { appointment: Some(window), ..OrderSorting::default() });
    vec![
        // At the limit: in time. Visited with 5.
        repair("a1", "10-05 09:00")
            .urgent()
            .dispatched_as("10-05 09:05", "o", answered_by(Liability::Owner))
            .order_says("10-05 09:20:00.000", "o", arrived())
            .says("10-06 09:00", visit(Some(5), None)),
        // A millisecond later: late. Chased twice in October, once in November; visited in November.
        repair("a2", "10-05 10:00")
            .urgent()
            .dispatched_as("10-05 10:05", "o", answered_by(Liability::Common))
            .order_says("10-05 10:20:00.001", "o", arrived())
            .order_says("10-05 10:10", "o", Fact::Chased)
            .order_says("10-05 10:15", "o", Fact::Chased)
            .order_says("11-01 00:00", "o", Fact::Chased)
            .says("11-01 00:00", visit(Some(1), None)),
        // A minor repair that is not urgent; nobody home is an arrival. Visited with 4.
        repair("a3", "10-06 09:00")
            .dispatched_as("10-06 09:00", "o", sized(OrderKind::Minor, Liability::Warranty))
            .order_says("10-06 09:10", "o", Fact::NobodyHome)
            .says("10-07 09:00", visit(Some(4), None)),
        // A general repair that is not urgent: no such clock counts. Visited with 3; closed before it was reported.
        repair("a4", "10-06 10:00")
            .dispatched_as("10-06 10:00", "o", sized(OrderKind::General, Liability::Fund))
            .order_says("10-06 13:00", "o", arrived())
            .says("10-07 10:00", visit(Some(3), None))
            .says("10-05 09:00", Fact::Closed),
        // In the window agreed as it was reported, which is an answer.
        repair("a5", "10-07 09:00").urgent().dispatched_as("10-07 09:00", "o", appointed).order_says(
            "10-07 15:30",
            "o",
            arrived(),
        ),
        // Begun in October, so it counts there.
        repair("a6", "10-31 23:49").urgent().dispatched("10-31 23:50", "o").order_says(
            "11-01 00:01",
            "o",
            arrived(),
        ),
        // Reported in the last millisecond of October, dispatched in the first of November.
        repair("a7", "10-31 23:59:59.999").urgent().dispatched("11-01 00:00", "o").order_says(
            "11-01 00:10",
            "o",
            arrived(),
        ),
        // Nobody ever went.
        repair("a8", "10-08 09:00").urgent().dispatched("10-08 09:00", "o"),
        // Imported: nobody here knows who went.
        repair("a9", "10-08 10:00")
            .urgent()
            .with(|new| new.channel = Channel::Import)
            .dispatched("10-08 10:00", "o")
            .says("10-08 12:00", Fact::Closed),
        // Closed within the limit without anybody going: neither in time nor late.
        repair("a10", "10-09 09:00")
            .urgent()
            .dispatched("10-09 09:00", "o")
            .says("10-09 09:10", Fact::Closed),
    ]
}

fn rework(site: SiteId) -> Vec<Story> {
    let pipe = |name: &str, reported: &str, subject: &str| {
        let subject = subject.to_owned();
        story(site, name, Repair, reported).with(|new| {
            (new.subject, new.place.building) = (subject, Some("3".to_owned()));
            (new.place.unit, new.place.room) = (Some("2".to_owned()), Some("501".to_owned()));
        })
    };
    let r4 = story(site, "r4", Repair, "10-10 09:00").dispatched("10-10 09:00", "first");
    let again = NewOrder { rework_of: Some(r4.order("first")), ..NewOrder::default() };
    let r5 = story(site, "r5", Repair, "10-11 09:00");
    let before = r4.case;
    vec![
        // Of September, completed as October begins; visited in October with 5.
        pipe("r1", "09-10 09:00", "equipment/pipe")
            .dispatched("09-10 09:00", "o")
            .order_says("10-01 00:00", "o", Fact::Completed)
            .says("10-02 09:00", visit(Some(5), None)),
        // The same place and a part of the same subject, 30 days later to the millisecond.
        pipe("r2", "10-31 00:00:00.000", "equipment/pipe/burst").dispatched("10-31 00:10", "o"),
        // A millisecond more is no rework.
        pipe("r3", "10-31 00:00:00.001", "equipment/pipe").dispatched("10-31 00:10", "o"),
        // An order that says of which it is the rework. A visit at which nothing was said of satisfaction.
        r4.dispatched_as("10-12 09:00", "second", again).says("10-13 09:00", visit(None, Some(true))),
        // Linked by somebody.
        r5.dispatched("10-11 09:00", "o").says("10-11 09:30", linked(before, LinkRelation::Rework)),
    ]
}

fn complaints(site: SiteId) -> Vec<Story> {
    let noise = |name: &str, reported: &str, words: &str| {
        let words = words.to_owned();
        story(site, name, Complaint, reported).with(|new| {
            (new.subject, new.description) = ("nuisance/noise".to_owned(), words);
            (new.place.building, new.place.unit) = (Some("5".to_owned()), Some("1".to_owned()));
        })
    };
    let c1 = noise("c1", "10-12 09:00", "夜间噪音扰民");
    let first = c1.case;
    let escalated = || Fact::Escalated(Escalation { to: Level::SiteDirector });
    let learned = Review { attempt: Some("公示装修时间".to_owned()), ..Review::default() };
    vec![
        // Answered after 2 h, closed after 72 h and a millisecond.
        c1.says("10-12 11:00", Fact::ProgressTold(Default::default()))
            .says("10-13 09:00", escalated())
            .says("10-15 09:00:00.001", Fact::Closed)
            .says("10-16 09:00", Fact::Reviewed(learned)),
        // Answered after 6 h, gone up in the last millisecond of October, closed in November.
        noise("c2", "10-12 09:00", "噪音很大")
            .says("10-12 15:00", Fact::Reported(Report::default()))
            .says("10-31 23:59:59.999", escalated())
            .says("11-01 00:00", escalated())
            .says("11-02 09:00", Fact::Closed),
        // Never answered; somebody complains again.
        noise("c3", "10-19 09:00", "又有噪音")
            .says("10-19 09:10", linked(first, LinkRelation::SecondComplaint)),
        // The same matter written down twice: counted nowhere.
        noise("d1", "10-12 09:30", "噪音").says("10-12 09:40", linked(first, LinkRelation::Duplicate)),
    ]
}

fn promises(site: SiteId) -> Vec<Story> {
    let promised = |until: &str| Fact::Promised(Promise { until: at(until), consent: Some(Way::Phone) });
    vec![
        // Answered by the promise, after 1 h. Moved once in October, told again, moved in November.
        story(site, "p1", Request, "10-13 09:00")
            .says("10-13 10:00", promised("10-15 18:00"))
            .says("10-14 10:00", promised("10-16 18:00"))
            .says("10-15 10:00", promised("10-16 18:00"))
            .says("11-01 00:00", promised("11-05 18:00")),
        // Answered by the promise, after 1 h. Re-opened, so the next promise is a first one; then moved once.
        story(site, "p2", Request, "10-13 09:00")
            .says("10-13 10:00", promised("10-15 18:00"))
            .says("10-14 09:00", Fact::Closed)
            .says("10-15 09:00", Fact::Reopened)
            .says("10-16 09:00", promised("10-18 18:00"))
            .says("10-17 09:00", promised("10-19 18:00")),
    ]
}

fn hotline(site: SiteId) -> Vec<Story> {
    let call =
        |name: &str| story(site, name, Request, "10-14 09:00").with(|new| new.channel = Channel::Hotline);
    let deadline = || Fact::DeadlineSet(Deadline { authority: "12345".to_owned(), until: at("10-15 09:00") });
    let told = || Fact::ProgressTold(Default::default());
    vec![
        // In time, solved, satisfied.
        call("h1")
            .says("10-14 09:05", deadline())
            .says("10-14 12:00", told())
            .says("10-16 09:00", visit(Some(5), Some(true))),
        // Too late; not solved at first, then solved, and nothing more was said of satisfaction.
        call("h2")
            .says("10-14 09:05", deadline())
            .says("10-16 11:00", told())
            .says("10-17 09:00", visit(Some(2), Some(false)))
            .says("10-18 09:00", visit(None, Some(true))),
        // Nothing but a try to reach them.
        call("h3").says("10-14 10:00", Fact::Attempted(Attempt { way: Way::Phone })),
    ]
}

fn parties_of(site: SiteId) -> Vec<Story> {
    let request = |name: &str, reported: &str| story(site, name, Request, reported);
    let sheet = |number: u8, party: PartyKind, reply_by: Option<&str>| {
        let name = if party == PartyKind::Developer { DEVELOPER } else { CONTRACTOR };
        let sheet = SheetId::from_bytes([number; 16]);
        Fact::SheetWritten(Sheet { sheet, party, party_name: name.to_owned(), reply_by: reply_by.map(at) })
    };
    let sent = |number: u8| Fact::SheetSent(SheetSending { sheet: SheetId::from_bytes([number; 16]) });
    let replied = |number: u8| {
        Fact::SheetReplied(SheetReply { sheet: SheetId::from_bytes([number; 16]), agrees: true })
    };
    let party = Party { kind: PartyKind::Developer, name: DEVELOPER.to_owned() };
    let by_party = sorted(OrderSorting { party: Some(party), ..OrderSorting::default() });
    vec![
        // An order that the developer has not completed.
        story(site, "k1", Repair, "10-18 09:00").dispatched_as("10-18 09:00", "o", by_party),
        // Answered 3.5 days after it was sent, a day and a half too late.
        request("k2", "10-10 08:00")
            .says("10-10 09:00", sheet(2, PartyKind::Contractor, Some("10-13 09:00")))
            .says("10-11 09:00", sent(2))
            .says("10-14 21:00", replied(2)),
        // Owed by the end of October and never answered.
        request("k3", "10-20 08:00")
            .says("10-20 09:00", sheet(3, PartyKind::Developer, Some("10-31 23:59:59.999")))
            .says("10-20 09:00", sent(3)),
        // Answered in time, 1.5 days after it was written; nobody said that it left.
        request("k4", "10-21 08:00")
            .says("10-21 09:00", sheet(4, PartyKind::Developer, Some("10-23 09:00")))
            .says("10-22 21:00", replied(4)),
        // Waits as October ends; owed and answered in November.
        request("k5", "10-25 08:00")
            .says("10-25 09:00", sheet(5, PartyKind::Developer, Some("11-03 09:00")))
            .says("11-02 09:00", replied(5)),
        // Never answered, but the case was closed.
        request("k6", "10-25 20:00")
            .says("10-25 21:00", sheet(6, PartyKind::Developer, None))
            .says("10-26 09:00", Fact::Closed),
    ]
}

/// Around the ends of the month.
fn edges(site: SiteId) -> Vec<Story> {
    vec![
        // The first millisecond of October; closed after 72 h to the millisecond.
        story(site, "o1", Request, "10-01 00:00:00.000").says("10-04 00:00:00.000", Fact::Closed),
        story(site, "o2", Request, "09-30 23:59:59.999"),
        story(site, "n1", Request, "11-01 00:00:00.000"),
    ]
}
