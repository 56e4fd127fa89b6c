//! Without `--once`: the server goes on, and Ctrl-C ends all of it.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::outside::Office;

#[test]
fn the_console_is_served_with_the_login_that_is_printed_until_it_is_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = super::program(folder.path(), &["demo", "--json", "--listen", "127.0.0.1:0"]);
    let mut demo = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(demo.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let report: Value = serde_json::from_str(&line).unwrap();
    let url = report["console"]["url"].as_str().unwrap().trim_end_matches('/');
    let office = Office::sign_in(url, &report["console"]);
    assert_eq!(office.json("/v1/cases?limit=1")["cases"].as_array().unwrap().len(), 1);

    let asked = Command::new("kill").args(["-INT", &demo.id().to_string()]).status().unwrap();
    assert!(asked.success());
    assert_eq!(demo.wait().unwrap().code(), Some(0));
    // Nobody is left who answers.
    let gone = std::net::TcpStream::connect(url.strip_prefix("http://").unwrap());
    assert!(gone.is_err());
}
