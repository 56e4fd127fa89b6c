//! The server under measurement: this very program as a process of its own, whose time and memory the
//! system tells apart from those of the load generator.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::BenchError;

/// Ticks of the process clock a second, as Linux shows them on every architecture (`USER_HZ`).
const TICKS_PER_S: u64 = 100;

/// A serving process. It ends when this is dropped.
pub struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts `serve` on a data folder and waits until it takes connections.
    ///
    /// # Errors
    /// If it does not start; its log is `server.log` in the data folder.
    pub fn start(data: &Path) -> Result<Self, BenchError> {
        let program = std::env::current_exe().map_err(BenchError::io("finding this program's file"))?;
        let log = File::create(data.join("server.log")).map_err(BenchError::io("making the server's log"))?;
        let mut child = Command::new(program)
            .arg("serve")
            .arg("--data")
            .arg(data)
            .args(["--listen", "127.0.0.1:0"])
            // A line for each request would be measured too.
            .env("ROUNDSMAN_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(BenchError::io("starting the server"))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            let read = BufReader::new(stdout).read_line(&mut line);
            read.map_err(BenchError::io("reading what the server says"))?;
        }
        match line.trim().strip_prefix("listening on http://").and_then(|text| text.parse().ok()) {
            Some(address) => Ok(Self { child, address }),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                let log = fs::read_to_string(data.join("server.log")).unwrap_or_default();
                Err(BenchError::Server(format!("the server does not start: {line}{log}")))
            }
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Processor time it has used so far, all threads, in user and kernel, in seconds. The system counts in
    /// steps of 10 ms, so what is measured has to take much longer.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn cpu_s(&self) -> Result<f64, BenchError> {
        cpu_s_of(&self.child.id().to_string())
    }

    /// Memory that it holds now, and the most it ever held, in MiB.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn memory_mib(&self) -> Result<(f64, f64), BenchError> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(path).map_err(BenchError::io("reading the server's memory"))?;
        let kib = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name));
            let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
            number.ok_or_else(|| BenchError::Server(format!("the system does not tell {name}")))
        };
        Ok((kib("VmRSS:")? / 1024.0, kib("VmHWM:")? / 1024.0))
    }
}

/// Processor time that this process has used so far, in seconds: what the load generator costs.
///
/// # Errors
/// If the system does not tell.
pub fn own_cpu_s() -> Result<f64, BenchError> {
    cpu_s_of("self")
}

fn cpu_s_of(process: &str) -> Result<f64, BenchError> {
    let path = format!("/proc/{process}/stat");
    let stat = fs::read_to_string(path).map_err(BenchError::io("reading processor time"))?;
    ticks_of(&stat)
        .map(|ticks| ticks as f64 / TICKS_PER_S as f64)
        .ok_or_else(|| BenchError::Server("the system tells processor time in an unknown form".to_owned()))
}

/// User and kernel time: fields 14 and 15 of the line. The name, field 2, may itself hold spaces and brackets.
fn ticks_of(stat: &str) -> Option<u64> {
    let mut rest = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, kernel): (u64, u64) = (rest.next()?.parse().ok()?, rest.next()?.parse().ok()?);
    Some(user + kernel)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_past_any_name() {
        let line = "42 (a) b) S 1 42 42 0 -1 4194560 1 0 0 0 150 25 0 0 20 0 9 0 100 1 1";
        assert_eq!(ticks_of(line), Some(175));
        assert_eq!(ticks_of("nothing of the kind"), None);
    }
}
