//! The heads of a saved document, read from its header without loading it.
//!
//! A first sync brings thousands of documents, of which most are never opened on this phone. Format:
//! the binary document format of Automerge (<https://automerge.org/automerge-binary-format-spec/>),
//! section on document chunks: magic, checksum, type 0, length, actors, heads, …

use sha2::{Digest, Sha256};

use crate::document::Heads;
use crate::ids::ChangeHash;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHUNK_TYPE_DOCUMENT: u8 = 0;
/// Magic and checksum; the checksum covers what comes after.
const HEADER_BYTES: usize = 8;

/// The heads, if the bytes are exactly one document chunk whose checksum fits.
pub(super) fn heads_of(bytes: &[u8]) -> Option<Heads> {
    let (header, body) = bytes.split_at_checked(HEADER_BYTES)?;
    let digest = Sha256::digest(body);
    if header[..4] != MAGIC || header[4..] != digest[..4] {
        return None;
    }
    let mut rest = body;
    if take(&mut rest, 1)? != [CHUNK_TYPE_DOCUMENT] || length(&mut rest)? != rest.len() {
        return None;
    }
    for _ in 0..length(&mut rest)? {
        let actor_bytes = length(&mut rest)?;
        take(&mut rest, actor_bytes)?;
    }
    let count = length(&mut rest)?;
    // Bounded by what is there before anything is allocated.
    let heads = take(&mut rest, count.checked_mul(32)?)?;
    Some(Heads::new(heads.chunks_exact(32).filter_map(ChangeHash::from_slice)))
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

/// Unsigned LEB128. A number of actors or heads larger than the bytes fails at the first that is missing.
fn length(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0u64;
    for shift in (0..63).step_by(7) {
        let &[byte] = take(rest, 1)? else { return None };
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(value).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use proptest::prelude::*;

    use super::*;
    use crate::clock::{Stamp, Timestamp};
    use crate::document::{ActorBytes, ChangeNote, Document, DocumentError, DocumentKind};
    use crate::ids::{CommandId, PersonId};

    fn two_headed() -> Document {
        let mut left = Document::new(DocumentKind::Case).unwrap();
        let mut right = left.clone();
        let note = ChangeNote {
            command: CommandId::from_bytes([1; 16]),
            person: PersonId::from_bytes([2; 16]),
            stamp: Stamp::from_u64(3),
            claimed_at: Timestamp::from_millis(4),
        };
        for (actor, document) in [(1, &mut left), (2, &mut right)] {
            let actor = ActorBytes::from_bytes([actor; 16]);
            document
                .edit::<DocumentError>(&actor, &note, |edit| edit.set(&["fields"], "subject", "lift"))
                .unwrap();
        }
        left.merge(&mut right).unwrap();
        left
    }

    #[test]
    fn the_header_tells_the_heads_that_loading_would_tell() {
        for document in [Document::new(DocumentKind::Site).unwrap(), two_headed()] {
            assert_eq!(heads_of(&document.save()), Some(document.heads()));
        }
        assert_eq!(two_headed().heads().iter().count(), 2);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(heads_of(&bytes), None);
        }

        #[test]
        fn a_flipped_bit_is_noticed(at in 0usize..100_000) {
            let mut bytes = two_headed().save();
            let bit = at % (bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(heads_of(&bytes), None);
        }
    }
}
