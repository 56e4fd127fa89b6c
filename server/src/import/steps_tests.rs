#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use roundsman_sync_core::model::Order;

use super::*;

const CASE: DocumentId = DocumentId::from_bytes([1; 16]);
const NOW: Timestamp = Timestamp::from_millis(1_000_000);

fn values() -> RowValues {
    RowValues {
        kind: CaseKind::Repair,
        subject: "equipment/heating".to_owned(),
        urgency: Urgency::Urgent,
        department: Department::Engineering,
        place: Place::default(),
        description: "no heat".to_owned(),
        outcome: None,
        external_number: "17".to_owned(),
        reported_at: Timestamp::from_millis(1_000),
        closed_at: None,
        closed: false,
    }
}

fn case() -> Case {
    let order = Order::new(OrderId::derived(CASE, "engineering"));
    Case { orders: vec![order], ..Case::default() }
}

/// The steps by which a case that an import of `before` made comes to say what `after` says, in short.
fn steps(before: Option<&RowValues>, after: &RowValues, current: Option<&Case>) -> Vec<String> {
    let site = SiteId::from_bytes([2; 16]);
    let before = before.map(|before| (before, 0));
    let row = Row { case: CASE, site, now: NOW, values: after, before, current };
    let short = |(at, command): Step| match command {
        Command::CreateCase { .. } => format!("{} create", at.millis()),
        Command::Classify { to, .. } => {
            let fields = [
                ("kind", to.kind.is_some()),
                ("urgency", to.urgency.is_some()),
                ("subject", to.subject.is_some()),
                ("place", to.place.is_some()),
            ];
            let set: Vec<_> = fields.iter().filter(|(_, set)| *set).map(|(name, _)| *name).collect();
            format!("classify {}", set.join(" "))
        }
        Command::Describe { base, result, .. } => format!("describe {base} -> {result}"),
        Command::Dispatch { department, .. } => format!("{} dispatch {department}", at.millis()),
        Command::Record { new, .. } => format!("{} {} {}", at.millis(), new.fact.kind(), new.note),
        Command::Assign { .. }
        | Command::SortOrder { .. }
        | Command::TakeOrder { .. }
        | Command::WritePolicy { .. }
        | Command::PutArea { .. }
        | Command::PutCheckpoint { .. }
        | Command::PutRoute { .. }
        | Command::StartRound { .. }
        | Command::Check { .. }
        | Command::AddRoundPhoto { .. }
        | Command::FinishRound { .. }
        | Command::ReportAbnormal { .. }
        | Command::AddPhoto { .. }
        | Command::SignOff { .. }
        | Command::WriteContact { .. }
        | Command::NameSite { .. }
        | Command::PutPerson { .. } => unreachable!("an import gives no such command"),
    };
    row.steps().into_iter().map(short).collect()
}

#[test]
fn an_open_row_becomes_a_case_with_an_order_given_now() {
    assert_eq!(steps(None, &values(), None), ["1000 create", "1000000 dispatch engineering"]);
}

#[test]
fn a_closed_row_becomes_a_case_completed_and_closed_when_the_source_says() {
    let mut row = values();
    (row.closed, row.closed_at, row.outcome) =
        (true, Some(Timestamp::from_millis(5_000)), Some("radiator bled".to_owned()));
    let expected =
        ["1000 create", "1000 dispatch engineering", "5000 completed radiator bled", "5000 closed "];
    assert_eq!(steps(None, &row, None), expected);
}

#[test]
fn only_what_the_source_changed_is_set() {
    let before = values();
    let mut after = values();
    after.urgency = Urgency::General;
    after.description = "no heat at all".to_owned();
    after.place.building = Some("3".to_owned());
    let expected = [
        "classify urgency place",
        "describe no heat -> no heat at all",
        "1000000 remark The source now says: urgency 'general' (before: 'urgent'); place '3' (before: ''); \
         description 'no heat at all' (before: 'no heat').",
    ];
    assert_eq!(steps(Some(&before), &after, Some(&case())), expected);
}

#[test]
fn another_department_gets_an_order_once() {
    let before = values();
    let mut after = values();
    after.department = Department::Security;
    assert_eq!(steps(Some(&before), &after, Some(&case())), ["1000000 dispatch security"]);
    assert!(steps(Some(&after), &before, Some(&case())).is_empty(), "engineering has its order");
}

#[test]
fn closing_reopening_and_new_words_are_stated() {
    let open = values();
    let mut closed = values();
    (closed.closed, closed.closed_at) = (true, Some(Timestamp::from_millis(5_000)));
    let mut closed_later = closed.clone();
    closed_later.closed_at = Some(Timestamp::from_millis(9_000));
    let mut noted = values();
    noted.outcome = Some("part ordered".to_owned());
    let current = case();
    let between = |before, after| steps(Some(before), after, Some(&current));
    assert_eq!(between(&open, &closed), ["5000 completed ", "5000 closed "]);
    assert_eq!(between(&closed, &open), ["1000000 reopened "]);
    assert_eq!(between(&open, &noted), ["1000000 remark part ordered"]);
    assert_eq!(
        between(&closed, &closed_later),
        ["1000000 remark The source now says it was closed at 1970-01-01T00:00:09.000Z."]
    );
}

#[test]
fn what_no_command_changes_is_said_in_a_remark() {
    let before = values();
    let mut after = values();
    (after.external_number, after.reported_at) = ("18".to_owned(), Timestamp::from_millis(2_000));
    let expected = [
        "1000000 remark The source now gives the number 18.",
        "1000000 remark The source now says it was reported at 1970-01-01T00:00:02.000Z.",
    ];
    assert_eq!(steps(Some(&before), &after, Some(&case())), expected);
}

#[test]
fn a_case_that_is_there_without_a_memory_of_its_import_is_brought_to_what_the_row_says() {
    let expected = ["classify kind urgency subject place", "describe  -> no heat"];
    assert_eq!(steps(None, &values(), Some(&case())), expected);
}

#[test]
fn a_long_value_is_told_by_its_beginning_on_one_line() {
    let before = values();
    let mut after = values();
    after.description = format!("line\n{}", "长".repeat(SHOWN_CHARS_MAX));
    let told = steps(Some(&before), &after, Some(&case())).pop().unwrap();
    assert!(told.contains("line 长") && told.contains("长…' (before: 'no heat')"), "{told}");
}
