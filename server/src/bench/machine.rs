//! On what machine a benchmark ran: figures of two machines do not compare, ratios do.

use std::fs;

use serde::Serialize;

/// The machine, as the system describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// The processor.
    pub cpu: String,
    /// How many of its cores this process may use.
    pub cores: usize,
    /// The kernel.
    pub os: String,
    /// Memory in MiB; 0 if the system does not say.
    pub memory_mib: u64,
    /// `release`, or `debug`, whose figures say nothing.
    pub build: &'static str,
}

impl Machine {
    /// This machine.
    pub fn here() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let memory = value_of(&read("/proc/meminfo"), "MemTotal");
        let memory_kib = memory.and_then(|text| text.split(' ').next()?.parse().ok()).unwrap_or(0_u64);
        let kernel = ["ostype", "osrelease"].map(|name| read(&format!("/proc/sys/kernel/{name}")));
        Self {
            cpu: value_of(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown".to_owned()),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            os: kernel.map(|word| word.trim().to_owned()).join(" "),
            memory_mib: memory_kib / 1024,
            build: if cfg!(debug_assertions) { "debug" } else { "release" },
        }
    }
}

/// What stands behind a name and a colon, at the first line that begins with the name.
fn value_of(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
