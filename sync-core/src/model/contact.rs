//! The confidential side of a case (业主信息). A document of its own, so that it can be given to fewer
//! people, kept for a shorter time and destroyed alone.

use super::case::read_all;
use crate::clock::Stamp;
use crate::document::{Document, Fields, Register};
use crate::ids::{PhotoHash, SignOffId};

/// Who signed, and with what stroke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The sign-off in the case that this belongs to.
    pub sign_off: SignOffId,
    /// The name of who signed.
    pub signer: String,
    /// What they are to the flat: owner, tenant, family.
    pub relation: String,
    /// The drawn signature, if one was drawn.
    pub strokes: Option<PhotoHash>,
    /// Length of the drawn signature in bytes; 0 without one.
    pub strokes_size: u64,
    /// Its place among what was added.
    pub stamp: Stamp,
}

/// What a contact document now reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Who raised the case.
    pub name: Register<String>,
    /// How to reach them.
    pub phone: Register<String>,
    /// Where they live, if it differs from the place of the case.
    pub address: Register<String>,
    /// The caller's own words.
    pub words: String,
    /// Signatures in stamp order.
    pub signatures: Vec<Signature>,
}

impl Contact {
    /// Reads a contact document.
    pub fn read(document: &Document) -> Self {
        let root = document.fields();
        let mut contact = Self { words: root.long_text("words"), ..Self::default() };
        if let Some(fields) = root.map("fields") {
            let text = |key| super::case::word(&fields, key, |text| Some(text.to_owned()));
            contact.name = text("name");
            contact.phone = text("phone");
            contact.address = text("address");
        }
        contact.signatures = read_all(&root, "signatures", read_signature);
        contact.signatures.sort_by_key(|signature| (signature.stamp, signature.sign_off));
        contact
    }
}

fn read_signature(sign_off: SignOffId, fields: &Fields<'_>) -> Option<Signature> {
    Some(Signature {
        sign_off,
        signer: fields.text("signer")?,
        relation: fields.text("relation").unwrap_or_default(),
        strokes: fields.bytes("strokes", PhotoHash::from_slice),
        strokes_size: fields.count("strokes_size").unwrap_or(0),
        stamp: fields.stamp("stamp")?,
    })
}
