//! `roundsman demo` as a process, and its outcome looked at from outside: the phones' files are opened,
//! the server is started and asked over HTTP. What the demonstration says of itself is only compared.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

mod console;
mod outside;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use roundsman_server::data_folder::DataFolder;
use serde_json::Value;

fn program(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_roundsman-under-test"));
    command.args(arguments).arg("--data").arg(data).env_remove("ROUNDSMAN_LISTEN");
    command
}

fn start(data: &Path, seed: &str) -> Child {
    let mut command = program(data, &["demo", "--once", "--json", "--seed", seed]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The report of a demonstration that went well.
fn report(mut demo: Child, seed: u64) -> Value {
    let (mut said, mut warned) = (String::new(), String::new());
    demo.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    if let Some(mut stderr) = demo.stderr.take() {
        stderr.read_to_string(&mut warned).unwrap();
    }
    assert_eq!(demo.wait().unwrap().code(), Some(0), "seed {seed}: {said}\n{warned}");
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["seed"], seed);
    assert_eq!(report["documents_equal"], true);
    assert_eq!(report["photos_equal"], true);
    assert_eq!(report["verify"], "ok");
    assert_eq!(report["parallel_edits"]["made"], report["parallel_edits"]["kept"]);
    report
}

fn verify(data: &Path) {
    let ran = program(data, &["verify", "--json"]).output().unwrap();
    let said: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(said["ok"], true, "{said}");
}

#[test]
fn two_seeds_give_other_faults_and_the_same_guarantees() {
    let folder = tempfile::tempdir().unwrap();
    let data = |seed: u64| folder.path().join(seed.to_string());
    let running = [1, 2].map(|seed| (seed, start(&data(seed), &seed.to_string())));
    let reports = running.map(|(seed, demo)| report(demo, seed));
    for (seed, report) in [1, 2].into_iter().zip(&reports) {
        verify(&data(seed));
        outside::agrees(&data(seed), report);
        let faults = &report["faults"];
        for fault in ["refused", "requests_cut", "replies_cut", "repeated"] {
            assert!(faults[fault].as_u64() > Some(0), "seed {seed}: {fault}: {faults}");
        }
        assert_eq!(
            (faults["server_kills"].as_u64(), report["server"]["restarts"].as_u64()),
            (Some(1), Some(1))
        );
        let phones = report["phones"].as_array().unwrap();
        let replayed = phones.iter().map(|phone| phone["replayed"].as_u64().unwrap()).sum::<u64>();
        assert!(replayed > 0, "a clock jumped, so edits were made again");
    }
    assert_ne!(reports[0]["faults"], reports[1]["faults"]);
}

#[test]
fn a_server_killed_by_hand_at_its_start_and_amid_the_sync_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut demo = start(&data, "3");
    let mut kills = 0;
    for line in BufReader::new(demo.stderr.take().unwrap()).lines() {
        let line = line.unwrap();
        let Some(pid) = line.strip_prefix("server pid ") else { panic!("quiet but for the server: {line}") };
        if kills == 1 {
            wait_for_the_first_edits(&data);
        }
        if kills < 3 {
            // The plan may have been quicker.
            let killed = Command::new("kill").args(["-KILL", pid]).status().unwrap();
            kills += u32::from(killed.success());
        }
    }
    let report = report(demo, 3);
    assert_eq!(kills, 3);
    assert!(report["server"]["restarts"].as_u64() >= Some(3), "{}", report["server"]);
    verify(&data);
    outside::agrees(&data, &report);
}

/// Returns when the server has taken an edit of a phone, and so owes photos.
fn wait_for_the_first_edits(data: &Path) {
    let db = DataFolder::open(data).unwrap().reader().unwrap();
    loop {
        let owed: i64 = db.query_row("SELECT count(*) FROM owed", [], |row| row.get(0)).unwrap();
        if owed > 0 {
            return;
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_folder_that_holds_data_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let made = program(&data, &["init", "--org", "Ours"]).output().unwrap();
    assert!(made.status.success());
    let before = std::fs::read(data.join("roundsman.db")).unwrap();
    let ran = program(&data, &["demo", "--once", "--json"]).output().unwrap();
    let said: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!((ran.status.code(), &said["error"]["code"]), (Some(1), &"exists".into()), "{said}");
    assert_eq!(std::fs::read(data.join("roundsman.db")).unwrap(), before);
    assert!(!data.join("phones").exists());
}
