//! The program as people and scripts use it: arguments in; exit code, standard output and data folder out.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

mod backups;
mod imports;
mod playbooks;
mod policy;
mod rounds;
mod serve;
mod staff;
mod tables;
mod tls;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use roundsman_server::data_folder::{DataFolder, Identity};
use rusqlite::Connection;
use serde_json::Value;

/// A data folder and the program that works on it.
struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    /// A place without any data.
    fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// An organisation with one estate, `Garden`.
    fn founded() -> Self {
        let office = Self::empty();
        office.json(&["init", "--org", "Green", "--site", "Garden", "--admin", "wang"]);
        office
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file beside the data and tells its path.
    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.file(name), text).unwrap();
        self.file(name).display().to_string()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roundsman-under-test"));
        command.args(arguments).current_dir(self.folder.path());
        command.env("ROUNDSMAN_DATA", self.data()).env_remove("ROUNDSMAN_LISTEN");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed, and reads its one JSON object.
    fn json(&self, arguments: &[&str]) -> Value {
        let (code, object) = self.json_and_code(arguments);
        assert_eq!(code, 0, "{arguments:?}: {object}");
        object
    }

    /// Runs a command with `--json`; whatever happens, standard output is one object.
    fn json_and_code(&self, arguments: &[&str]) -> (i32, Value) {
        let ran = self.run(&[arguments, &["--json"]].concat());
        let object: Value = serde_json::from_slice(&ran.stdout).unwrap_or_else(|error| {
            panic!("{arguments:?}: {error}: {}", String::from_utf8_lossy(&ran.stdout))
        });
        assert!(object.is_object());
        (ran.status.code().unwrap(), object)
    }

    /// Runs a command that must fail with this exit code, and tells what it says.
    fn failure(&self, arguments: &[&str], code: i32) -> String {
        let ran = self.run(arguments);
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(ran.stdout.is_empty(), "a failure says nothing on standard output");
        said
    }

    fn database(&self) -> Connection {
        Connection::open(self.data().join("roundsman.db")).unwrap()
    }

    /// How many rows a table has.
    fn count(&self, table: &str) -> i64 {
        self.database().query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }

    fn open(&self) -> (DataFolder, Identity) {
        let folder = DataFolder::open(&self.data()).unwrap();
        let identity = Identity::load(&folder.reader().unwrap()).unwrap();
        (folder, identity)
    }
}

/// The three hundred real complaints that are built into the program.
fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src/demo/sample/nyc311.csv")
}

fn import_sample(office: &Office) -> Value {
    let sample = sample().display().to_string();
    office.json(&["import", "--map", "nyc311", "--site", "Garden", &sample])
}

#[test]
fn wrong_usage_exits_with_2_and_help_with_0() {
    let office = Office::empty();
    for wrong in [
        &["bogus"][..],
        &["init"],
        &["init", "--org", " "],
        &["init", "--org", "A", "--site", "B", "--site", "B"],
        &["person", "add", "--name", "A", "--role", "king", "--site", "B"],
        &["export", "cases", "--format", "pdf"],
        &["export", "cases", "--format", "csv", "--from", "yesterday"],
        &["export", "cases", "--format", "csv", "--json"],
        &[],
    ] {
        assert_eq!(office.run(wrong).status.code(), Some(2), "{wrong:?}");
    }
    assert!(!office.data().exists(), "wrong usage changes nothing");
    for asked in [&["--help"][..], &["import", "--help"], &["device", "invite", "--help"]] {
        let help = office.run(asked);
        assert_eq!(help.status.code(), Some(0));
        assert!(String::from_utf8(help.stdout).unwrap().contains("Example"), "{asked:?}");
    }
}

#[test]
fn with_json_a_failure_is_one_object_too() {
    let office = Office::empty();
    let (code, said) = office.json_and_code(&["verify"]);
    assert_eq!((code, &said["error"]["code"]), (1, &"no_data".into()), "{said}");
    let (code, said) = office.json_and_code(&["bogus"]);
    assert_eq!((code, &said["error"]["code"]), (2, &"usage".into()), "{said}");
}

#[test]
fn a_settings_file_says_where_the_data_is_and_a_mistake_in_it_names_its_line() {
    let office = Office::founded();
    office.write("roundsman.toml", "data = \"data\"\n");
    let program =
        |arguments: &[&str]| office.command(arguments).env_remove("ROUNDSMAN_DATA").output().unwrap();
    assert_eq!(program(&["verify"]).status.code(), Some(0));
    assert_eq!(program(&["verify", "--data", "elsewhere"]).status.code(), Some(1), "a flag wins");
    office.write("roundsman.toml", "data = \"data\"\ncolour = \"green\"\n");
    let wrong = program(&["verify"]);
    assert_eq!(wrong.status.code(), Some(1));
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert!(said.contains("roundsman.toml:2:1: unknown field `colour`"), "{said}");
}
