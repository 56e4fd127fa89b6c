#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use proptest::prelude::*;
use roundsman_sync_core::model::{CaseKind, Department, Urgency};

use super::super::rejects;
use super::*;

const MAP: &str = r#"
source = "test"
zone = "America/New_York"
dates = ["%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y"]
status_closed = ["Closed"]
[columns]
key = "key"
external_number = "key"
reported_at = "opened"
closed_at = "closed"
status = "status"
category = "type"
description = { columns = ["type", "text"], separator = ": " }
outcome = "outcome"
[place]
building = { columns = ["street", "zip"], separator = ", " }
[cells.zip]
placeholders = ["88888", "99999", "66666"]
digits = 5
[cells.text]
blanks = ["N/A"]
[default]
kind = "complaint"
subject = "other"
urgency = "general"
department = "customer_service"
[[category]]
value = "lift"
kind = "repair"
subject = "equipment/lift"
urgency = "important"
department = "engineering"
"#;
const HEADER: &str = "key,opened,closed,status,type,text,outcome,street,zip,unused\n";

fn map() -> ImportMap {
    ImportMap::parse("test.toml", MAP).unwrap()
}

fn plan(rows: impl AsRef<[u8]>) -> ImportPlan {
    let bytes = [HEADER.as_bytes(), rows.as_ref()].concat();
    let plan = read(&bytes[..], &map()).unwrap();
    assert_adds_up(&plan);
    plan
}

fn assert_adds_up(plan: &ImportPlan) {
    let sum = plan.cases.len() + plan.rejected.len() + plan.superseded.len();
    assert_eq!(plan.read, u64::try_from(sum).unwrap());
}

fn rejections(plan: &ImportPlan) -> Vec<String> {
    let each = plan.rejected.iter();
    each.map(|r| format!("{} {}: {}", r.row, r.key.as_deref().unwrap_or("-"), r.reason)).collect()
}

fn warnings(plan: &ImportPlan) -> Vec<String> {
    let each = plan.warnings.iter();
    each.map(|w| format!("{}: {}", w.row, w.oddity)).collect()
}

#[test]
fn a_row_becomes_a_case() {
    let plan = plan(
        "A1,02/28/2023 11:45:00 PM,03/01/2023,Closed,LIFT,\"stuck\r\nagain\",mended,\"13  HAMILTON\n TERRACE\",10031,x\n",
    );
    let case = &plan.cases[0];
    assert_eq!((case.kind, &*case.subject), (CaseKind::Repair, "equipment/lift"));
    assert_eq!((case.urgency, case.department), (Urgency::Important, Department::Engineering));
    assert_eq!(case.key, "A1");
    assert_eq!(case.external_number.as_deref(), Some("A1"));
    assert_eq!(case.description, "LIFT: stuck\nagain");
    assert_eq!(case.outcome.as_deref(), Some("mended"));
    assert_eq!(case.place.building.as_deref(), Some("13 HAMILTON TERRACE, 10031"));
    assert_eq!(case.place.spot, None);
    assert_eq!(case.reported_at.to_string(), "2023-03-01T04:45:00.000Z");
    assert_eq!(case.closed_at.unwrap().to_string(), "2023-03-01T05:00:00.000Z");
    assert!(case.closed);
    assert!(plan.warnings.is_empty());
    assert!(plan.unmapped.is_empty());
}

#[test]
fn the_last_row_of_a_key_wins_and_the_others_are_named() {
    let plan = plan(
        "A,02/01/2023,,Open,lift,one,,,,\nB,02/01/2023,,Open,lift,b,,,,\nA,02/02/2023,,Open,lift,two,,,,\n A ,02/03/2023,,Open,lift,three,,,,\na,02/03/2023,,Open,lift,other key,,,,\n",
    );
    let kept: Vec<_> = plan.cases.iter().map(|c| (c.row, c.description.as_str())).collect();
    assert_eq!(kept, [(3, "lift: b"), (5, "lift: three"), (6, "lift: other key")]);
    let lost: Vec<_> = plan.superseded.iter().map(|s| (s.row, s.key.as_str(), s.by_row)).collect();
    assert_eq!(lost, [(2, "A", 5), (4, "A", 5)]);
}

#[test]
fn a_rejected_row_never_supersedes_a_sound_one() {
    let plan = plan("A,02/01/2023,,Open,lift,one,,,,\nA,soon,,Open,lift,two,,,,\n");
    assert_eq!(plan.cases[0].row, 2);
    assert_eq!(plan.superseded, []);
    assert_eq!(rejections(&plan), ["3 A: column 'opened': 'soon' fits none of the map's date formats"]);
}

#[test]
fn bad_rows_are_rejected_with_line_and_reason() {
    for (row, expected) in [
        ("A,02/01/2023\n", "2 A: 2 fields where the header has 10"),
        ("A,02/01/2023,,,lift,t,,,,,\n", "2 A: 11 fields where the header has 10"),
        (",02/01/2023,,,lift,t,,,,\n", "2 -: column 'key' is empty: a row needs its key"),
        ("\"A\nB\",02/01/2023,,,lift,t,,,,\n", "2 -: column 'key' has the control character U+000A"),
        ("A,,,,lift,t,,,,\n", "2 A: column 'opened' is empty: a case needs the time it was reported"),
        (
            "A,02/30/2023,,,lift,t,,,,\n",
            "2 A: column 'opened': '02/30/2023' fits none of the map's date formats",
        ),
        (
            "A,02/01/0023,,,lift,t,,,,\n",
            "2 A: column 'opened': the year of '02/01/0023' is not between 1900 and 2199",
        ),
        (
            "A,02/01/2023,never,,lift,t,,,,\n",
            "2 A: column 'closed': 'never' fits none of the map's date formats",
        ),
        ("A,02/01/2023,,,,N/A,,,,\n", "2 A: 'type', 'text' give no text: a case needs a description"),
        ("A,02/01/2023,,,lift,a\0b,,,,\n", "2 A: column 'text' has the control character U+0000"),
        ("A,02/01/2023,,,lift,a\x7fb,,,,\n", "2 A: column 'text' has the control character U+007F"),
    ] {
        assert_eq!(rejections(&plan(row)), [expected]);
    }
}

#[test]
fn bytes_that_are_not_utf8_name_their_column_and_only_where_something_reads_them() {
    let found = plan(
        b"A,02/01/2023,,,lift,caf\xE9,,,,\nB,02/01/2023,,,lift,ok,,,,\xE9\n\xE9,02/01/2023,,,lift,t,,,,\n",
    );
    assert_eq!(rejections(&found), ["2 A: column 'text' is not UTF-8", "4 -: column 'key' is not UTF-8"]);
    assert_eq!(found.cases[0].key, "B");
}

#[test]
fn mojibake_that_is_valid_utf8_is_kept_as_it_came() {
    let damaged = "Transportation\u{e2}\u{80}\u{99}s";
    let found = plan(format!("A,02/01/2023,,,lift,{damaged},,,,\n"));
    assert_eq!(found.cases[0].description, format!("lift: {damaged}"));
}

#[test]
fn a_field_is_taken_up_to_its_bound_and_rejected_past_it() {
    let row = |text: usize, outcome: usize, street: usize| {
        // Three bytes a letter: bounds count letters.
        let many = |n| "电".repeat(n);
        format!("A,02/01/2023,,,lift,{},{},{},,\n", many(text), many(outcome), many(street))
    };
    let text_max = DESCRIPTION_CHARS_MAX - "lift: ".len();
    assert_eq!(rejections(&plan(row(text_max, NOTE_CHARS_MAX, FIELD_CHARS_MAX))).len(), 0);
    for (row, expected) in [
        (row(text_max + 1, 1, 1), "2 A: description has 20001 letters, at most 20000 are taken"),
        (row(1, NOTE_CHARS_MAX + 1, 1), "2 A: outcome has 4001 letters, at most 4000 are taken"),
        (row(1, 1, FIELD_CHARS_MAX + 1), "2 A: building has 201 letters, at most 200 are taken"),
    ] {
        assert_eq!(rejections(&plan(row)), [expected]);
    }
}

#[test]
fn oddities_are_kept_with_a_warning() {
    let found = plan(
        "A,02/28/2023,01/01/2023,Closed,lift,t,,S,10001,\nB,02/28/2023,,Open,lift,t,,S,88888,\nC,02/28/2023,,Open,lift,t,,S,1001,\nD,02/28/2023,03/01/2023,Pending,lift,t,,,,\nE,02/28/2023,,closed,lift,t,,,,\nF,03/12/2023 02:30:00 AM,,Open,lift,t,,,,\nG,11/05/2023 01:30:00 AM,,Open,lift,t,,,,\n",
    );
    assert_eq!(
        warnings(&found),
        [
            "2: closed before it was reported; both times are kept",
            "3: column 'zip': '88888' is a place holder or of the wrong form and was left out",
            "4: column 'zip': '1001' is a place holder or of the wrong form and was left out",
            "5: has a closing time, but its status is 'Pending'; it stays open",
            "6: is closed, but the source does not say when",
            "7: column 'opened': the clocks skipped '03/12/2023 02:30:00 AM'; it was moved forward",
            "8: column 'opened': '11/05/2023 01:30:00 AM' came twice that night; the earlier was taken",
        ]
    );
    let cases = &found.cases;
    assert!(cases[0].closed && cases[0].closed_at.unwrap() < cases[0].reported_at);
    assert_eq!(cases[1].place.building.as_deref(), Some("S"));
    assert!(!cases[3].closed && cases[3].closed_at.is_some());
    assert!(cases[4].closed && cases[4].closed_at.is_none());
}

#[test]
fn rows_that_take_the_default_are_counted_by_category() {
    let found = plan(
        "A,02/01/2023,,,gas,t,,,,\nB,02/01/2023,,,gas,t,,,,\nC,02/01/2023,,,,t,,,,\nD,02/01/2023,,,Lift,t,,,,\n",
    );
    assert_eq!(found.unmapped, [(String::new(), 1), ("gas".to_owned(), 2)]);
    assert_eq!(&*found.cases[0].subject, "other");
}

#[test]
fn a_header_that_does_not_fit_the_map_says_which_column() {
    let header = |text: &str| read(text.as_bytes(), &map()).unwrap_err().to_string();
    assert!(header("").contains("file is empty"));
    assert!(header("a,b\n").contains("reads column 'key', which the header does not have; it has a, b"));
    let twice = HEADER.replace("unused", "key");
    assert!(header(&twice).contains("column 'key', which the header has more than once"));
}

#[test]
fn the_rejects_file_lists_every_row_without_a_case_of_its_own() {
    let found = plan("=A,02/01/2023,,,lift,t,,,,\n=A,02/01/2023,,,lift,t,,,,\nB\n,02/01/2023,,,lift,t,,,,\n");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rejects.csv");
    rejects::write_file(&path, &found).unwrap();
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "\u{feff}row,key,reason\r\n\
         2,'=A,\"superseded by row 3, the last with this key\"\r\n\
         4,B,1 fields where the header has 10\r\n\
         5,,column 'key' is empty: a row needs its key\r\n"
    );
}

#[test]
fn the_sample_reads_whole_by_its_built_in_map_packed_or_not() {
    let map = ImportMap::built_in("nyc311").unwrap().unwrap();
    let sample = include_bytes!("../demo/sample/nyc311.csv");
    let found = read(&sample[..], &map).unwrap();
    assert_adds_up(&found);
    assert_eq!(rejections(&found), Vec::<String>::new());
    assert_eq!((found.cases.len(), found.superseded.len()), (300, 0));
    assert_eq!(found.unmapped, []);
    let warned = |words: &str| warnings(&found).iter().filter(|w| w.contains(words)).count();
    assert_eq!(warned("closed before it was reported"), 1);
    assert!(warned("place holder") >= 5);
    let packed = zstd::stream::encode_all(&sample[..], 3).unwrap();
    assert_eq!(read(&packed[..], &map).unwrap(), found);
}

/// Bytes that look like the file enough to reach every branch.
fn csv_like() -> impl Strategy<Value = Vec<u8>> {
    let pieces: [&[u8]; 17] = [
        b",",
        b"\n",
        b"\r\n",
        b"\"",
        b"\0",
        b"\xFF",
        b"A",
        b"B",
        b"02/28/2023",
        b"03/12/2023 02:30:00 AM",
        b"88888",
        b"A,02/28/2023,,Closed,lift,t,,S,10001,\n",
        b"B,02/01/2023,,,lift,t,,,,\n",
        b"A,,,,,,,,,\n",
        "电梯".as_bytes(),
        b"'",
        b"=",
    ];
    let piece = proptest::sample::select(pieces.to_vec());
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn every_row_of_any_bytes_is_a_case_rejected_or_superseded(rows in csv_like()) {
        let first = plan(&rows);
        prop_assert_eq!(plan(&rows), first);
    }

    #[test]
    fn no_bytes_whatever_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), with_header in any::<bool>()) {
        let bytes = if with_header { [HEADER.as_bytes(), &bytes].concat() } else { bytes };
        if let Ok(found) = read(&bytes[..], &map()) {
            assert_adds_up(&found);
        }
    }
}
