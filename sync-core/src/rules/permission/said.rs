//! What a change says of itself: which document it begins, for which estate or case, and by whom, when and in
//! which order what it adds was stated.

use crate::document::{Act, ChangeNote, DocumentKind, Put, Write};
use crate::error::{ErrorCode, Refusal};
use crate::ids::{DocumentId, SiteId};

/// What a change says of where its document belongs. Only a first change says anything; see
/// [`classify`](super::classify).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The estate of a case or round.
    pub site: Option<SiteId>,
    /// The case of a contact document.
    pub case: Option<DocumentId>,
}

/// Reads what a change to the document `id` says of itself.
///
/// # Errors
/// [`ErrorCode::PersonMismatch`] if something that it adds names another person, time or stamp than its note: a
/// stamp of its own choosing would decide the order of a case for ever, and another's name would put words into
/// a colleague's mouth. [`ErrorCode::ChangeNotPermitted`] if it speaks of another document than the one it came
/// for, or says of a contact document that it belongs to a case from which its id does not derive.
pub fn said(
    kind: DocumentKind,
    id: DocumentId,
    note: &ChangeNote,
    writes: &[Write],
) -> Result<Said, Refusal> {
    let mut said = Said::default();
    for write in writes {
        let Act::Put(put) = &write.act else { continue };
        match write.path.as_slice() {
            [container] if container == "fields" => of_document(&mut said, kind, id, &write.key, put)?,
            [_, _] if write.into_new => of_what_it_adds(note, &write.key, put)?,
            _ => {}
        }
    }
    Ok(said)
}

fn of_document(
    said: &mut Said,
    kind: DocumentKind,
    id: DocumentId,
    key: &str,
    put: &Put,
) -> Result<(), Refusal> {
    let Put::Bytes(bytes) = put else { return Ok(()) };
    let no = |why: &str| Err(Refusal::new(ErrorCode::ChangeNotPermitted, why));
    match (kind, key) {
        (_, "document") if DocumentId::from_slice(bytes) != Some(id) => {
            no("the change begins another document than the one it came for")
        }
        (DocumentKind::Case | DocumentKind::Round, "site") => {
            said.site = SiteId::from_slice(bytes);
            Ok(())
        }
        (DocumentKind::Contact, "case") => {
            said.case = DocumentId::from_slice(bytes).filter(|case| DocumentId::contact_of(*case) == id);
            if said.case.is_some() { Ok(()) } else { no("the contact document does not name its own case") }
        }
        _ => Ok(()),
    }
}

/// Whatever is added says these three of itself under the same keys; a drawn signature only the stamp.
fn of_what_it_adds(note: &ChangeNote, key: &str, put: &Put) -> Result<(), Refusal> {
    let is_noted = match (key, put) {
        ("by", Put::Bytes(by)) => by == note.person.as_bytes(),
        ("claimed_at", Put::Time(at)) => *at == note.claimed_at,
        ("stamp", Put::Number(stamp)) => *stamp == note.stamp.as_u64(),
        _ => true,
    };
    if is_noted {
        return Ok(());
    }
    let why = "what the change adds names another person, time or stamp than the change itself";
    Err(Refusal::new(ErrorCode::PersonMismatch, why))
}
