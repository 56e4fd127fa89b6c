//! The rules themselves, as tables and small functions.

use std::path::Path;

use super::Violation;
use super::source::Source;
use super::tree::SourceFile;

/// The inner order of `sync-core`: a module names nothing that stands in a later row.
const CORE_ORDER: [&[&str]; 8] = [
    &["error", "limits", "ids", "clock"],
    &["picture"],
    &["document"],
    &["model"],
    &["rules"],
    &["evidence"],
    &["protocol"],
    &["replica"],
];

/// What the core never imports: its users, and anything that brings a runtime or a connection.
const NOT_IN_CORE: [&str; 11] = [
    "roundsman_server",
    "roundsman_ffi",
    "roundsman_tests",
    "tokio",
    "axum",
    "tower",
    "tower_http",
    "hyper",
    "reqwest",
    "ureq",
    "uniffi",
];

/// What the pure modules of the core never touch. Clippy's `disallowed-methods` says the rest.
const NOT_IN_PURE_CORE: [&[&str]; 8] = [
    &["std", "fs"],
    &["std", "net"],
    &["std", "env"],
    &["std", "thread"],
    &["std", "process"],
    &["std", "time", "SystemTime"],
    &["std", "time", "Instant"],
    &["rand"],
];

/// Where the server may speak of status codes: the handlers, and the clients among its own parts.
const KNOW_STATUS_CODES: [&str; 7] = ["error", "http", "console", "auth", "app", "demo", "bench"];

/// The exception: tus is itself a protocol of headers and status codes, and the simulator speaks it without
/// a transport (`docs/adr/0002-own-tus.md`).
const ALSO_KNOWS_STATUS_CODES: [&str; 2] = ["blobs", "tus"];

/// What a console page must not name: it reads tables, never what they are derived from.
const NOT_IN_CONSOLE: [&str; 2] = ["log", "feed"];

/// Beginnings of SQL statements, upper case as everywhere in this project.
const SQL: [&str; 11] = [
    "SELECT ",
    "INSERT INTO ",
    "INSERT OR ",
    "UPDATE ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "CREATE INDEX ",
    "DROP TABLE ",
    "BEGIN IMMEDIATE",
    "PRAGMA ",
    "WITH RECURSIVE ",
];

/// Which crate of the workspace a file belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    Core,
    Server,
    Ffi,
    Tests,
}

/// A file's place: its crate and the path of its module.
struct Place {
    member: Member,
    modules: Vec<String>,
}

impl Place {
    fn of(path: &Path) -> Option<Self> {
        let mut parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
        let member = match *parts.first()? {
            "sync-core" => Member::Core,
            "server" => Member::Server,
            "ffi" => Member::Ffi,
            "tests" => Member::Tests,
            _ => return None,
        };
        if parts.get(1) != Some(&"src") {
            return None;
        }
        let stem = path.file_stem()?.to_str()?;
        parts.pop();
        let mut modules: Vec<String> = parts[2..].iter().map(|&part| part.to_owned()).collect();
        if !matches!(stem, "lib" | "main" | "mod") {
            modules.push(stem.to_owned());
        }
        Some(Self { member, modules })
    }

    /// The module right below the crate's root; none for the root itself.
    fn top(&self) -> Option<&str> {
        self.modules.first().map(String::as_str)
    }

    fn is_in(&self, tops: &[&str]) -> bool {
        self.top().is_some_and(|top| tops.contains(&top))
    }

    /// The path with `crate`, `self` and `super` resolved: crate name first.
    fn resolve(&self, segments: &[String]) -> Vec<String> {
        let own = match self.member {
            Member::Core => "roundsman_sync_core",
            Member::Server => "roundsman_server",
            Member::Ffi => "roundsman_ffi",
            Member::Tests => "roundsman_tests",
        };
        let mut base = vec![own.to_owned()];
        let mut rest = segments;
        match segments.first().map(String::as_str) {
            Some("crate") => rest = &rest[1..],
            Some("self" | "super") => {
                base.extend(self.modules.iter().cloned());
                while let Some(step @ ("self" | "super")) = rest.first().map(String::as_str) {
                    if step == "super" && base.len() > 1 {
                        base.pop();
                    }
                    rest = &rest[1..];
                }
            }
            _ => base.clear(),
        }
        base.extend(rest.iter().cloned());
        base
    }
}

/// Every rule that this file breaks.
pub(super) fn check(path: &Path, source: &Source, all: &[SourceFile]) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut report = |line: usize, rule: String| {
        found.push(Violation { file: path.to_owned(), line, rule });
    };
    for (line, comment) in &source.comments {
        if ["FIXME", "TODO"].iter().any(|mark| comment.contains(mark)) {
            report(*line, "no note to do something later".to_owned());
        }
    }
    for (line, name) in &source.macros {
        if ["todo", "unimplemented"].contains(&name.as_str()) {
            report(*line, format!("no `{name}!`"));
        }
    }
    let Some(place) = Place::of(path).filter(|_| !is_test_file(path, all)) else {
        return found;
    };
    if let Some(top) = place.top()
        && place.member == Member::Core
        && rank(top).is_none()
    {
        report(1, format!("`{top}` has no place in the order of the core"));
    }
    for used in &source.paths {
        let full = place.resolve(&used.segments);
        let names: Vec<&str> = full.iter().map(String::as_str).collect();
        if let Some(rule) = path_rule(&place, &names) {
            report(used.line, rule);
        }
    }
    for (line, text) in &source.strings {
        let text = text.trim_start();
        if SQL.iter().any(|start| text.starts_with(start))
            && let Some(rule) = sql_rule(&place)
        {
            report(*line, rule);
        }
    }
    found.dedup();
    found
}

fn path_rule(place: &Place, names: &[&str]) -> Option<String> {
    let first = *names.first()?;
    let inner = names.get(1).copied().unwrap_or_default();
    match place.member {
        Member::Core => core_rule(place, names, first, inner),
        Member::Server => server_rule(place, names, first, inner),
        Member::Ffi => (first == "roundsman_server").then(|| "`ffi` never names the server".to_owned()),
        Member::Tests => None,
    }
}

fn core_rule(place: &Place, names: &[&str], first: &str, inner: &str) -> Option<String> {
    if NOT_IN_CORE.contains(&first) {
        return Some(format!("`sync-core` never names `{first}`"));
    }
    let in_sqlite_store =
        place.is_in(&["replica"]) && place.modules.get(1).is_some_and(|m| m.starts_with("sqlite"));
    if ["rusqlite", "refinery"].contains(&first) && !in_sqlite_store {
        return Some(format!("only `replica/sqlite` names `{first}`"));
    }
    let own = place.top().and_then(rank)?;
    if own + 1 < CORE_ORDER.len()
        && let Some(touched) = NOT_IN_PURE_CORE.iter().find(|p| names.starts_with(p))
    {
        return Some(format!("the pure core never touches `{}`", touched.join("::")));
    }
    let later = first == "roundsman_sync_core" && rank(inner).is_some_and(|rank| rank > own);
    later.then(|| {
        let top = place.top().unwrap_or_default();
        format!("`{top}` never names `{inner}`, which stands to its right")
    })
}

fn server_rule(place: &Place, names: &[&str], first: &str, inner: &str) -> Option<String> {
    if first == "roundsman_ffi" {
        return Some("`server` never names `ffi`".to_owned());
    }
    if names.starts_with(&["roundsman_sync_core", "replica"]) && !place.is_in(&["demo", "bench"]) {
        return Some("only `demo` and `bench` of the server name the replica".to_owned());
    }
    if ["rusqlite", "refinery"].contains(&first) && place.is_in(&["http", "console"]) {
        return Some(format!("`http` and `console` never name `{first}`"));
    }
    // A path that is added elsewhere has no rule of who may use it.
    if names.starts_with(&["axum", "routing"])
        && place.modules != ["http", "doors"]
        && !place.is_in(&["bench"])
    {
        return Some("only `http/doors` adds paths, each with its rule".to_owned());
    }
    if first == "roundsman_server" && NOT_IN_CONSOLE.contains(&inner) && place.is_in(&["console"]) {
        return Some(format!("`console` reads tables, never `{inner}`"));
    }
    if first == "roundsman_server" && inner == "ingest" && place.is_in(&["projection"]) {
        return Some("`projection` never writes truth".to_owned());
    }
    let knows =
        place.top().is_none() || place.is_in(&KNOW_STATUS_CODES) || place.modules == ALSO_KNOWS_STATUS_CODES;
    (names.contains(&"StatusCode") && !knows)
        .then(|| "only handlers and `error` know status codes".to_owned())
}

fn sql_rule(place: &Place) -> Option<String> {
    let rule = match place.member {
        Member::Ffi => "`ffi` holds no SQL",
        Member::Server if place.is_in(&["http", "console"]) => "`http` and `console` hold no SQL",
        Member::Core if !place.is_in(&["replica"]) => "only `replica` of the core holds SQL",
        Member::Core | Member::Server | Member::Tests => return None,
    };
    Some(rule.to_owned())
}

fn rank(module: &str) -> Option<usize> {
    CORE_ORDER.iter().position(|row| row.contains(&module))
}

/// Whether the file is a module that its parent declares for tests only, or lies in one.
fn is_test_file(path: &Path, all: &[SourceFile]) -> bool {
    let declared_in = |module: &Path| -> Option<bool> {
        let name = module.file_stem()?.to_str()?;
        let folder = module.parent()?;
        let parents = ["mod.rs", "lib.rs", "main.rs"].map(|parent| folder.join(parent));
        let beside = folder.with_extension("rs");
        let parent = all.iter().find(|file| parents.contains(&file.path) || file.path == beside)?;
        let tests = Source::parse(&parent.text).test_modules;
        Some(tests.iter().any(|test| test == name))
    };
    let is_module = path.file_name().is_some_and(|name| name != "mod.rs");
    (is_module && declared_in(path) == Some(true))
        || path.ancestors().skip(1).any(|folder| declared_in(folder) == Some(true))
}
