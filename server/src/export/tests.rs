#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::io::{Cursor, Read};

use chrono_tz::Asia::Shanghai;
use roundsman_sync_core::error::ErrorCode;

use super::text::harmless;
use super::*;

const OPTIONS: ExportOptions =
    ExportOptions { zone: Shanghai, now: Timestamp::from_millis(1_700_000_000_000) };

fn row(number: &str) -> CaseRow {
    CaseRow {
        number: number.to_owned(),
        site: "翠湖花园".to_owned(),
        kind: "repair".to_owned(),
        description: "电梯\n\"停了\", again".to_owned(),
        reported_at: Some(Timestamp::from_millis(0)),
        arrived_claimed_at: Some(Timestamp::from_millis(1_677_645_900_250)),
        photos: 2,
        ..CaseRow::default()
    }
}

fn streamed(rows: Vec<CaseRow>, format: Format, zone: Tz) -> String {
    let mut out = Vec::new();
    let count = rows.len();
    let options = ExportOptions { zone, ..OPTIONS };
    let target = Target::Stream(&mut out);
    let written = export_cases(rows.into_iter().map(Ok), format, &options, target).unwrap();
    assert_eq!(written, u64::try_from(count).unwrap());
    String::from_utf8(out).unwrap()
}

#[test]
fn csv_has_a_mark_a_header_and_quotes_where_they_are_needed() {
    let text = streamed(vec![row("S-1")], Format::Csv, Shanghai);
    let (header, body) = text.split_once("\r\n").unwrap();
    assert_eq!(
        header,
        "\u{feff}number,id,site,kind,channel,status,urgency,subject,building,unit,room,spot,description,\
         department,assignee,reported_at,arrived_claimed_at,arrived_witnessed_at,completed_claimed_at,\
         completed_witnessed_at,signed_at,photos,external_number"
    );
    assert_eq!(
        body,
        "S-1,,翠湖花园,repair,,,,,,,,,\"电梯\n\"\"停了\"\", again\",,,1970-01-01T08:00:00.000+08:00,\
         2023-03-01T12:45:00.250+08:00,,,,,2,\r\n"
    );
}

#[test]
fn an_export_of_nothing_still_has_its_header() {
    let text = streamed(Vec::new(), Format::Csv, Shanghai);
    assert_eq!(text.lines().count(), 1);
    assert_eq!(streamed(Vec::new(), Format::Ndjson, Shanghai), "");
}

#[test]
fn cells_that_a_spreadsheet_would_run_are_made_harmless() {
    for start in ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'] {
        let cell = format!("{start}HYPERLINK(\"http://x\")");
        assert_eq!(harmless(&cell), format!("'{cell}"));
    }
    for cell in ["", "a=1", " =1", "'=1", "3-2", "电梯"] {
        assert_eq!(harmless(cell), cell);
    }
    let case = CaseRow {
        description: "=cmd|'/c calc'!A1".to_owned(),
        external_number: "-1".to_owned(),
        ..row("+1")
    };
    let text = streamed(vec![case], Format::Csv, Shanghai);
    assert!(text.contains("\r\n'+1,"), "{text}");
    assert!(text.contains(",'=cmd|'/c calc'!A1,"), "{text}");
    assert!(text.ends_with(",2,'-1\r\n"), "{text}");
}

#[test]
fn ndjson_gives_texts_as_they_are_and_null_for_nothing() {
    let case =
        CaseRow { unit: "=1".to_owned(), reported_at: Some(Timestamp::from_millis(i64::MAX)), ..row("S-1") };
    let text = streamed(vec![case, row("S-2")], Format::Ndjson, Tz::UTC);
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["unit"], "=1");
    assert_eq!(lines[0]["reported_at"], format!("{} ms", i64::MAX));
    assert_eq!(lines[0]["arrived_claimed_at"], "2023-03-01T04:45:00.250Z");
    assert_eq!(lines[0]["photos"], 2);
    assert!(lines[0]["signed_at"].is_null());
    assert_eq!(lines[1]["number"], "S-2");
    assert_eq!(lines[1].as_object().unwrap().len(), COLUMNS.len());
}

/// One part of the workbook's zip.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_workbook_holds_texts_and_no_formulas() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cases.xlsx");
    let case = CaseRow {
        unit: "=1+1".to_owned(),
        spot: "http://example.org/".to_owned(),
        room: "\u{ffff}".to_owned(),
        description: "𠮷".repeat(20_000),
        ..row("S-1")
    };
    let rows = [case, row("S-2")].map(Ok);
    let export = || {
        export_cases(rows.clone().into_iter(), Format::Xlsx, &OPTIONS, Target::File(&path)).unwrap();
        std::fs::read(&path).unwrap()
    };
    let bytes = export();
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>") && !sheet.contains("<hyperlink"), "{sheet}");
    assert!(sheet.contains("state=\"frozen\"") && sheet.contains("ySplit=\"1\""));
    assert!(sheet.contains("<autoFilter ref=\"A1:W3\"/>"));
    assert_eq!(sheet.matches("<col ").count(), sheet.matches("customWidth=\"1\"").count());
    assert_eq!(sheet.matches("<row ").count(), 3);
    assert!(sheet.contains("<c r=\"V2\"><v>2</v></c>"), "{sheet}");
    let strings = part(&bytes, "xl/sharedStrings.xml");
    for text in ["=1+1", "http://example.org/", "翠湖花园", "\u{fffd}", "1970-01-01T08:00:00.000+08:00"] {
        assert!(strings.contains(&format!("<t>{text}</t>")), "{text}");
    }
    assert!(strings.contains(&format!("{}…</t>", "𠮷".repeat(16_383))));
    assert!(part(&bytes, "xl/styles.xml").contains("<b/>"));
    assert_eq!(export(), bytes, "the same rows at the same time give the same bytes");
}

#[test]
fn a_workbook_is_not_piped() {
    let mut out = Vec::new();
    let target = Target::Stream(&mut out);
    let outcome = export_cases([].into_iter(), Format::Xlsx, &OPTIONS, target);
    assert!(matches!(outcome, Err(ExportError::XlsxNeedsFile)));
}

#[test]
fn a_failure_half_way_leaves_the_old_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    for format in [Format::Csv, Format::Ndjson, Format::Xlsx] {
        let path = folder.path().join("cases.out");
        std::fs::write(&path, "the old one").unwrap();
        let rows = [Ok(row("S-1")), Err(Refusal::new(ErrorCode::Internal, "gone"))];
        let outcome = export_cases(rows.into_iter(), format, &OPTIONS, Target::File(&path));
        assert!(matches!(outcome, Err(ExportError::Rows(_))));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "the old one");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        export_cases([Ok(row("S-1"))].into_iter(), format, &OPTIONS, Target::File(&path)).unwrap();
        assert_ne!(std::fs::read(&path).unwrap(), b"the old one");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn only_regular_files_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let write =
        |path: &Path| export_cases([Ok(row("S-1"))].into_iter(), Format::Csv, &OPTIONS, Target::File(path));
    assert!(matches!(write(folder.path()), Err(ExportError::NotAFile(_))));
    let missing = folder.path().join("no such folder").join("x.csv");
    let error = write(&missing).unwrap_err().to_string();
    assert!(error.contains("no such folder"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_its_file_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("real.csv"), folder.path().join("link.csv"));
    std::fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    export_cases([Ok(row("S-1"))].into_iter(), Format::Csv, &OPTIONS, Target::File(&link)).unwrap();
    assert!(link.is_symlink());
    assert!(std::fs::read_to_string(&file).unwrap().contains("S-1"));
}
