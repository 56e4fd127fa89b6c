//! The tips of a document's history.

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::ids::{ChangeHash, DocumentId};

/// Changes that no other change builds on. Sorted; a seed alone has one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Heads(#[n(0)] Vec<ChangeHash>);

impl Heads {
    /// These hashes as heads, sorted and without repetition.
    pub fn new(hashes: impl IntoIterator<Item = ChangeHash>) -> Self {
        let mut hashes: Vec<_> = hashes.into_iter().collect();
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }

    /// The heads, in order.
    pub fn iter(&self) -> impl Iterator<Item = &ChangeHash> {
        self.0.iter()
    }

    /// The heads after a change that builds on `deps` was added. Right as long as each change is
    /// added once and after what it builds on.
    pub fn advance(&mut self, deps: &[ChangeHash], hash: ChangeHash) {
        self.0.retain(|head| !deps.contains(head));
        if let Err(at) = self.0.binary_search(&hash) {
            self.0.insert(at, hash);
        }
    }

    /// What this document adds to a checksum over many documents: the first 8 bytes of
    /// SHA-256(document ‖ heads), big-endian. Sums of it are taken modulo 2^64, so that
    /// one changed document costs one subtraction and one addition.
    pub fn checksum(&self, document: DocumentId) -> u64 {
        let mut hash = Sha256::new();
        hash.update(document.as_bytes());
        for head in &self.0 {
            hash.update(head.as_bytes());
        }
        let digest = hash.finalize();
        let mut first = [0u8; 8];
        first.copy_from_slice(&digest[..8]);
        u64::from_be_bytes(first)
    }

    /// The heads as bytes for a table: 32 bytes each, in order.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|hash| *hash.as_bytes()).collect()
    }

    /// What [`Heads::to_bytes`] gave; `None` if the length fits no list of hashes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let chunks = bytes.chunks_exact(32);
        if !chunks.remainder().is_empty() {
            return None;
        }
        chunks.map(ChangeHash::from_slice).collect::<Option<Vec<_>>>().map(Self::new)
    }
}
