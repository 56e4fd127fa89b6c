//! The one place of the program that prints.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::failure::{EXIT_FAILED, Failure};

/// How often a line on a terminal is drawn anew, and how often a line is added to a file.
const REDRAW_TERMINAL: Duration = Duration::from_millis(100);
/// See [`REDRAW_TERMINAL`].
const REDRAW_FILE: Duration = Duration::from_secs(5);

/// What a command came to.
pub(super) struct Report {
    /// For programs: an object; `None` if that one object was already printed.
    pub(super) json: Option<Value>,
    /// For people; empty if there is nothing to say.
    pub(super) text: String,
    /// Whether the exit code is 0. A check that ran and found something is no success.
    pub(super) ok: bool,
}

impl Report {
    /// A success.
    pub(super) fn new(json: Value, text: impl Into<String>) -> Self {
        Self { json: Some(json), text: text.into(), ok: true }
    }

    /// A success after which there is nothing more to say.
    pub(super) fn silent() -> Self {
        Self { json: None, text: String::new(), ok: true }
    }
}

/// How this run prints.
#[derive(Clone, Copy)]
pub(super) struct Output {
    json: bool,
}

impl Output {
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether programs read the output.
    pub(super) fn is_json(self) -> bool {
        self.json
    }

    /// Prints the end of a command and tells its exit code.
    pub(super) fn report(self, report: &Report) -> ExitCode {
        let text =
            if self.json { report.json.as_ref().map(Value::to_string) } else { Some(report.text.clone()) };
        let printed = match text {
            Some(text) if !text.is_empty() => line(&text),
            Some(_) | None => Ok(()),
        };
        match printed {
            Ok(()) if report.ok => ExitCode::SUCCESS,
            Ok(()) => ExitCode::from(EXIT_FAILED),
            Err(error) => {
                note(&format!("standard output: {error}"));
                ExitCode::from(EXIT_FAILED)
            }
        }
    }

    /// Prints why a command failed and tells its exit code.
    pub(super) fn failure(self, failure: &Failure) -> ExitCode {
        let message = failure.to_string();
        if self.json {
            let error = json!({ "error": { "code": failure.code(), "message": message } });
            // If nobody reads standard output, the exit code and the note below still tell.
            let _ = line(&error.to_string());
        }
        note(&format!("error: {message}"));
        ExitCode::from(failure.exit_code())
    }

    /// Prints a line before the end of the command, for a server that has just become ready.
    pub(super) fn ready(self, json: &Value, text: &str) {
        let printed = if self.json { line(&json.to_string()) } else { line(text) };
        if let Err(error) = printed {
            note(&format!("standard output: {error}"));
        }
    }

    /// Prints a line on standard error while the command goes on.
    pub(super) fn note(self, text: &str) {
        note(text);
    }

    /// Sends what the program logs to standard error, as much as `ROUNDSMAN_LOG` asks for.
    pub(super) fn log(self) {
        let filter = tracing_subscriber::EnvFilter::try_from_env("ROUNDSMAN_LOG")
            .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
        // Fails only if somebody else in this process has set one up; then theirs holds.
        let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).try_init();
    }

    /// A line on standard error that tells how far a long run is: drawn anew on a terminal, now and
    /// then a new one elsewhere.
    pub(super) fn progress(self) -> Progress {
        let terminal = io::stderr().is_terminal();
        let started = Instant::now();
        Progress { terminal, started, drawn: started, open: false }
    }
}

/// See [`Output::progress`].
pub(super) struct Progress {
    terminal: bool,
    started: Instant,
    drawn: Instant,
    open: bool,
}

impl Progress {
    /// Shows this line if it is time for one.
    pub(super) fn show(&mut self, text: impl FnOnce() -> String) {
        let pause = if self.terminal { REDRAW_TERMINAL } else { REDRAW_FILE };
        if self.drawn.elapsed() < pause {
            return;
        }
        self.drawn = Instant::now();
        let mut out = io::stderr().lock();
        // Progress that cannot be shown is no reason to stop.
        let _ = if self.terminal {
            self.open = true;
            write!(out, "\r\x1b[K{}", text()).and_then(|()| out.flush())
        } else {
            writeln!(out, "{}", text())
        };
    }

    /// Seconds since the run began.
    pub(super) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.open {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

fn note(text: &str) {
    // There is nowhere left to say that this failed.
    let _ = writeln!(io::stderr(), "{text}");
}
