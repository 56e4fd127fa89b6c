//! From what queries found to what pages show.

mod quarantine;

use chrono_tz::Tz;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::OrderId;
use roundsman_sync_core::model::Department;

use crate::console::{
    CaseFilter, CaseListView, CaseRow, CaseView, Choice, Contact, Drawn, Entry, Field, Fit, Found, Lang,
    Moment, Order, Photo, PhotoPlace, RefusedEdit, Register, SignOff, Stated, Text, Value, Vocabulary,
    Witness,
};
use crate::projection::queries::{
    self, CaseDetails, CaseLine, CasePage, ContactValues, Drawing, FieldValue, FieldValues, Fitness,
    Mentions, OrderDetails, PersonName, PhotoDetails, RefusedChange, SignOffDetails, StatedValue,
    TimelineEntry, TriedLine,
};
use crate::told::{Telling, told};

/// Makes views: for a zone, at a moment.
pub(super) struct Making {
    /// In which language sentences are.
    pub(super) lang: Lang,
    /// In which zone times are told.
    pub(super) zone: Tz,
    /// When the tables were read.
    pub(super) now: Timestamp,
    /// How many estates the person sees: with several, each case says of which it is.
    pub(super) sites: usize,
}

fn text(text: String) -> Option<Text> {
    (!text.is_empty()).then(|| Text::from(text))
}

fn name(person: PersonName) -> Text {
    Text::from(person.name)
}

impl Making {
    pub(super) fn case_list(&self, filter: CaseFilter, page: CasePage) -> CaseListView {
        let department = |department: &Department| Choice {
            value: department.as_str().to_owned(),
            name: department.as_str().to_owned(),
        };
        CaseListView {
            filter,
            departments: Department::ALL.iter().map(department).collect(),
            found: match page.found {
                queries::Found::Exactly(count) => Found::Exactly(count.into()),
                queries::Found::MoreThan(count) => Found::MoreThan(count.into()),
            },
            rows: page.rows.into_iter().map(|line| self.row(line)).collect(),
            older: page.next.map(|cursor| cursor.to_string()),
            made_at: self.moment(self.now),
        }
    }

    fn row(&self, line: CaseLine) -> CaseRow {
        let mut place = line.place.line();
        if self.sites > 1 {
            let separator = if place.is_empty() { "" } else { " · " };
            place = format!("{}{separator}{place}", line.site_name);
        }
        CaseRow {
            id: line.id,
            number: Some(Text::from(line.number)),
            place: Text::from(place),
            subject: line.subject.unwrap_or_default(),
            gist: Text::from(line.gist),
            urgency: line.urgency.unwrap_or_default(),
            status: line.status,
            assignees: line.assignees.into_iter().map(name).collect(),
            changed: self.moment(line.changed_at),
            parallel_edits: line.parallel_edits.into(),
            photos_owed: line.photos_owed.into(),
            refused: line.refused.into(),
        }
    }

    pub(super) fn case(&self, details: CaseDetails) -> CaseView {
        let orders: Vec<(OrderId, usize)> =
            details.orders.iter().map(|order| (order.id, order.number)).collect();
        // An order that only a refused edit would have made has no number.
        let order_name = |order: Option<OrderId>| {
            let known = orders.iter().find(|(id, _)| Some(*id) == order);
            known.map(|(_, number)| Text::from(number.to_string()))
        };
        let site =
            Field { name: "site", register: Register::of(Value::Text(Text::from(details.line.site_name))) };
        // Most cases have a reporter and are about nobody: only what was said is shown of these.
        let said =
            |field: &FieldValues| !matches!(field.field, "anonymous" | "about") || !field.values.is_empty();
        let fields = details.fields.into_iter().filter(said).map(|field| self.field(field));
        CaseView {
            id: details.line.id,
            number: Some(Text::from(details.line.number)),
            subject: details.line.subject.unwrap_or_default(),
            status: details.line.status,
            fields: std::iter::once(site).chain(fields).collect(),
            description: Text::from(details.description),
            contact: details.contact.map(|contact| self.contact(contact)),
            timeline: details
                .timeline
                .into_iter()
                .map(|entry| self.entry(order_name(entry.order), entry, &details.mentions))
                .collect(),
            photos: details.photos.into_iter().map(|photo| self.photo(photo)).collect(),
            sign_offs: details
                .sign_offs
                .into_iter()
                .map(|sign_off| self.sign_off(order_name(sign_off.order), sign_off))
                .collect(),
            refused: details.refused.into_iter().map(|change| self.refused(change)).collect(),
            orders: details
                .orders
                .into_iter()
                .map(|order| self.order(order_name(order.rework_of), order))
                .collect(),
            made_at: self.moment(self.now),
        }
    }

    fn moment(&self, time: Timestamp) -> Moment {
        Moment::at(time, self.zone)
    }

    fn stated(&self, by: PersonName, at: Timestamp) -> Stated {
        Stated { by: name(by), at: self.moment(at) }
    }

    fn field(&self, field: FieldValues) -> Field {
        let name = field.field;
        let values = field.values.into_iter().map(|value| self.value(name, value)).collect();
        Field { name, register: Register { values } }
    }

    fn value(&self, field: &str, stated: StatedValue) -> (Value, Option<Stated>) {
        let value = match stated.value {
            FieldValue::Word(word) => match vocabulary(field) {
                Some(vocabulary) => Value::Term(vocabulary, word),
                None => Value::Text(Text::from(word)),
            },
            FieldValue::Subject(path) => Value::Subject(path),
            FieldValue::Text(words) if words.is_empty() => Value::Cleared,
            FieldValue::Text(words) => Value::Text(Text::from(words)),
            FieldValue::Person(person) => Value::Text(name(person)),
            FieldValue::Time(time) => Value::Time(self.moment(time)),
            FieldValue::Party(party) => {
                Value::Named(Vocabulary::Party, party.kind.as_str().to_owned(), Text::from(party.name))
            }
            FieldValue::Window(window) => Value::Window(self.moment(window.from), self.moment(window.to)),
            FieldValue::Truth(truth) => {
                Value::Term(Vocabulary::Answer, if truth { "yes" } else { "no" }.to_owned())
            }
        };
        let by = stated.by.zip(stated.claimed_at).map(|(by, at)| self.stated(by, at));
        (value, by)
    }

    fn contact(&self, contact: ContactValues) -> Contact {
        Contact {
            fields: contact.fields.into_iter().map(|field| self.field(field)).collect(),
            own_words: text(contact.words),
        }
    }

    fn order(&self, rework_of: Option<Text>, order: OrderDetails) -> Order {
        // Who has it is always shown; the rest once somebody has said it.
        let said = |field: &FieldValues| {
            matches!(field.field, "department" | "assignee") || !field.values.is_empty()
        };
        let fields = order.fields.into_iter().filter(said).map(|mut field| {
            // A case has a kind too, of other words.
            if field.field == "kind" {
                field.field = "order_kind";
            }
            self.field(field)
        });
        let rework_of = rework_of
            .map(|earlier| Field { name: "rework_of", register: Register::of(Value::Text(earlier)) });
        Order {
            name: Text::from(order.number.to_string()),
            status: order.status.to_owned(),
            fields: fields.chain(rework_of).collect(),
        }
    }

    fn entry(&self, order: Option<Text>, entry: TimelineEntry, mentions: &Mentions) -> Entry {
        let time_flags = entry.flags().iter().map(|flag| flag.as_str().to_owned()).collect();
        let telling = Telling { lang: self.lang, zone: self.zone, mentions };
        let told = entry.fact().filter(|_| !entry.details.is_null()).map(|fact| told(&fact, &telling));
        let happened = self.moment(entry.happened_at);
        Entry {
            kind: entry.kind,
            order,
            stated: self.stated(entry.by, entry.claimed_at),
            device: entry.device.map(Text::from),
            told: told.map(Text::from),
            note: text(entry.note),
            declared: entry.declared_why.map(|why| (happened, Text::from(why))),
            taken_over: entry.taken_over.map(|refused| refused.to_string()),
            witness: Witness::new(entry.not_before, entry.received, self.zone),
            time_flags,
            photos: Vec::new(),
        }
    }

    fn photo(&self, photo: PhotoDetails) -> Photo {
        Photo {
            hash: photo.hash,
            role: photo.role,
            caption: text(photo.caption),
            taken: self.stated(photo.by, photo.claimed_at),
            bytes: photo.size,
            has_preview: photo.has_preview,
            place: match photo.stored {
                Some(media_type) => PhotoPlace::Here { media_type },
                None => {
                    PhotoPlace::OnPhone { holder: name(photo.holder), device: photo.device.map(Text::from) }
                }
            },
        }
    }

    fn sign_off(&self, order: Option<Text>, sign_off: SignOffDetails) -> SignOff {
        SignOff {
            id: sign_off.id,
            subject: sign_off.subject,
            outcome: sign_off.outcome,
            order,
            statement: Text::from(sign_off.shown),
            digest: sign_off.digest,
            fit: match sign_off.fit {
                Fitness::Fits => Fit::Fits,
                Fitness::Outdated => Fit::Outdated,
                Fitness::Broken => Fit::Broken,
            },
            signer: sign_off.signer.map(Text::from),
            relation: sign_off.relation,
            drawn: match sign_off.drawing {
                Drawing::None => Drawn::None,
                Drawing::Stored => Drawn::Here,
                Drawing::Owed(holder) => Drawn::OnPhone { holder: name(holder) },
                Drawing::Withheld => Drawn::Withheld,
            },
            taken: self.stated(sign_off.by, sign_off.claimed_at),
            witness: Witness::new(sign_off.not_before, sign_off.received, self.zone),
        }
    }

    fn refused(&self, change: RefusedChange) -> RefusedEdit {
        RefusedEdit {
            id: change.id.to_string(),
            code: change.code,
            reason: Text::from(change.why),
            by: name(change.by),
            device: change.device.map(Text::from),
            received: self.moment(change.received),
            tried: Text::from(change.tried.iter().map(TriedLine::text).collect::<Vec<_>>().join("\n")),
        }
    }
}

/// The vocabulary that the words of a field belong to.
fn vocabulary(field: &str) -> Option<Vocabulary> {
    match field {
        "kind" => Some(Vocabulary::Kind),
        "channel" => Some(Vocabulary::Channel),
        "urgency" => Some(Vocabulary::Urgency),
        "nature" => Some(Vocabulary::Nature),
        "department" => Some(Vocabulary::Department),
        "order_kind" => Some(Vocabulary::OrderKind),
        "liability" => Some(Vocabulary::Liability),
        _ => None,
    }
}
