//! How any document lives in Automerge, whatever it is about.
//!
//! Every document of a kind starts from the same hard-coded *seed* change, which creates each nested
//! map and text. Two phones that start a document apart therefore write into the same containers;
//! without that, each would create its own map and one side's entries would vanish in the merge.
//! Seeds never travel: both sides add them by kind.
//!
//! **Invariant.** A [`Document`] always contains the seed of its kind.

mod change;
mod edit;
mod heads;
mod letters;
mod operations;
mod parsed;
mod read;
mod register;
mod scan;
mod seed;

pub use change::{ActorBytes, ChangeNote, NewChange};
pub use edit::Edit;
pub use heads::Heads;
pub use letters::control_character;
pub use operations::{Act, Put, Write, made_maps};
pub use parsed::ParsedChange;
pub use read::Fields;
pub(crate) use read::{bytes, text, truth};
pub use register::Register;
pub use scan::{ScanError, ScannedChange, scan};
pub use seed::{DocumentKind, seed_hash};

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{ActorId, Automerge, LoadOptions, ReadDoc, VerificationMode};

use crate::ids::ChangeHash;

/// A document of one kind, with the seed of that kind in it.
#[derive(Clone)]
pub struct Document {
    kind: DocumentKind,
    inner: Automerge,
}

/// Why bytes did not become (part of) a document.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Automerge could not read or apply the bytes.
    #[error("automerge: {0}")]
    Automerge(#[from] automerge::AutomergeError),
    /// The bytes are not one change of this protocol.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// A stored document does not start from the seed of its kind.
    #[error("the document does not start from the seed of a {0:?} document")]
    SeedMissing(DocumentKind),
    /// The change builds on changes that the document does not have.
    #[error("the change builds on {0:?}, which the document does not have")]
    DependencyMissing(Vec<ChangeHash>),
    /// An operation is not at a place where its author can have written.
    #[error("the change writes where nobody could: {0}")]
    Misdirected(&'static str),
    /// Automerge panicked on the bytes. The document was left as it was.
    #[error("automerge panicked while applying the change")]
    Panicked,
}

impl Document {
    /// The document of this kind in which nothing has been written yet.
    ///
    /// # Errors
    /// Only if the seed compiled into this program cannot be applied, which a test rules out.
    pub fn new(kind: DocumentKind) -> Result<Self, DocumentError> {
        let mut inner = Automerge::new();
        inner.apply_changes([seed::change(kind)?])?;
        Ok(Self { kind, inner })
    }

    /// Reads what [`Document::save`] wrote. Costs about 0.2 ms for ten changes.
    ///
    /// # Errors
    /// If the bytes are no document, or one without the seed of `kind`.
    pub fn load(kind: DocumentKind, bytes: &[u8]) -> Result<Self, DocumentError> {
        let options = LoadOptions::new().verification_mode(VerificationMode::Check);
        let inner = Automerge::load_with_options(bytes, options)?;
        let document = Self { kind, inner };
        if document.has(seed_hash(kind)) { Ok(document) } else { Err(DocumentError::SeedMissing(kind)) }
    }

    /// The whole document as bytes, without compression of its own: many documents compress better
    /// together in one stream than each alone.
    pub fn save(&self) -> Vec<u8> {
        self.inner.save_nocompress()
    }

    /// What kind of document this is.
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The changes that no other change builds on.
    pub fn heads(&self) -> Heads {
        Heads::new(self.inner.get_heads().iter().map(|hash| ChangeHash::from_bytes(hash.0)))
    }

    /// Whether the document has this change.
    pub fn has(&self, hash: ChangeHash) -> bool {
        meta(&self.inner, hash).is_some()
    }

    /// Adds a change that was made elsewhere. Adding one twice changes nothing.
    ///
    /// # Errors
    /// If the bytes are no change, or build on something that is not here. The document is then as it was.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<ScannedChange, DocumentError> {
        let parsed = ParsedChange::of(bytes, scan(bytes)?)?;
        let scanned = parsed.scanned().clone();
        if !self.has(scanned.hash) {
            *self = self.clone().with(parsed)?;
        }
        Ok(scanned)
    }

    /// The document with a change that it does not have yet. Should the change not fit, the document is gone
    /// with it: nobody can say what a failed attempt has left in it. Who still needs it keeps a copy, or knows
    /// where to load it again.
    ///
    /// # Errors
    /// If Automerge cannot apply the change, or it builds on something that is not here.
    pub fn with(self, change: ParsedChange) -> Result<Self, DocumentError> {
        let Self { kind, mut inner } = self;
        let ParsedChange { scanned, change } = change;
        let metas = scanned.deps.iter().map(|dep| (*dep, meta(&inner, *dep)));
        // Checked here so that nothing ever waits in Automerge's own unbounded queue.
        let missing: Vec<_> = metas.clone().filter(|(_, meta)| meta.is_none()).map(|(dep, _)| dep).collect();
        if !missing.is_empty() {
            return Err(DocumentError::DependencyMissing(missing));
        }
        if !knows_own(&inner, &scanned, metas.clone().filter_map(|(_, meta)| meta)) {
            return Err(ScanError::Malformed { what: "its author's change before", at: 0 }.into());
        }
        // A number out of line would brick the document: the next honest edit counts on from it.
        let last = metas.filter_map(|(_, meta)| Some(meta?.max_op)).max().unwrap_or(0);
        if scanned.start_op != last + 1 {
            return Err(ScanError::Malformed { what: "the operation after its dependencies", at: 0 }.into());
        }
        // Automerge 0.12 is known to panic on some inputs.
        let applied = catch_unwind(AssertUnwindSafe(move || {
            inner.apply_changes([change])?;
            Ok::<_, automerge::AutomergeError>(inner)
        }));
        Ok(Self { kind, inner: applied.map_err(|_| DocumentError::Panicked)?? })
    }

    /// Whether nothing has been written yet beyond the seed.
    pub fn is_blank(&self) -> bool {
        self.heads() == Heads::new([seed_hash(self.kind)])
    }

    /// Adds everything another copy of this document has.
    ///
    /// # Errors
    /// If Automerge cannot merge the two.
    pub fn merge(&mut self, other: &mut Self) -> Result<(), DocumentError> {
        self.inner.merge(&mut other.inner)?;
        Ok(())
    }

    /// The document as it was when these were its heads.
    ///
    /// # Errors
    /// If one of them is not in the document.
    pub fn at(&self, heads: &Heads) -> Result<Self, DocumentError> {
        let heads: Vec<_> = heads.iter().map(|hash| automerge::ChangeHash(*hash.as_bytes())).collect();
        Ok(Self { kind: self.kind, inner: self.inner.fork_at(&heads)? })
    }

    /// Every change after the seed, in an order in which each comes after what it builds on.
    pub fn changes(&self) -> Vec<NewChange> {
        let seed = automerge::ChangeHash(*seed_hash(self.kind).as_bytes());
        self.inner.get_changes(&[seed]).iter().map(NewChange::from_automerge).collect()
    }

    /// Writes: everything `write` does becomes one change by `actor`, or nothing if it does nothing.
    ///
    /// # Errors
    /// Whatever `write` returns; the document is then as it was.
    pub fn edit<E: From<DocumentError>>(
        &mut self,
        actor: &ActorBytes,
        note: &ChangeNote,
        write: impl FnOnce(&mut Edit<'_>) -> Result<(), E>,
    ) -> Result<Option<NewChange>, E> {
        self.inner.set_actor(ActorId::from(actor.as_bytes().as_slice()));
        let mut edit = Edit::begin(&mut self.inner);
        if let Err(error) = write(&mut edit) {
            edit.abandon();
            return Err(error);
        }
        let hash = edit.commit(note);
        Ok(hash.and_then(|hash| self.inner.get_change_by_hash(&hash)).as_ref().map(NewChange::from_automerge))
    }

    /// Who wrote each of the values that stand side by side under one key, in the order in which
    /// [`Register`] lists them. Costs a look-up per value, so it is asked only about parallel edits.
    pub fn authors(&self, container: &[&str], key: &str) -> Vec<Option<ChangeNote>> {
        read::authors(&self.inner, container, key)
    }

    /// Reads the containers and fields of the document.
    pub fn fields(&self) -> Fields<'_> {
        Fields::root(&self.inner)
    }
}

/// Whether a change builds on all that its author wrote before. One that does not would number its operations as
/// the author's others are numbered, and a document in which two operations have one name cannot be read again.
/// Automerge 0.12 takes it in.
fn knows_own<'a>(
    inner: &'a Automerge,
    change: &ScannedChange,
    mut deps: impl Iterator<Item = automerge::ChangeMetadata<'a>>,
) -> bool {
    let is_own = |meta: &automerge::ChangeMetadata<'_>| meta.actor.to_bytes() == change.actor.as_slice();
    // As a rule it is the first of an author, or the next after their last.
    if change.seq == 1 || deps.any(|dep| is_own(&dep) && dep.seq + 1 == change.seq) {
        return true;
    }
    let deps: Vec<_> = change.deps.iter().map(|dep| automerge::ChangeHash(*dep.as_bytes())).collect();
    !inner.get_changes_meta(&deps).iter().any(is_own)
}

/// What Automerge knows of a change, if it has it.
fn meta(inner: &Automerge, hash: ChangeHash) -> Option<automerge::ChangeMetadata<'_>> {
    inner.get_change_meta_by_hash(&automerge::ChangeHash(*hash.as_bytes()))
}

#[cfg(test)]
mod tests;
