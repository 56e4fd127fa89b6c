//! The server as a process.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use super::Office;

#[test]
fn the_server_says_when_it_is_ready_and_ends_with_0_when_asked_to() {
    let office = Office::founded();
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
    assert_eq!(ureq::get(format!("{address}/healthz")).call().unwrap().status(), 200);

    // Commands that write and that check go on beside it.
    office.json(&["person", "add", "--name", "Li Lei", "--role", "guard", "--site", "Garden"]);
    assert_eq!(office.json(&["verify"])["ok"], true);

    assert!(Command::new("kill").arg(server.id().to_string()).status().unwrap().success());
    assert_eq!(server.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "one line and nothing else");
}
