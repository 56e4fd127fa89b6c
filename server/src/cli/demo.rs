//! `roundsman demo`

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use serde_json::json;

use super::Context;
use super::failure::Failure;
use super::output::Report;
use crate::demo::{self, DemoError, Options, Stop, Tell};

/// Where browsers are told to look.
const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
/// Nobody has to find a server that is gone when the command is.
const LISTEN_ONCE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// The exit code of a process that was interrupted, as shells count it.
const EXIT_INTERRUPTED: i32 = 130;

/// Show all of it: four phones offline for a shift, a bad link, one server, and what is left
#[derive(Args)]
#[command(after_help = "Examples:
  roundsman demo
  roundsman demo --once --seed 7
  roundsman demo --once --json --data /tmp/demo

Without --data, a new folder among the system's temporary files is used. The phones' files lie in its
folder `phones`, the server's log in `server.log`. The exit code is 1 if something that is promised does
not hold; every such thing is listed.")]
pub(super) struct Demo {
    /// Where the console is to be seen; another port is taken if this one is in use
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Exit after the report
    #[arg(long)]
    once: bool,
    /// What the shift and the faults are drawn from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

impl Demo {
    pub(super) fn run(self, context: &Context, data_given: bool) -> Result<Report, Failure> {
        let output = context.output;
        let tell = Tell::new(move |text| output.note(text), output.is_json());
        let default = if self.once { LISTEN_ONCE } else { LISTEN_DEFAULT };
        let options = Options {
            data: data_given.then(|| context.data.clone()),
            listen: self.listen.unwrap_or(default),
            seed: self.seed,
        };
        let stop = Stop::default();
        let serving = Arc::new(AtomicBool::new(false));
        let ending = Arc::new(AtomicBool::new(false));
        let (stopped, is_serving, is_ending) = (stop.clone(), Arc::clone(&serving), Arc::clone(&ending));
        Stop::on_signal(move || {
            is_ending.store(true, Ordering::SeqCst);
            stopped.end();
            // Looked at to the end is success.
            let code = if is_serving.load(Ordering::Relaxed) { 0 } else { EXIT_INTERRUPTED };
            std::process::exit(code);
        })
        .map_err(|source| DemoError::Io { what: "waiting for signals".to_owned(), source })?;

        let demo = demo::run(&options, &stop, &tell)?;
        let (ok, console) = (demo.report.holds(), demo.console.clone());
        let (url, login, password) = (console.url, console.login, console.password);
        let mut json = json!(demo.report);
        json["console"] = json!({ "url": url, "login": login, "password": password });
        let mut text = demo.report.to_string();
        if self.once || !ok {
            return Ok(Report { json: Some(json), text, ok });
        }
        text.push_str(&format!("\n\nconsole: {url} login {login} password {password}\nCtrl-C ends it"));
        serving.store(true, Ordering::Relaxed);
        output.ready(&json, &text);
        demo.serve();
        while ending.load(Ordering::SeqCst) {
            // The server has ended because somebody asked; the thread that waits for signals says so.
            std::thread::park();
        }
        Err(Failure::from(DemoError::Server("the server could not be started again".to_owned())))
    }
}
