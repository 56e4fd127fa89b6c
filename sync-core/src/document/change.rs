//! One change: its bytes, and the note it carries about who made it and when.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minicbor::{Decode, Encode};
use rand_core::Rng;

use crate::clock::{Stamp, Timestamp};
use crate::ids::{ChangeHash, CommandId, PersonId};

/// The author of changes inside one document: 16 random bytes, belonging to one device for as long
/// as its copy of the document lives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[cbor(transparent)]
pub struct ActorBytes(#[cbor(n(0), with = "minicbor::bytes")] [u8; 16]);

impl ActorBytes {
    /// A fresh actor from the given chance.
    pub fn mint(rng: &mut dyn Rng) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The actor with exactly these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes of the actor.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// A change in its wire form: one uncompressed Automerge change chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChange {
    /// What Automerge calls it.
    pub hash: ChangeHash,
    /// The changes it builds on.
    pub deps: Vec<ChangeHash>,
    /// The bytes that travel.
    pub bytes: Vec<u8>,
}

impl NewChange {
    pub(super) fn from_automerge(change: &automerge::Change) -> Self {
        Self {
            hash: ChangeHash::from_bytes(change.hash().0),
            deps: change.deps().iter().map(|dep| ChangeHash::from_bytes(dep.0)).collect(),
            bytes: change.raw_bytes().to_vec(),
        }
    }
}

/// What the message of every change says: which command made it, whose, in which order, and when by
/// the phone's own clock.
///
/// Written as `r1` and the URL-safe base64 of 48 bytes: command (16), person (16), stamp (8,
/// big-endian), claimed milliseconds since 1970 (8, big-endian two's complement).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeNote {
    /// The command that made the change; the same on every replay of it.
    pub command: CommandId,
    /// The person who gave the command.
    pub person: PersonId,
    /// Orders what the change adds. Every entry that the change adds carries this same stamp.
    pub stamp: Stamp,
    /// When the person did it, by their phone's clock. A claim.
    pub claimed_at: Timestamp,
}

const PREFIX: &str = "r1";

impl ChangeNote {
    /// The text that goes into the change's message.
    pub fn to_message(&self) -> String {
        let mut bytes = [0u8; 48];
        bytes[..16].copy_from_slice(self.command.as_bytes());
        bytes[16..32].copy_from_slice(self.person.as_bytes());
        bytes[32..40].copy_from_slice(&self.stamp.as_u64().to_be_bytes());
        bytes[40..].copy_from_slice(&self.claimed_at.millis().to_be_bytes());
        let mut text = String::from(PREFIX);
        URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
        text
    }

    /// The note in a message, if it is one.
    pub fn from_message(message: &[u8]) -> Option<Self> {
        let mut bytes = [0u8; 48];
        let body = message.strip_prefix(PREFIX.as_bytes())?;
        if body.len() != 64 || URL_SAFE_NO_PAD.decode_slice(body, &mut bytes).ok()? != 48 {
            return None;
        }
        let (ids, numbers) = bytes.split_at(32);
        let mut number = numbers.chunks_exact(8).filter_map(|chunk| chunk.try_into().ok());
        Some(Self {
            command: CommandId::from_slice(&ids[..16])?,
            person: PersonId::from_slice(&ids[16..])?,
            stamp: Stamp::from_u64(u64::from_be_bytes(number.next()?)),
            claimed_at: Timestamp::from_millis(i64::from_be_bytes(number.next()?)),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_note_reads_back_what_it_wrote(
            command: [u8; 16], person: [u8; 16], stamp: u64, claimed: i64,
        ) {
            let note = ChangeNote {
                command: CommandId::from_bytes(command),
                person: PersonId::from_bytes(person),
                stamp: Stamp::from_u64(stamp),
                claimed_at: Timestamp::from_millis(claimed),
            };
            prop_assert_eq!(ChangeNote::from_message(note.to_message().as_bytes()), Some(note));
        }

        #[test]
        fn any_text_is_a_note_or_is_not(text in "\\PC*") {
            let _ = ChangeNote::from_message(text.as_bytes());
        }
    }
}
