//! A look at a change chunk before Automerge sees it.
//!
//! Total, linear, and without allocation beyond what the bytes themselves pay for: every length is
//! checked against what is left before it is used. Format: the binary document format of Automerge
//! (<https://automerge.org/automerge-binary-format-spec/>), section on change chunks.

use sha2::{Digest, Sha256};

use super::change::ChangeNote;
use crate::ids::ChangeHash;
use crate::limits::{ACTOR_BYTES_MAX, CHANGE_BYTES_MAX};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHUNK_TYPE_CHANGE: u8 = 1;
/// Magic, checksum.
const HEADER_BYTES: usize = 8;
/// More heads than this never come together in honest work.
const DEPS_MAX: u64 = 1_000;

mod columns;

/// What a change says about itself before its operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannedChange {
    /// Recomputed from the bytes, never taken from them.
    pub hash: ChangeHash,
    /// The changes it builds on.
    pub deps: Vec<ChangeHash>,
    /// Who made it, within the document.
    pub actor: Vec<u8>,
    /// Its place in that actor's own row of changes, from 1.
    pub seq: u64,
    /// The number of its first operation.
    pub start_op: u64,
    /// The note in its message, if it carries a well-formed one.
    pub note: Option<ChangeNote>,
}

/// Why bytes are not one change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// Longer than [`CHANGE_BYTES_MAX`].
    #[error("a change of {0} bytes is larger than one may be")]
    TooLarge(usize),
    /// Something is cut off, left over or out of range.
    #[error("not one uncompressed change: {what} at byte {at}")]
    Malformed {
        /// What was expected there.
        what: &'static str,
        /// How far into the bytes.
        at: usize,
    },
    /// The checksum in the header is not that of the content.
    #[error("the checksum of the change does not fit its content")]
    Checksum,
}

/// The hash of a chunk that is known to be well-formed.
pub(super) fn hash_of(chunk: &[u8]) -> ChangeHash {
    ChangeHash::from_bytes(Sha256::digest(chunk.get(HEADER_BYTES..).unwrap_or_default()).into())
}

/// Reads the head of exactly one uncompressed change chunk.
///
/// # Errors
/// If the bytes are anything else, or their checksum is wrong.
pub fn scan(bytes: &[u8]) -> Result<ScannedChange, ScanError> {
    if bytes.len() > CHANGE_BYTES_MAX {
        return Err(ScanError::TooLarge(bytes.len()));
    }
    let mut reader = Reader { bytes, at: 0 };
    if reader.take(4, "magic bytes")? != MAGIC {
        return Err(ScanError::Malformed { what: "magic bytes", at: 0 });
    }
    let checksum = reader.take(4, "checksum")?;
    if reader.take(1, "chunk type")? != [CHUNK_TYPE_CHANGE] {
        return Err(ScanError::Malformed { what: "chunk type 1", at: HEADER_BYTES });
    }
    let length = reader.number("chunk length")?;
    if usize::try_from(length) != Ok(reader.left()) {
        return Err(reader.malformed("a chunk length that fits"));
    }
    let hash = hash_of(bytes);
    if hash.as_bytes()[..4] != *checksum {
        return Err(ScanError::Checksum);
    }
    let count = reader.number("number of dependencies")?;
    if count > DEPS_MAX {
        return Err(reader.malformed("at most 1,000 dependencies"));
    }
    let mut deps = Vec::new();
    for _ in 0..count {
        deps.extend(ChangeHash::from_slice(reader.take(32, "dependency")?));
    }
    let actor = reader.actor("actor")?.to_vec();
    let seq = reader.number("sequence")?;
    let start_op = reader.number("first operation")?;
    reader.signed("time")?;
    let message = reader.prefixed("message")?;
    let note = std::str::from_utf8(message).ok().and_then(ChangeNote::from_message);
    for _ in 0..reader.number("number of other actors")? {
        reader.actor("other actor")?;
    }
    columns::check(&mut reader)?;
    Ok(ScannedChange { hash, deps, actor, seq, start_op, note })
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn malformed(&self, what: &'static str) -> ScanError {
        ScanError::Malformed { what, at: self.at }
    }

    fn take(&mut self, count: usize, what: &'static str) -> Result<&'a [u8], ScanError> {
        let end = self.at.checked_add(count).ok_or_else(|| self.malformed(what))?;
        let taken = self.bytes.get(self.at..end).ok_or_else(|| self.malformed(what))?;
        self.at = end;
        Ok(taken)
    }

    /// Unsigned LEB128.
    fn number(&mut self, what: &'static str) -> Result<u64, ScanError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let [byte] = *self.take(1, what)? else { return Err(self.malformed(what)) };
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(self.malformed(what));
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.malformed(what))
    }

    /// Signed LEB128.
    fn signed(&mut self, what: &'static str) -> Result<i64, ScanError> {
        let mut value = 0i64;
        for shift in (0..64).step_by(7) {
            let [byte] = *self.take(1, what)? else { return Err(self.malformed(what)) };
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let is_negative = byte & 0x40 != 0;
                return Ok(if is_negative && shift < 57 { value | (-1 << (shift + 7)) } else { value });
            }
        }
        Err(self.malformed(what))
    }

    /// Each operation that is expanded holds copies of its authors' names, so they are short.
    fn actor(&mut self, what: &'static str) -> Result<&'a [u8], ScanError> {
        let actor = self.prefixed(what)?;
        if actor.len() > ACTOR_BYTES_MAX {
            Err(self.malformed("an actor of at most 32 bytes"))
        } else {
            Ok(actor)
        }
    }

    fn prefixed(&mut self, what: &'static str) -> Result<&'a [u8], ScanError> {
        let length = self.number(what)?;
        self.take(usize::try_from(length).map_err(|_| self.malformed(what))?, what)
    }
}
