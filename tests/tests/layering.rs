//! The workspace keeps to its layers, and the check for it bites.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};

use roundsman_tests::layering::violations;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn found(root: &Path) -> Vec<String> {
    let found = violations(root).unwrap();
    found.iter().map(ToString::to_string).collect()
}

/// What is found in a tree of this one file.
fn planted(path: &str, text: &str) -> Vec<String> {
    let root = tempfile::tempdir().unwrap();
    plant(root.path(), path, text);
    found(root.path())
}

fn plant(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn the_workspace_keeps_to_its_layers_and_lengths() {
    let found = found(&workspace());
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn a_planted_use_of_axum_in_the_real_core_is_found() {
    let root = tempfile::tempdir().unwrap();
    copy(&workspace().join("sync-core/src"), &root.path().join("sync-core/src"));
    assert_eq!(found(root.path()), Vec::<String>::new());

    let clock = root.path().join("sync-core/src/clock.rs");
    let text = fs::read_to_string(&clock).unwrap();
    fs::write(&clock, format!("{text}\nuse axum::Router;\n")).unwrap();
    let line = text.lines().count() + 2;
    let expected = format!("sync-core/src/clock.rs:{line}: `sync-core` never names `axum`");
    assert_eq!(found(root.path()), [expected]);
}

#[test]
fn a_planted_file_of_700_lines_is_found_whatever_its_language() {
    for name in ["server/src/http/cases.rs", "server/src/console/assets/app.js", ".ci/run"] {
        let expected = format!("{name}:700: a file has at most 600 lines");
        assert_eq!(planted(name, &"\n".repeat(700)), [expected]);
        assert!(planted(name, &"\n".repeat(600)).is_empty());
    }
}

#[test]
fn what_nobody_reads_by_hand_may_be_long() {
    let long = "\n".repeat(700);
    for name in ["Cargo.lock", "tests/fixtures/old.sql", "target/x.rs", "docs/long.md"] {
        assert!(planted(name, &long).is_empty(), "{name}");
    }
    assert!(planted("ffi/web/out.js", &format!("// @generated\n{long}")).is_empty());
}

#[test]
fn every_layer_rule_bites() {
    #[rustfmt::skip]
    let table = [
        ("sync-core/src/model/case.rs", "use crate::{ids, replica::Store};", "`model` never names `replica`, which stands to its right"),
        ("sync-core/src/document/mod.rs", "fn f() { crate::rules::status() }", "`document` never names `rules`, which stands to its right"),
        ("sync-core/src/document/field.rs", "use super::super::model;", "`document` never names `model`, which stands to its right"),
        ("sync-core/src/helpers.rs", "", "`helpers` has no place in the order of the core"),
        ("sync-core/src/rules/status.rs", "use std::time::{Duration, SystemTime};", "the pure core never touches `std::time::SystemTime`"),
        ("sync-core/src/replica/outbox.rs", "use rusqlite::Connection;", "only `replica/sqlite` names `rusqlite`"),
        ("sync-core/src/protocol/page.rs", "const Q: &str = \"SELECT 1\";", "only `replica` of the core holds SQL"),
        ("ffi/src/replica.rs", "use roundsman_server as server;", "`ffi` never names the server"),
        ("ffi/src/replica.rs", "const Q: &str = \"DELETE FROM outbox\";", "`ffi` holds no SQL"),
        ("server/src/app.rs", "extern crate roundsman_ffi;", "`server` never names `ffi`"),
        ("server/src/http/cases.rs", "fn f(db: &Db) { db.query(\"\n  SELECT id FROM cases\") }", "`http` and `console` hold no SQL"),
        ("server/src/console/list.rs", "fn f(db: &rusqlite::Connection) {}", "`http` and `console` never name `rusqlite`"),
        ("server/src/console/list.rs", "use crate::log::Entry;", "`console` reads tables, never `log`"),
        ("server/src/projection/cases.rs", "use crate::ingest;", "`projection` never writes truth"),
        ("server/src/ingest/judge.rs", "use roundsman_sync_core::replica::Replica;", "only `demo` and `bench` of the server name the replica"),
        ("server/src/ingest/judge.rs", "use http::StatusCode;", "only handlers and `error` know status codes"),
        ("server/src/http/office/mod.rs", "use axum::routing::get;", "only `http/doors` adds paths, each with its rule"),
        ("server/src/jobs.rs", "// FIXME", "no note to do something later"),
        ("server/src/jobs.rs", "fn f() { todo!() }", "no `todo!`"),
    ];
    for (path, text, rule) in table {
        let found = planted(path, text);
        assert_eq!(found, [format!("{path}:1: {rule}")], "{text}");
    }
}

#[test]
fn what_the_rules_allow_is_not_found() {
    #[rustfmt::skip]
    let table = [
        ("sync-core/src/replica/sqlite/store.rs", "use rusqlite::Connection; use crate::model::Case;"),
        ("sync-core/src/replica/sqlite.rs", "const Q: &str = \"SELECT 1\"; use rusqlite::params;"),
        ("sync-core/src/model/mod.rs", "use crate::document; use std::time::Duration;"),
        ("sync-core/src/model/mod.rs", "// as axum::Router does\n#[cfg(test)]\nmod tests { use std::fs; use crate::replica; }"),
        ("server/src/http/doors.rs", "use axum::routing::on;"),
        ("server/src/demo/phones.rs", "use roundsman_sync_core::replica::Replica;"),
        ("server/src/projection/cases.rs", "const Q: &str = \"SELECT 1\"; use crate::log;"),
        ("server/src/console/list.rs", "use crate::projection::cases; const T: &str = \"SELECTION of cases\";"),
    ];
    for (path, text) in table {
        assert_eq!(planted(path, text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_module_declared_for_tests_only_is_free() {
    let root = tempfile::tempdir().unwrap();
    plant(root.path(), "sync-core/src/rules/mod.rs", "#[cfg(test)]\nmod tests;\nmod status;");
    plant(root.path(), "sync-core/src/rules/tests.rs", "use std::fs; mod more;");
    plant(root.path(), "sync-core/src/rules/tests/more.rs", "use std::fs;");
    assert_eq!(found(root.path()), Vec::<String>::new());
    plant(root.path(), "sync-core/src/rules/status.rs", "use std::fs;");
    assert_eq!(found(root.path()).len(), 1);
}

#[test]
fn every_direct_dependency_has_a_line_that_says_why() {
    let manifest = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    let reasons = fs::read_to_string(workspace().join("docs/dependencies.md")).unwrap();
    let section = manifest.split("[workspace.dependencies]").nth(1).unwrap();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    let names: Vec<&str> = lines
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with("roundsman-"))
        .collect();
    assert!(names.len() > 20, "{names:?}");
    let missing: Vec<&str> =
        names.into_iter().filter(|name| !reasons.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "not in docs/dependencies.md: {missing:?}");
}
