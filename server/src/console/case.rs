//! The page of one case.

use askama::Template;
use roundsman_sync_core::ids::DocumentId;

use super::frame::Frame;
use super::paths;
use super::photo::{self, Photo, PhotoPlace};
use super::sign_off::{Drawn, SignOff};
use super::text::Text;
use super::time::Moment;
use super::timeline::Entry;
use super::value::Field;
use super::vocabulary::Vocabulary;
use super::words::{Lang, Words};

/// Everything one person may see of one case.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// The case.
    pub id: DocumentId,
    /// The number people call it by. None until the server gave it one.
    pub number: Option<Text>,
    /// The path of the subject, which heads the page.
    pub subject: String,
    /// The code of the status computed from the entries.
    pub status: String,
    /// The head of the case, in the order to show it.
    pub fields: Vec<Field>,
    /// What the matter is, in staff's words.
    pub description: Text,
    /// Who raised it. Only for people who may know.
    pub contact: Option<Contact>,
    /// The orders, the first given first.
    pub orders: Vec<Order>,
    /// The entries, the first stated first.
    pub timeline: Vec<Entry>,
    /// All photos of the case.
    pub photos: Vec<Photo>,
    /// The sign-offs, the first taken first.
    pub sign_offs: Vec<SignOff>,
    /// Edits concerning this case that were not accepted.
    pub refused: Vec<RefusedEdit>,
    /// When the page was read.
    pub made_at: Moment,
}

impl CaseView {
    /// Registers that hold more than one value.
    fn parallel_edits(&self) -> u64 {
        let contact = self.contact.iter().flat_map(|contact| &contact.fields);
        let orders = self.orders.iter().flat_map(|order| &order.fields);
        let fields = self.fields.iter().chain(contact).chain(orders);
        let parallel = fields.filter(|field| field.register.is_parallel());
        u64::try_from(parallel.count()).unwrap_or(u64::MAX)
    }

    /// Photos that it names.
    fn photos_named(&self) -> u64 {
        u64::try_from(self.photos.len()).unwrap_or(u64::MAX)
    }

    /// Photos that have not arrived.
    fn photos_owed(&self) -> u64 {
        let owed = self.photos.iter().filter(|photo| !photo.is_here());
        u64::try_from(owed.count()).unwrap_or(u64::MAX)
    }
}

/// The person who raised the matter.
#[derive(Clone, Debug, Default)]
pub struct Contact {
    /// Name, phone, address: as with every field, all parallel values.
    pub fields: Vec<Field>,
    /// What they said, in their own words.
    pub own_words: Option<Text>,
}

/// A work order.
#[derive(Clone, Debug)]
pub struct Order {
    /// What the page calls it, such as `1`.
    pub name: Text,
    /// The code of its status.
    pub status: String,
    /// Department, assignee, what is to be done and so on.
    pub fields: Vec<Field>,
}

/// An edit that the server keeps but did not accept.
#[derive(Clone, Debug)]
pub struct RefusedEdit {
    /// Its name in addresses.
    pub id: String,
    /// The code of the reason.
    pub code: String,
    /// What was wrong, and where.
    pub reason: Text,
    /// Who tried.
    pub by: Text,
    /// The device it came from.
    pub device: Option<Text>,
    /// When the server received it.
    pub received: Moment,
    /// What they wanted to write, readable.
    pub tried: Text,
}

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage<'a> {
    frame: &'a Frame,
    w: &'a Words,
    view: &'a CaseView,
}

impl CasePage<'_> {
    fn refused(&self) -> u64 {
        u64::try_from(self.view.refused.len()).unwrap_or(u64::MAX)
    }

    fn has_flags(&self) -> bool {
        self.view.parallel_edits() + self.view.photos_owed() + self.refused() > 0
    }
}

/// The page of a case as HTML.
///
/// # Errors
/// Only if the template engine fails, which is a fault of the program.
pub fn case(frame: &Frame, view: &CaseView) -> askama::Result<String> {
    CasePage { frame, w: frame.words(), view }.render()
}
