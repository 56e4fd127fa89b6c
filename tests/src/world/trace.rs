//! What happened in a world, line by line, and a digest by which two runs are compared.

use roundsman_sync_core::clock::Timestamp;
use sha2::{Digest, Sha256};

/// The story of one run.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    lines: Vec<String>,
    digest: Sha256,
}

impl Trace {
    /// Adds an event.
    pub fn note(&mut self, now: Timestamp, event: impl AsRef<str>) {
        let line = format!("{now} {}", event.as_ref());
        self.digest.update(line.as_bytes());
        self.digest.update([b'\n']);
        self.lines.push(line);
    }

    /// Everything so far, oldest first.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Equal for two runs only if every event was equal.
    pub fn digest(&self) -> String {
        hex(&self.digest.clone().finalize())
    }
}

/// The first eight bytes of a digest over `bytes`, as an event names them.
pub(super) fn short_hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..8])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
