//! Writing cases: intake, sorting, entries, photos.

use automerge::ScalarValue;

use super::{Scribe, add_entry, photo_fields, record};
use crate::clock::Timestamp;
use crate::document::DocumentKind;
use crate::error::{ErrorCode, Refusal};
use crate::ids::{DocumentId, EntryId, OrderId, PhotoId};
use crate::limits::{DESCRIPTION_CHARS_MAX, NOTE_CHARS_MAX};
use crate::model::command::{CheckPhoto, Classification, NewCase, NewEntry, NewPhoto};
use crate::model::entry::Declared;
use crate::model::fact::Fact;
use crate::model::{checks, estate_checks};

/// What else is stated in the first change of a case.
#[derive(Default)]
pub(super) struct Stated {
    /// A statement beside its receipt.
    pub(super) entry: Option<(EntryId, Fact)>,
    /// Photos that are there from the start.
    pub(super) photos: Vec<CheckPhoto>,
}

impl Scribe<'_> {
    pub(super) fn create_case(
        &mut self,
        case: DocumentId,
        received: EntryId,
        new: &NewCase,
    ) -> Result<(), Refusal> {
        self.create_case_stating(case, received, new, Stated::default())
    }

    pub(super) fn create_case_stating(
        &mut self,
        case: DocumentId,
        received: EntryId,
        new: &NewCase,
        stated: Stated,
    ) -> Result<(), Refusal> {
        checks::required_text("subject", &new.subject)?;
        checks::long_text("description", &new.description, DESCRIPTION_CHARS_MAX)?;
        estate_checks::place(&new.place)?;
        if let Some(number) = &new.external_number {
            checks::short_text("external number", number)?;
        }
        if let Some(at) = new.reported_at {
            checks::typed_time("time of the report", at, self.author.stamp_wall)?;
        }
        let author = *self.author;
        self.write(case, DocumentKind::Case, true, |edit, stamp| {
            const FIELDS: &[&str] = &["fields"];
            edit.set(FIELDS, "document", case.as_bytes().to_vec())?;
            edit.set(FIELDS, "site", new.site.as_bytes().to_vec())?;
            edit.set(FIELDS, "kind", new.kind.as_str())?;
            edit.set(FIELDS, "channel", new.channel.as_str())?;
            edit.set(FIELDS, "urgency", new.urgency.as_str())?;
            edit.set(FIELDS, "subject", new.subject.as_str())?;
            edit.set(FIELDS, "place", record(&new.place))?;
            let reported_at = new.reported_at.unwrap_or(author.claimed_at);
            edit.set(FIELDS, "reported_at", ScalarValue::Timestamp(reported_at.millis()))?;
            if let Some(number) = &new.external_number {
                edit.set(FIELDS, "external_number", number.as_str())?;
            }
            if let Some(person) = new.about {
                edit.set(FIELDS, "about", person.as_bytes().to_vec())?;
            }
            if let Some(anonymous) = new.anonymous {
                edit.set(FIELDS, "anonymous", anonymous)?;
            }
            if let Some(confidential) = new.confidential {
                edit.set(FIELDS, "confidential", confidential)?;
            }
            edit.rewrite("description", "", &new.description)?;
            let entry = NewEntry::now(Fact::Received, "");
            add_entry(edit, &author, stamp, received, None, &entry)?;
            if let Some((id, fact)) = stated.entry {
                add_entry(edit, &author, stamp, id, None, &NewEntry::now(fact, ""))?;
            }
            stated.photos.iter().try_for_each(|CheckPhoto { id, photo }| {
                edit.add(&["photos"], &id.to_string(), photo_fields(photo, &author, stamp))
            })
        })
    }

    pub(super) fn classify(&mut self, case: DocumentId, to: &Classification) -> Result<(), Refusal> {
        if let Some(subject) = &to.subject {
            checks::required_text("subject", subject)?;
        }
        if let Some(place) = &to.place {
            estate_checks::place(place)?;
        }
        if to.confidential == Some(false) {
            let why = "a confidential case stays so; open another with what everybody may know";
            return Err(Refusal::new(ErrorCode::ValueOutOfRange, why));
        }
        self.write(case, DocumentKind::Case, false, |edit, _| {
            let words = [
                ("kind", to.kind.map(|word| word.as_str())),
                ("urgency", to.urgency.map(|word| word.as_str())),
                ("nature", to.nature.map(|word| word.as_str())),
                ("subject", to.subject.as_deref()),
            ];
            for (key, word) in words {
                if let Some(word) = word {
                    edit.set(&["fields"], key, word)?;
                }
            }
            if let Some(place) = &to.place {
                edit.set(&["fields"], "place", record(place))?;
            }
            if let Some(person) = to.about {
                edit.set(&["fields"], "about", person.as_bytes().to_vec())?;
            }
            if let Some(anonymous) = to.anonymous {
                edit.set(&["fields"], "anonymous", anonymous)?;
            }
            match to.confidential {
                Some(confidential) => edit.set(&["fields"], "confidential", confidential),
                None => Ok(()),
            }
        })
    }

    pub(super) fn describe(&mut self, case: DocumentId, base: &str, result: &str) -> Result<(), Refusal> {
        checks::long_text("description", result, DESCRIPTION_CHARS_MAX)?;
        checks::no_longer("description before", base, 2 * DESCRIPTION_CHARS_MAX)?;
        self.write(case, DocumentKind::Case, false, |edit, _| edit.rewrite("description", base, result))
    }

    pub(super) fn record(
        &mut self,
        case: DocumentId,
        order: Option<OrderId>,
        id: EntryId,
        new: &NewEntry,
    ) -> Result<(), Refusal> {
        checks::long_text("note", &new.note, NOTE_CHARS_MAX)?;
        new.fact.check(self.author.stamp_wall)?;
        if let Some(declared) = &new.declared {
            check_declared(declared, self.author.corrected_at)?;
        }
        self.known_order(case, order)?;
        let author = *self.author;
        self.write(case, DocumentKind::Case, false, |edit, stamp| {
            add_entry(edit, &author, stamp, id, order, new)
        })
    }

    pub(super) fn add_photo(&mut self, case: DocumentId, id: PhotoId, new: &NewPhoto) -> Result<(), Refusal> {
        checks::photo(new)?;
        let author = *self.author;
        self.write(case, DocumentKind::Case, false, |edit, stamp| {
            edit.add(&["photos"], &id.to_string(), photo_fields(new, &author, stamp))
        })
    }
}

/// An entry is declared later, never earlier: what has yet to come is no statement of what happened.
fn check_declared(declared: &Declared, now: Timestamp) -> Result<(), Refusal> {
    checks::required_text("reason for entering it later", &declared.why)?;
    checks::typed_time("declared time", declared.at, now)?;
    if declared.at > now {
        let message = format!("declared time {} has yet to come; it is {now}", declared.at);
        return Err(checks::out_of_range(message));
    }
    Ok(())
}
