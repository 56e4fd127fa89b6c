//! The hard-coded first change of every kind of document.

use automerge::Change;
use minicbor::{Decode, Decoder, Encode, Encoder};

use super::DocumentError;
use crate::ids::ChangeHash;

/// What a document is about. The numbers travel and are never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum DocumentKind {
    /// One matter somebody raised (报事), without anything that says who they are.
    Case = 1,
    /// The confidential side of one case (业主信息): names, phone numbers, signatures.
    Contact = 2,
    /// One walk over a route's points (巡查): what was found at each.
    Round = 3,
    /// One estate: its name and its people. Written by the office, read on phones.
    Site = 4,
}

impl DocumentKind {
    /// Every kind, in the order of its number.
    pub const ALL: [Self; 4] = [Self::Case, Self::Contact, Self::Round, Self::Site];

    /// The number that stands for the kind on the wire and in tables.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The kind with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The seed change, exactly as every device and server has it.
    const fn seed(self) -> &'static [u8] {
        match self {
            Self::Case => include_bytes!("seeds/case-1.bin"),
            Self::Contact => include_bytes!("seeds/contact-1.bin"),
            Self::Round => include_bytes!("seeds/round-1.bin"),
            Self::Site => include_bytes!("seeds/site-1.bin"),
        }
    }
}

impl<C> Encode<C> for DocumentKind {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u8(self.number())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for DocumentKind {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let at = d.position();
        Self::from_number(d.u8()?)
            .ok_or_else(|| minicbor::decode::Error::message("no document is of that kind").at(at))
    }
}

/// The seed as Automerge takes it.
pub(super) fn change(kind: DocumentKind) -> Result<Change, DocumentError> {
    Ok(Change::try_from(kind.seed()).map_err(automerge::AutomergeError::from)?)
}

/// The hash of the seed of a kind. Every first change of a document builds on it.
///
/// Recomputed from the bytes: the hash is the SHA-256 of the chunk without magic and checksum.
pub fn seed_hash(kind: DocumentKind) -> ChangeHash {
    super::scan::hash_of(kind.seed())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use automerge::transaction::{CommitOptions, Transactable};
    use automerge::{ActorId, Automerge, ObjType, ROOT};

    use super::*;

    /// Version 1 of each kind: the containers that must exist before anybody writes.
    fn containers(kind: DocumentKind) -> &'static [(&'static str, ObjType)] {
        match kind {
            DocumentKind::Case => &[
                ("description", ObjType::Text),
                ("entries", ObjType::Map),
                ("fields", ObjType::Map),
                ("orders", ObjType::Map),
                ("photos", ObjType::Map),
                ("sign_offs", ObjType::Map),
            ],
            DocumentKind::Contact => {
                &[("fields", ObjType::Map), ("signatures", ObjType::Map), ("words", ObjType::Text)]
            }
            DocumentKind::Round => &[
                ("checks", ObjType::Map),
                ("entries", ObjType::Map),
                ("fields", ObjType::Map),
                ("photos", ObjType::Map),
            ],
            DocumentKind::Site => &[("fields", ObjType::Map), ("people", ObjType::Map)],
        }
    }

    /// Who made the seed: 'R', 'M', the kind, the version of the seed.
    const fn actor(kind: DocumentKind) -> [u8; 4] {
        [0x52, 0x4d, kind.number(), 1]
    }

    fn build(kind: DocumentKind) -> Vec<u8> {
        let mut doc = Automerge::new().with_actor(ActorId::from(&actor(kind)[..]));
        let mut tx = doc.transaction();
        for (name, object) in containers(kind) {
            tx.put_object(ROOT, *name, *object).unwrap();
        }
        tx.commit_with(CommitOptions::default().with_time(0).with_message("roundsman seed 1"));
        doc.get_last_local_change().unwrap().raw_bytes().to_vec()
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a person who adds a kind asks the test to write its seed")]
    fn the_seeds_in_this_program_are_the_seeds_every_device_has() {
        for kind in DocumentKind::ALL {
            let name = format!("src/document/seeds/{}-1.bin", format!("{kind:?}").to_lowercase());
            let built = build(kind);
            if std::env::var_os("ROUNDSMAN_WRITE_SEEDS").is_some() {
                std::fs::write(&name, &built).unwrap();
            }
            assert_eq!(std::fs::read(&name).unwrap(), built, "{name} is frozen for ever");
        }
    }

    #[test]
    fn a_seed_hash_is_what_automerge_computes() {
        for kind in DocumentKind::ALL {
            assert_eq!(seed_hash(kind).as_bytes(), &change(kind).unwrap().hash().0);
        }
    }
}
