//! The envelope: a person's changes as their device signed them.
//!
//! It says by itself whose it is, so it can be carried by anybody, kept for ever and checked again.
//! The signature covers the ordered list of (document, kind, hash); the hashes are recomputed from the
//! changes, never sent.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::key::{PublicKey, SignFailed, Signature, Signer};
use crate::clock::ClockReading;
use crate::document::{DocumentKind, ScanError, ScannedChange, scan};
use crate::error::{ErrorCode, Refusal};
use crate::ids::{BootId, ChangeHash, DeviceId, DocumentId, OrgId, PersonId};
use crate::limits::{CHANGE_OPERATIONS_MAX, ENVELOPE_BYTES_MAX, ENVELOPE_CHANGES_MAX};

/// Begins what is signed, so that a signature made here fits nothing else.
const SIGNING_CONTEXT: &str = "roundsman/envelope/1";

/// The last freshness token a device had when it claimed a time. The token is the server's own, so it
/// proves that the claim was made after it was issued.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct TokenSeen {
    /// The token, as the server spelled it.
    #[n(0)]
    pub token: String,
    /// When it arrived, by the boot clock.
    #[n(1)]
    pub at_boot_ms: i64,
    /// In which boot it arrived; the boot clock tells distances only within one.
    #[n(2)]
    pub boot: BootId,
}

/// What a device says about the time of what it did.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct TimeClaim {
    /// Its clocks then.
    #[n(0)]
    pub reading: ClockReading,
    /// The last token it had then.
    #[n(1)]
    pub token: Option<TokenSeen>,
}

/// One change and the document it is for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct EnvelopeItem {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// Its kind; it decides the seed if the document is new.
    #[n(1)]
    pub kind: DocumentKind,
    /// One uncompressed Automerge change chunk.
    #[n(2)]
    pub change: ByteVec,
}

/// What is said and signed about a list of changes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Envelope {
    /// For which organisation.
    #[n(0)]
    pub org: OrgId,
    /// Signed by which device.
    #[n(1)]
    pub device: DeviceId,
    /// Given by whom.
    #[n(2)]
    pub person: PersonId,
    /// The newest version of documents that the writing program understands.
    #[n(3)]
    pub schema: u32,
    /// When, as claimed.
    #[n(4)]
    pub claim: TimeClaim,
    /// The changes, each after what it builds on.
    #[n(5)]
    pub items: Vec<EnvelopeItem>,
    /// Over `Envelope::signing_input`.
    #[n(6)]
    pub signature: Signature,
}

/// An envelope whose changes are each one well-formed chunk. Nothing is said of the signature yet.
#[derive(Clone, Debug)]
pub struct ScannedEnvelope {
    /// The envelope.
    pub envelope: Envelope,
    /// What the change of each item says of itself, in the same order.
    pub changes: Vec<ScannedChange>,
}

impl Envelope {
    /// Signs changes.
    ///
    /// # Errors
    /// If the signer cannot sign now, or a change is no change.
    pub fn seal(
        org: OrgId,
        device: DeviceId,
        person: PersonId,
        schema: u32,
        claim: TimeClaim,
        items: Vec<EnvelopeItem>,
        signer: &dyn Signer,
    ) -> Result<Self, SealError> {
        let unsigned = Signature::from_bytes([0; Signature::BYTES]);
        let mut envelope = Self { org, device, person, schema, claim, items, signature: unsigned };
        let hashes = envelope
            .items
            .iter()
            .map(|item| scan(&item.change).map(|change| change.hash))
            .collect::<Result<Vec<_>, _>>()?;
        envelope.signature = signer.sign(&envelope.signing_input(&hashes))?;
        Ok(envelope)
    }

    /// Exactly the bytes that are signed: the CBOR array of context, organisation, device, person,
    /// schema, claim, and an array of [document, kind, hash] for each item.
    fn signing_input(&self, hashes: &[ChangeHash]) -> Vec<u8> {
        #[derive(Encode)]
        struct Signed<'a> {
            #[n(0)]
            context: &'a str,
            #[n(1)]
            org: OrgId,
            #[n(2)]
            device: DeviceId,
            #[n(3)]
            person: PersonId,
            #[n(4)]
            schema: u32,
            #[n(5)]
            claim: &'a TimeClaim,
            #[n(6)]
            items: Vec<(DocumentId, DocumentKind, ChangeHash)>,
        }
        let items =
            self.items.iter().zip(hashes).map(|(item, hash)| (item.document, item.kind, *hash)).collect();
        let signed = Signed {
            context: SIGNING_CONTEXT,
            org: self.org,
            device: self.device,
            person: self.person,
            schema: self.schema,
            claim: &self.claim,
            items,
        };
        // Writing to a vector cannot fail.
        minicbor::to_vec(signed).unwrap_or_default()
    }

    /// Reads an envelope from bytes of unknown origin and looks at each change in it.
    ///
    /// # Errors
    /// [`ErrorCode::ChangeTooLarge`] past a bound, [`ErrorCode::ChangeMalformed`] for anything else.
    pub fn open(bytes: &[u8]) -> Result<ScannedEnvelope, Refusal> {
        if bytes.len() > ENVELOPE_BYTES_MAX {
            return Err(Refusal::new(
                ErrorCode::ChangeTooLarge,
                format!("an envelope of {} bytes is larger than {ENVELOPE_BYTES_MAX}", bytes.len()),
            ));
        }
        let malformed = |what: String| Refusal::new(ErrorCode::ChangeMalformed, what);
        let envelope: Self =
            minicbor::decode(bytes).map_err(|error| malformed(format!("not an envelope: {error}")))?;
        if envelope.items.is_empty() || envelope.items.len() > ENVELOPE_CHANGES_MAX {
            return Err(malformed(format!(
                "an envelope holds 1 to {ENVELOPE_CHANGES_MAX} changes, not {}",
                envelope.items.len()
            )));
        }
        let changes = envelope
            .items
            .iter()
            .enumerate()
            .map(|(at, item)| scan(&item.change).map_err(|error| refuse_scan(at, error)))
            .collect::<Result<Vec<_>, _>>()?;
        let operations: u64 = changes.iter().map(|change| change.operations).sum();
        if operations > CHANGE_OPERATIONS_MAX {
            let why =
                format!("an envelope of {operations} operations is larger than {CHANGE_OPERATIONS_MAX}");
            return Err(Refusal::new(ErrorCode::ChangeTooLarge, why));
        }
        Ok(ScannedEnvelope { envelope, changes })
    }
}

fn refuse_scan(at: usize, error: ScanError) -> Refusal {
    let code = match error {
        ScanError::TooLarge(_) => ErrorCode::ChangeTooLarge,
        ScanError::Malformed { .. } | ScanError::Checksum => ErrorCode::ChangeMalformed,
    };
    Refusal::new(code, format!("change {at}: {error}"))
}

impl ScannedEnvelope {
    /// Checks that the holder of `key` signed exactly these changes.
    ///
    /// # Errors
    /// [`ErrorCode::SignatureInvalid`] if anything differs from what was signed.
    pub fn verify(&self, key: &PublicKey) -> Result<(), Refusal> {
        let hashes: Vec<_> = self.changes.iter().map(|change| change.hash).collect();
        key.verify(&self.envelope.signing_input(&hashes), &self.envelope.signature)
            .map_err(|_| Refusal::new(ErrorCode::SignatureInvalid, "the signature does not fit the envelope"))
    }
}

/// Why changes could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key cannot be used now.
    #[error(transparent)]
    Sign(#[from] SignFailed),
    /// A change is not one.
    #[error(transparent)]
    Scan(#[from] ScanError),
}
