//! Names of things, each a type of its own so that a person cannot be passed where an order is meant.
//!
//! All are 128 bits. Those minted here are UUID version 7: they sort by the minter's clock, which is
//! a convenience for people reading tables and is never trusted as a time.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Decoder, Encode, Encoder};
use rand_core::Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock::Timestamp;

/// Mints a version 7 UUID from a time and chance that the caller hands in.
fn mint(now: Timestamp, rng: &mut dyn Rng) -> Uuid {
    let mut random = [0u8; 10];
    rng.fill_bytes(&mut random);
    // A clock before 1970 is a broken clock; the id only loses its sort order.
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Mints a fresh id from the given time and chance.
            pub fn mint(now: Timestamp, rng: &mut dyn Rng) -> Self {
                Self(mint(now, rng))
            }

            /// The id with exactly these 16 bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The 16 bytes that stand for this id on the wire and in tables.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id held by a stored or received byte string, if it has the right length.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self::from_bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(self.as_bytes())?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let at = d.position();
                Self::from_slice(d.bytes()?).ok_or_else(|| {
                    minicbor::decode::Error::message(concat!(stringify!($name), " must be 16 bytes")).at(at)
                })
            }
        }
    };
}

id!(
    /// One organisation: a property company. A server serves exactly one.
    OrgId
);
id!(
    /// One estate (小区, 项目). Also the id of its site document.
    SiteId
);
id!(
    /// Somebody who works for the organisation.
    PersonId
);
id!(
    /// One enrolment of one person on one phone, with a key of its own.
    DeviceId
);
id!(
    /// One Automerge document of any kind.
    DocumentId
);
id!(
    /// One work order (工单) inside a case.
    OrderId
);
id!(
    /// One immutable statement inside a case: received, arrived, completed, …
    EntryId
);
id!(
    /// One photo's mention in a case. The bytes are named by their [`PhotoHash`].
    PhotoId
);
id!(
    /// One sign-off (业主签字确认).
    SignOffId
);
id!(
    /// One route that rounds walk (巡查路线).
    RouteId
);
id!(
    /// One point on the spot that a round visits (巡更点).
    CheckpointId
);
id!(
    /// One result at a checkpoint of a round.
    CheckId
);
id!(
    /// One area of an estate (片区) that a housekeeper looks after.
    AreaId
);
id!(
    /// One liaison sheet (工作联系单).
    SheetId
);
id!(
    /// One settlement (和解备忘).
    SettlementId
);
id!(
    /// One contradiction between statements of a case. Made of what contradicts, so that every phone
    /// gives it the same name, and a further statement makes it another.
    ConflictId
);
id!(
    /// One thing a person asked their device to do; the same on every replay of it.
    CommandId
);
id!(
    /// One log of accepted things. A restored server mints a new one.
    LogId
);
id!(
    /// One run of a phone between two boots.
    BootId
);

impl DocumentId {
    /// The site document of an estate.
    pub const fn of_site(site: SiteId) -> Self {
        Self(site.0)
    }

    /// The contact document of a case.
    ///
    /// It is derived, so whoever may write it can start it without asking anybody: two phones that
    /// both start it offline start the same document, and the two starts merge.
    pub fn contact_of(case: DocumentId) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"roundsman/contact/1");
        hash.update(case.as_bytes());
        Self(from_digest(&hash.finalize()))
    }

    /// The case that an outside record becomes: the same record always becomes the same case,
    /// so importing twice cannot create it twice.
    pub fn imported(site: SiteId, source: &str, key: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"roundsman/import/1");
        hash.update(site.as_bytes());
        hash.update((source.len() as u64).to_be_bytes());
        hash.update(source.as_bytes());
        hash.update(key.as_bytes());
        Self(from_digest(&hash.finalize()))
    }
}

impl EntryId {
    /// The entry that follows from something outside, such as the row of an import. The same document
    /// and label always give the same id, so stating it twice states it once.
    pub fn derived(document: DocumentId, label: &str) -> Self {
        Self(derived(b"roundsman/entry/1", document, label))
    }

    /// The entry that a command writes beside what it was given for, such as that an order changed
    /// hands. Making the command again makes the same entry.
    pub fn of_command(document: DocumentId, command: CommandId) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"roundsman/stated/1");
        hash.update(document.as_bytes());
        hash.update(command.as_bytes());
        Self(from_digest(&hash.finalize()))
    }
}

impl ConflictId {
    /// The contradiction of this code between the things with these ids, in any order.
    pub fn of(code: &str, order: Option<OrderId>, sides: &mut [[u8; 16]]) -> Self {
        sides.sort_unstable();
        let mut hash = Sha256::new();
        hash.update(b"roundsman/conflict/1");
        hash.update((code.len() as u64).to_be_bytes());
        hash.update(code.as_bytes());
        hash.update(order.map_or([0; 16], |order| *order.as_bytes()));
        sides.iter().for_each(|side| hash.update(side));
        Self(from_digest(&hash.finalize()))
    }
}

impl OrderId {
    /// The order that follows from something outside; as [`EntryId::derived`].
    pub fn derived(document: DocumentId, label: &str) -> Self {
        Self(derived(b"roundsman/order/1", document, label))
    }
}

impl CheckpointId {
    /// The point that a file of routes calls by this key: reading the file again means the same point.
    pub fn keyed(site: SiteId, key: &str) -> Self {
        Self(derived(b"roundsman/point/1", DocumentId::of_site(site), key))
    }
}

impl RouteId {
    /// The route that a file of routes calls by this key; as [`CheckpointId::keyed`].
    pub fn keyed(site: SiteId, key: &str) -> Self {
        Self(derived(b"roundsman/route/1", DocumentId::of_site(site), key))
    }
}

fn derived(context: &[u8; 17], document: DocumentId, label: &str) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(context);
    hash.update(document.as_bytes());
    hash.update(label.as_bytes());
    from_digest(&hash.finalize())
}

impl SiteId {
    /// The estate that a site document describes.
    pub const fn of_document(document: DocumentId) -> Self {
        Self(document.0)
    }
}

/// A UUID version 8 (RFC 9562, section 5.8) from the first bytes of a digest.
fn from_digest(digest: &[u8]) -> Uuid {
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

macro_rules! hash {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// The hash with exactly these bytes.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The hash held by a stored or received byte string, if it has the right length.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// The 32 bytes of the hash.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = NotAHash;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let digits = text.as_bytes();
                let mut bytes = [0u8; 32];
                if digits.len() != 64 {
                    return Err(NotAHash);
                }
                for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
                    *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
                }
                Ok(Self(bytes))
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let at = d.position();
                Self::from_slice(d.bytes()?).ok_or_else(|| {
                    minicbor::decode::Error::message(concat!(stringify!($name), " must be 32 bytes")).at(at)
                })
            }
        }
    };
}

hash!(
    /// SHA-256 of the exact bytes of a photo, a drawn signature or a shown statement.
    PhotoHash
);
hash!(
    /// SHA-256 of an Automerge change, as Automerge itself computes it.
    ChangeHash
);

impl PhotoHash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// A text that is not 64 lower- or upper-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a hash is written as 64 hexadecimal digits")]
pub struct NotAHash;

fn hex_digit(digit: u8) -> Result<u8, NotAHash> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(NotAHash),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_phones_that_start_the_contact_of_one_case_start_the_same_document() {
        let case = DocumentId::from_bytes([7; 16]);
        assert_eq!(DocumentId::contact_of(case), DocumentId::contact_of(case));
        assert_ne!(DocumentId::contact_of(case), case);
    }

    #[test]
    fn moving_a_letter_from_source_to_key_gives_another_case() {
        let site = SiteId::from_bytes([1; 16]);
        assert_ne!(DocumentId::imported(site, "ab", "c"), DocumentId::imported(site, "a", "bc"));
    }

    #[test]
    fn what_is_derived_depends_on_document_label_and_kind_of_thing() {
        let (one, two) = (DocumentId::from_bytes([1; 16]), DocumentId::from_bytes([2; 16]));
        assert_eq!(EntryId::derived(one, "closed/1"), EntryId::derived(one, "closed/1"));
        assert_ne!(EntryId::derived(one, "closed/1"), EntryId::derived(one, "closed/2"));
        assert_ne!(EntryId::derived(one, "closed/1"), EntryId::derived(two, "closed/1"));
        assert_ne!(EntryId::derived(one, "a").as_bytes(), OrderId::derived(one, "a").as_bytes());
    }

    #[test]
    fn a_hash_reads_back_what_it_wrote() {
        let hash = PhotoHash::of(b"lift");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!("zz".parse::<PhotoHash>(), Err(NotAHash));
    }
}
