//! Writing sign-offs and contact data.

use automerge::ScalarValue;

use super::{Scribe, about, signed};
use crate::document::{DocumentError, DocumentKind, Edit};
use crate::error::{ErrorCode, Refusal};
use crate::ids::{DocumentId, OrderId, PhotoHash, SignOffId};
use crate::limits::{DESCRIPTION_CHARS_MAX, NOTE_CHARS_MAX};
use crate::model::checks;
use crate::model::command::{ContactDetails, NewSignOff};
use crate::model::words::SignOffOutcome;

impl Scribe<'_> {
    pub(super) fn sign_off(
        &mut self,
        case: DocumentId,
        order: Option<OrderId>,
        id: SignOffId,
        new: &NewSignOff,
    ) -> Result<(), Refusal> {
        // What is shown quotes the description and notes, each bounded already.
        checks::long_text("statement", &new.shown, 2 * (DESCRIPTION_CHARS_MAX + NOTE_CHARS_MAX))?;
        checks::short_text("relation", &new.relation)?;
        match new.outcome {
            SignOffOutcome::Signed => {
                checks::required_text("signer", &new.signer)?;
                if new.strokes.is_none() {
                    return Err(Refusal::new(ErrorCode::FieldMissing, "a signature must be drawn"));
                }
            }
            SignOffOutcome::Refused
            | SignOffOutcome::Absent
            | SignOffOutcome::Later
            | SignOffOutcome::NotNeeded => checks::short_text("signer", &new.signer)?,
        }
        self.known_order(case, order)?;
        let author = *self.author;
        let digest = PhotoHash::of(new.shown.as_bytes());
        self.write(case, DocumentKind::Case, false, |edit, stamp| {
            let fields = [
                ("subject", ScalarValue::from(new.subject.as_str())),
                ("outcome", ScalarValue::from(new.outcome.as_str())),
                ("shown", ScalarValue::from(new.shown.as_str())),
                ("digest", ScalarValue::from(digest.as_bytes().to_vec())),
                ("renderer", ScalarValue::Uint(new.renderer)),
            ];
            let settlement =
                new.settlement.map(|id| ("settlement", ScalarValue::from(id.as_bytes().to_vec())));
            let fields =
                fields.into_iter().chain(about(order)).chain(settlement).chain(signed(&author, stamp));
            edit.add(&["sign_offs"], &id.to_string(), fields)
        })?;
        if new.outcome != SignOffOutcome::Signed {
            return Ok(());
        }
        self.write(DocumentId::contact_of(case), DocumentKind::Contact, true, |edit, stamp| {
            start_contact(edit, case)?;
            let mut fields = vec![
                ("signer", ScalarValue::from(new.signer.as_str())),
                ("relation", ScalarValue::from(new.relation.as_str())),
                ("stamp", ScalarValue::Uint(stamp.as_u64())),
            ];
            if let Some((hash, size)) = new.strokes {
                fields.push(("strokes", ScalarValue::from(hash.as_bytes().to_vec())));
                fields.push(("strokes_size", ScalarValue::Uint(size)));
            }
            edit.add(&["signatures"], &id.to_string(), fields)
        })
    }

    pub(super) fn write_contact(
        &mut self,
        case: DocumentId,
        details: &ContactDetails,
    ) -> Result<(), Refusal> {
        let fields = [("name", &details.name), ("phone", &details.phone), ("address", &details.address)];
        for (field, value) in fields {
            checks::short_text(field, value.as_deref().unwrap_or_default())?;
        }
        if let Some((_, words)) = &details.words {
            checks::long_text("words", words, DESCRIPTION_CHARS_MAX)?;
        }
        self.write(DocumentId::contact_of(case), DocumentKind::Contact, true, |edit, _| {
            start_contact(edit, case)?;
            for (field, value) in fields {
                if let Some(value) = value {
                    edit.set(&["fields"], field, value.as_str())?;
                }
            }
            match &details.words {
                Some((base, result)) => edit.rewrite("words", base, result),
                None => Ok(()),
            }
        })
    }
}

fn start_contact(edit: &mut Edit<'_>, case: DocumentId) -> Result<(), DocumentError> {
    edit.set(&["fields"], "document", DocumentId::contact_of(case).as_bytes().to_vec())?;
    edit.set(&["fields"], "case", case.as_bytes().to_vec())
}
