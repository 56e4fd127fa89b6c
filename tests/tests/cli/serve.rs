//! The server as a process.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::Office;

/// A server that is ready.
pub(super) struct Serving {
    server: Child,
    said: BufReader<ChildStdout>,
    pub(super) address: String,
}

impl Serving {
    pub(super) fn start(office: &Office) -> Self {
        let mut server = office
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(server.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { server, said, address }
    }

    /// Sends it a signal, such as `-HUP`.
    pub(super) fn signal(&self, name: &str) {
        let process = self.server.id().to_string();
        assert!(Command::new("kill").args([name, &process]).status().unwrap().success());
    }

    /// Asks it to stop, and tells its exit code and what it said after it was ready.
    pub(super) fn stop(&mut self) -> (Option<i32>, String) {
        self.signal("-TERM");
        let code = self.server.wait().unwrap().code();
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        (code, rest)
    }
}

#[test]
fn the_server_says_when_it_is_ready_and_ends_with_0_when_asked_to() {
    let office = Office::founded();
    let mut server = Serving::start(&office);
    assert_eq!(ureq::get(format!("{}/healthz", server.address)).call().unwrap().status(), 200);

    // Commands that write and that check go on beside it.
    office.json(&["person", "add", "--name", "Li Lei", "--role", "guard", "--site", "Garden"]);
    assert_eq!(office.json(&["verify"])["ok"], true);

    assert_eq!(server.stop(), (Some(0), String::new()), "one line and nothing else");
}
