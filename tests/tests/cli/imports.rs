//! Import, export and one case.

use std::process::Stdio;

use super::{Office, import_sample, sample};

fn counts(said: &serde_json::Value) -> [u64; 6] {
    ["read", "created", "changed", "unchanged", "rejected", "superseded"]
        .map(|name| said[name].as_u64().unwrap())
}

#[test]
fn the_sample_becomes_cases_and_a_second_time_changes_nothing() {
    let office = Office::founded();
    assert_eq!(counts(&import_sample(&office)), [300, 300, 0, 0, 0, 0]);
    let entries = office.count("log");
    assert_eq!(counts(&import_sample(&office)), [300, 0, 0, 300, 0, 0]);
    assert_eq!(office.count("log"), entries);
    assert_eq!(office.count("cases"), 300);
}

#[test]
fn an_import_that_was_killed_goes_on_where_it_stood() {
    let office = Office::founded();
    // One more than two batches, so that the kill falls between the first and the last.
    let rows: String = (0..1_001).map(|key| format!("{key},2025-03-31,broken lamp {key}\n")).collect();
    let file = office.write("rows.csv", &format!("key,day,text\n{rows}"));
    let map = "source = \"ours\"\nzone = \"Asia/Shanghai\"\ndates = [\"%Y-%m-%d\"]\n\
               [columns]\nkey = \"key\"\nreported_at = \"day\"\ndescription = \"text\"\n\
               [default]\nkind = \"repair\"\nsubject = \"equipment/light\"\nurgency = \"general\"\n\
               department = \"engineering\"\n";
    let map = office.write("map.toml", map);
    let arguments = ["import", "--map", &map, "--site", "Garden", &file];
    let mut import = office.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while office.count("cases") == 0 {
        std::thread::yield_now();
    }
    import.kill().unwrap();
    import.wait().unwrap();
    let there = u64::try_from(office.count("cases")).unwrap();
    assert!(there >= 500 && there % 500 == 0, "whole batches or nothing, not {there}");
    assert_eq!(counts(&office.json(&arguments)), [1_001, 1_001 - there, 0, there, 0, 0]);
    assert_eq!(counts(&office.json(&arguments)), [1_001, 0, 0, 1_001, 0, 0]);
}

#[test]
fn a_newer_file_changes_just_the_cases_whose_rows_changed() {
    let office = Office::founded();
    import_sample(&office);
    let text = std::fs::read_to_string(sample()).unwrap();
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    // An address, a category and an outcome, each of another row; each is the second row's own text.
    lines[2] = lines[2].replace("290 EXETER STREET", "292 EXETER STREET");
    lines[3] = lines[3].replace("Illegal Parking", "HEAT/HOT WATER");
    lines[4] = lines[4].replace("issued a summons", "did nothing");
    let edited = office.write("edited.csv", &(lines.join("\n") + "\n"));
    let again = || office.json(&["import", "--map", "nyc311", "--site", "Garden", &edited]);
    assert_eq!(counts(&again()), [300, 0, 3, 297, 0, 0]);
    assert_eq!(counts(&again()), [300, 0, 0, 300, 0, 0]);
    let case = |number: &str| office.json(&["case", "show", number]);
    assert!(case("R000002")["building"].as_str().unwrap().starts_with("292 EXETER"));
    assert_eq!(case("R000003")["subject"], "equipment/heating");
    let told = case("R000004")["timeline"].clone();
    let last = told.as_array().unwrap().last().unwrap();
    assert_eq!(last["kind"], "remark");
    assert!(last["note"].as_str().unwrap().contains("did nothing"));
    assert_eq!(office.json(&["verify"])["ok"], true);
}

#[test]
fn bad_rows_are_told_with_row_and_reason_and_the_last_row_of_a_key_counts() {
    let office = Office::founded();
    let mut lines: Vec<_> =
        std::fs::read_to_string(sample()).unwrap().lines().take(4).map(str::to_owned).collect();
    lines.push("1,not a date,,Noise,Loud,,10001,1 A STREET,,,Open,".to_owned());
    lines.push("2,too,few".to_owned());
    lines.push(lines[1].replace("Traffic Signal Condition", "Noise"));
    let file = office.write("some.csv", &lines.join("\n"));
    let rejects = office.file("rejects.csv");
    let arguments =
        ["import", "--map", "nyc311", "--site", "Garden", &file, "--rejects", rejects.to_str().unwrap()];
    let said = office.json(&arguments);
    assert_eq!(counts(&said), [6, 3, 0, 0, 2, 1]);
    assert_eq!(said["rejects"][0]["row"], 5);
    let listed = std::fs::read_to_string(rejects).unwrap();
    for part in ["5,1,", "fits none of the map's date formats", "6,2,", "superseded by row 7"] {
        assert!(listed.contains(part), "{part} is not in {listed}");
    }
}

#[test]
fn a_bad_map_names_file_line_and_column_and_nothing_is_imported() {
    let office = Office::founded();
    let entries = office.count("log");
    let map = office.write("map.toml", "source = \"ours\"\nzone = \"Mars/Olympus\"\n");
    let csv = office.write("a.csv", "a,b\n1,2\n");
    let said = office.failure(&["import", "--map", &map, "--site", "Garden", &csv], 1);
    assert!(said.contains(&format!("{map}:1:1: ")), "{said}");
    let text = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src/import/maps/nyc311.toml"),
    )
    .unwrap();
    let map = office.write("map.toml", &text.replace("America/New_York", "Mars/Olympus"));
    let line = 1 + text.lines().position(|line| line.contains("America/New_York")).unwrap();
    let said = office.failure(&["import", "--map", &map, "--site", "Garden", &csv], 1);
    assert!(said.contains(&format!("{map}:{line}:8: ")), "{said}");
    let said = office.failure(&["import", "--map", "nyc311", "--site", "Garden", "/nowhere.csv"], 1);
    assert!(said.contains("/nowhere.csv: cannot be opened"), "{said}");
    assert_eq!(office.count("log"), entries);
}

#[test]
fn cases_are_exported_in_three_forms_and_by_day() {
    let office = Office::founded();
    import_sample(&office);
    let export = |format: &str, more: &[&str]| {
        let file = office.file(&format!("cases.{format}"));
        let path = file.display().to_string();
        let arguments = [&["export", "cases", "--format", format, "-o", &path][..], more].concat();
        (office.json(&arguments)["cases"].as_u64().unwrap(), std::fs::read(file).unwrap())
    };
    let (rows, csv) = export("csv", &[]);
    let csv = String::from_utf8(csv).unwrap();
    assert_eq!(rows, 300);
    assert!(csv.starts_with("\u{feff}number,id,site,") && csv.contains("\r\nR000300,"), "{}", &csv[..200]);
    let (rows, sheet) = export("xlsx", &["--site", "Garden"]);
    assert!(rows == 300 && sheet.starts_with(b"PK"));
    let (rows, lines) = export("ndjson", &["--from", "2023-03-01", "--to", "2023-03-01"]);
    let lines = String::from_utf8(lines).unwrap();
    assert_eq!(rows, lines.lines().count() as u64);
    assert!(rows > 0 && rows < 300, "{rows} of the rows are of that day in UTC");
    for line in lines.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(row["reported_at"].as_str().unwrap().starts_with("2023-03-01T"), "{row}");
    }
    let piped = office.run(&["export", "cases", "--format", "csv"]);
    assert_eq!(piped.stdout, csv.as_bytes(), "standard output carries the same");
    assert!(piped.stderr.is_empty());
}

#[test]
fn a_case_shows_what_was_claimed_and_what_was_witnessed() {
    let office = Office::founded();
    import_sample(&office);
    let case = office.json(&["case", "show", "r000002"]);
    assert_eq!((case["number"].as_str(), case["status"].as_str()), (Some("R000002"), Some("closed")));
    let timeline = case["timeline"].as_array().unwrap();
    let kinds: Vec<_> = timeline.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["received", "dispatched", "completed", "closed"]);
    // 03/01/2023 12:10:41 AM in New York.
    assert_eq!(timeline[3]["claimed_at"], "2023-03-01T05:10:41.000Z");
    assert!(timeline[3]["received_at"].as_str().unwrap() > "2025", "the server witnessed it just now");
    let by_id = office.json(&["case", "show", case["id"].as_str().unwrap()]);
    assert_eq!(by_id, case);
    let text = String::from_utf8(office.run(&["case", "show", "R000002"]).stdout).unwrap();
    // The same moment in the estate's zone; the server heard of it years later, which has a line.
    let closed = "2023-03-01 13:10  关闭  已关闭  [办公室 Office · 办公室录入]";
    assert!(text.contains(closed) && text.contains("290 EXETER"), "{text}");
    assert!(text.contains("服务器见证: 收到于 20"), "{text}");
    let text = String::from_utf8(office.run(&["case", "show", "R000002", "--lang", "en"]).stdout).unwrap();
    assert!(text.contains("2023-03-01 13:10  关闭  Closed  [办公室 Office · "), "{text}");
    office.failure(&["case", "show", "R000002", "--lang", "fr"], 2);
    office.failure(&["case", "show", "R999999"], 1);
}

#[test]
fn a_month_is_reported_as_text_csv_and_json() {
    let office = Office::founded();
    import_sample(&office);
    let said = office.json(&["report", "month", "2023-03", "--site", "Garden", "--flats", "600"]);
    let figure = |name: &str| {
        let figures = said["sites"][0]["figures"].as_array().unwrap();
        figures.iter().find(|figure| figure["name"] == name).unwrap().clone()
    };
    let cases = figure("cases")["numerator"].as_u64().unwrap();
    assert!(cases > 200, "the last evening of February in New York is March in Shanghai: {cases}");
    assert_eq!(figure("cases_per_100_flats")["denominator"], 600);
    assert_eq!(figure("arrival_in_time")["value"], serde_json::Value::Null);
    let text = |arguments: &[&str]| String::from_utf8(office.run(arguments).stdout).unwrap();
    let shown = text(&["report", "month", "2023-03"]);
    assert!(shown.contains(&format!("{cases:>14}  Cases · 报事总数")), "{shown}");
    assert!(shown.contains("(not known)") && shown.contains("(nothing to measure)"), "{shown}");
    let csv = text(&["report", "month", "2023-03", "--format", "csv"]);
    assert!(
        csv.contains(&format!("Garden,2023-03-01,2023-04-01,cases,报事总数,Cases,{cases},count")),
        "{csv}"
    );
    let error = office.failure(&["report", "month", "2023-13"], 2);
    assert!(error.contains("'2023-13' is no month such as 2026-10"), "{error}");
    office.failure(&["report", "month", "2023-03", "--flats", "600"], 2);
    office.failure(&["report", "month", "2023-03", "--site", "Nowhere"], 1);
}
