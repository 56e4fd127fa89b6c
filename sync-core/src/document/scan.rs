//! A look at a change chunk before Automerge sees it.
//!
//! Total, linear, and without allocation beyond what the bytes themselves pay for: every length is
//! checked against what is left before it is used. Format: the binary document format of Automerge
//! (<https://automerge.org/automerge-binary-format-spec/>), section on change chunks.
//!
//! **Invariant.** A change that passes is spelled as Automerge itself spells it. Automerge keeps operations,
//! not bytes, and writes each change anew when a document is saved: one that was spelled otherwise would get
//! another hash then, and the document could never be read again. So each number is written in its shortest
//! form, each run as long as it can be, each list sorted, and nothing is there that is not used.
//!
//! - `reader`: numbers and lengths. `runs`: one column, row by row. `columns`: which columns there are.
//!   `operations`: the rows of all columns together.

mod columns;
mod operations;
mod reader;
mod runs;

use sha2::{Digest, Sha256};
use smallvec::SmallVec;

use super::change::ChangeNote;
use crate::ids::ChangeHash;
use crate::limits::{ACTOR_BYTES_MAX, CHANGE_BYTES_MAX, CHANGE_DEPENDENCIES_MAX, CHANGE_MESSAGE_BYTES_MAX};
use columns::Columns;
use operations::Author;
use reader::{Reader, is_text};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHUNK_TYPE_CHANGE: u8 = 1;
/// Magic, checksum.
const HEADER_BYTES: usize = 8;

/// What a change says about itself before its operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannedChange {
    /// Recomputed from the bytes, never taken from them.
    pub hash: ChangeHash,
    /// The changes it builds on.
    pub deps: Vec<ChangeHash>,
    /// Who made it, within the document.
    pub actor: SmallVec<[u8; ACTOR_BYTES_MAX]>,
    /// Its place in that actor's own row of changes, from 1.
    pub seq: u64,
    /// The number of its first operation.
    pub start_op: u64,
    /// How many operations it has.
    pub operations: u64,
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

/// Reads exactly one uncompressed change chunk.
///
/// # Errors
/// If the bytes are anything else, their checksum is wrong, or they are not spelled as Automerge spells them.
pub fn scan(bytes: &[u8]) -> Result<ScannedChange, ScanError> {
    if bytes.len() > CHANGE_BYTES_MAX {
        return Err(ScanError::TooLarge(bytes.len()));
    }
    let mut reader = Reader::new(bytes);
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
    let deps = dependencies(&mut reader)?;
    let actor = reader.actor("actor")?;
    let seq = reader.number("sequence")?;
    let start_op = reader.number("first operation")?;
    // Each earlier change of the actor has an operation of its own, and all of them come before.
    if seq == 0 || seq > start_op {
        return Err(reader.malformed("a sequence from 1 that is not above the first operation"));
    }
    // The note says when. Automerge would keep this as a difference to the time of another change.
    if reader.signed("time")? != 0 {
        return Err(reader.malformed("time 0"));
    }
    let message = reader.prefixed("message")?;
    if message.len() > CHANGE_MESSAGE_BYTES_MAX {
        return Err(reader.malformed("a message of at most 256 bytes"));
    }
    if !is_text(message) {
        return Err(reader.malformed("a message in UTF-8"));
    }
    let note = ChangeNote::from_message(message);
    let mut author = Author::read(&mut reader, actor, start_op)?;
    let mut columns = Columns::default();
    columns::read(&mut reader, &mut columns)?;
    let operations = operations::check(&columns, &mut author)?;
    Ok(ScannedChange { hash, deps, actor: SmallVec::from_slice(actor), seq, start_op, operations, note })
}

/// What a change builds on: sorted, each once.
fn dependencies(reader: &mut Reader<'_>) -> Result<Vec<ChangeHash>, ScanError> {
    let count = reader.number("number of dependencies")?;
    let count = usize::try_from(count).ok().filter(|count| *count <= CHANGE_DEPENDENCIES_MAX);
    let count = count.ok_or_else(|| reader.malformed("at most 1,000 dependencies"))?;
    let bytes = reader.take(count * 32, "dependency")?;
    let mut deps = Vec::with_capacity(count);
    deps.extend(bytes.chunks_exact(32).filter_map(ChangeHash::from_slice));
    if deps.is_sorted_by(|one, next| one < next) {
        Ok(deps)
    } else {
        Err(reader.malformed("dependencies in order, each once"))
    }
}

#[cfg(test)]
mod tests;
