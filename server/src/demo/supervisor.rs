//! The server as a child process, started again on the same port whenever it dies.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{DemoError, Tell};

/// How often to look whether the server still lives. A phone's shortest wait is of this length.
const LOOK: Duration = Duration::from_millis(10);
/// How often a start is tried. The port may be in use for a moment by a connection on its way out.
const STARTS_MAX: u32 = 20;
/// The pause between two starts.
const START_PAUSE: Duration = Duration::from_millis(100);
/// The server's log, in the data folder.
const LOG: &str = "server.log";

struct Shared {
    program: PathBuf,
    data: PathBuf,
    address: SocketAddr,
    child: Mutex<Child>,
    ending: AtomicBool,
    restarts: AtomicU32,
}

/// See the module. The server ends when this is dropped.
pub(super) struct Supervisor {
    shared: Arc<Shared>,
    watch: Option<JoinHandle<()>>,
}

/// Ends the server from elsewhere.
pub(super) struct Ending(Arc<Shared>);

impl Ending {
    /// Ends the server and waits until it has ended. It is not started again.
    pub(super) fn end(&self) {
        self.0.ending.store(true, Ordering::Relaxed);
        end(&mut self.0.child());
    }
}

impl Shared {
    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Supervisor {
    /// Starts this very program with `serve` on a data folder, and waits until it takes connections.
    ///
    /// # Errors
    /// If it does not start.
    pub(super) fn start(data: &Path, listen: SocketAddr, tell: &Tell) -> Result<Self, DemoError> {
        let program = std::env::current_exe().map_err(DemoError::io("finding this program's file"))?;
        let (child, address) = spawn(&program, data, listen)?;
        tell.always(&format!("server pid {}", child.id()));
        let shared = Arc::new(Shared {
            program,
            data: data.to_owned(),
            address,
            child: Mutex::new(child),
            ending: AtomicBool::new(false),
            restarts: AtomicU32::new(0),
        });
        let (watched, tell) = (Arc::clone(&shared), tell.clone());
        let watch = thread::Builder::new()
            .name("supervisor".to_owned())
            .spawn(move || watch(&watched, &tell))
            .map_err(DemoError::io("starting a thread"))?;
        Ok(Self { shared, watch: Some(watch) })
    }

    /// Where the server listens, also after a restart.
    pub(super) fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// How often it had to be started again.
    pub(super) fn restarts(&self) -> u32 {
        self.shared.restarts.load(Ordering::Relaxed)
    }

    /// What kills it with SIGKILL, as a power cut would.
    pub(super) fn killer(&self) -> Box<dyn Fn() + Send + Sync> {
        let shared = Arc::clone(&self.shared);
        Box::new(move || {
            // If it is dead already, it has been killed by somebody else.
            let _ = shared.child().kill();
        })
    }

    /// What ends it from elsewhere.
    pub(super) fn ending(&self) -> Ending {
        Ending(Arc::clone(&self.shared))
    }

    /// Waits until the server has died and could not be started again.
    pub(super) fn wait(mut self) {
        if let Some(watch) = self.watch.take() {
            let _ = watch.join();
        }
    }

    /// Whether the server could not be started again.
    pub(super) fn has_given_up(&self) -> bool {
        self.watch.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.shared.ending.store(true, Ordering::Relaxed);
        if let Some(watch) = self.watch.take() {
            let _ = watch.join();
        }
        self.ending().end();
    }
}

/// Asks the server to end, as a service manager would, and waits until it has.
fn end(child: &mut Child) {
    let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    let asked =
        pid.is_some_and(|pid| rustix::process::kill_process(pid, rustix::process::Signal::TERM).is_ok());
    if !asked {
        let _ = child.kill();
    }
    let _ = child.wait();
}

fn watch(shared: &Shared, tell: &Tell) {
    while !shared.ending.load(Ordering::Relaxed) {
        thread::sleep(LOOK);
        let died = matches!(shared.child().try_wait(), Ok(Some(_)));
        if !died || shared.ending.load(Ordering::Relaxed) {
            continue;
        }
        tell.say("the server was killed; starting it again");
        match spawn(&shared.program, &shared.data, shared.address) {
            Ok((mut child, _)) => {
                if shared.ending.load(Ordering::Relaxed) {
                    end(&mut child);
                    return;
                }
                tell.always(&format!("server pid {}", child.id()));
                *shared.child() = child;
                shared.restarts.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                tell.always(&error.to_string());
                return;
            }
        }
    }
}

fn spawn(program: &Path, data: &Path, listen: SocketAddr) -> Result<(Child, SocketAddr), DemoError> {
    let mut failure = String::new();
    for _ in 0..STARTS_MAX {
        match spawn_once(program, data, listen)? {
            Ok(running) => return Ok(running),
            Err(why) => failure = why,
        }
        thread::sleep(START_PAUSE);
    }
    Err(DemoError::Server(format!("the server does not start: {failure}")))
}

/// A start, or why the program ended before it took connections.
fn spawn_once(
    program: &Path,
    data: &Path,
    listen: SocketAddr,
) -> Result<Result<(Child, SocketAddr), String>, DemoError> {
    let path = data.join(LOG);
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(DemoError::io("opening the server's log"))?;
    let mut child = Command::new(program)
        .arg("serve")
        .arg("--data")
        .arg(data)
        .args(["--listen", &listen.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        // Ctrl-C at the terminal is for this process, which then ends the server; else the server would
        // be taken for killed.
        .process_group(0)
        .spawn()
        .map_err(DemoError::io("starting the server"))?;
    let Some(stdout) = child.stdout.take() else {
        return Err(DemoError::Server("the server has no standard output".to_owned()));
    };
    let mut stdout = BufReader::new(stdout);
    let mut line = String::new();
    // Ends with the line or, if the program ends first, without one.
    let read = stdout.read_line(&mut line).map_err(DemoError::io("reading what the server says"))?;
    let address = line.trim().strip_prefix("listening on http://").and_then(|text| text.parse().ok());
    match address {
        Some(address) => Ok(Ok((child, address))),
        None => {
            let _ = child.kill();
            let _ = child.wait();
            let said = if read == 0 { format!("see {}", path.display()) } else { line };
            Ok(Err(said))
        }
    }
}
