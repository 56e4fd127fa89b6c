//! Writing work orders.

use super::{Scribe, add_entry, record};
use crate::document::{DocumentError, DocumentKind, Edit};
use crate::error::Refusal;
use crate::ids::{DocumentId, EntryId, OrderId, PersonId};
use crate::limits::{APPOINTMENT_MS_MAX, NOTE_CHARS_MAX, ORDERS_PER_CASE_MAX};
use crate::model::checks;
use crate::model::command::{NewEntry, NewOrder, OrderSorting};
use crate::model::fact::{Assignment, Fact};
use crate::model::words::Department;

impl Scribe<'_> {
    pub(super) fn dispatch(
        &mut self,
        case: DocumentId,
        (order, dispatched): (OrderId, EntryId),
        department: Department,
        assignee: Option<PersonId>,
        new: NewOrder,
    ) -> Result<(), Refusal> {
        checks::long_text("note", &new.note, NOTE_CHARS_MAX)?;
        self.check_sorting(&new.sorting)?;
        self.known_order(case, new.rework_of)?;
        if self.read_case(case)?.orders.len() >= ORDERS_PER_CASE_MAX {
            return Err(checks::out_of_range(format!("a case holds at most {ORDERS_PER_CASE_MAX} orders")));
        }
        let author = *self.author;
        self.write(case, DocumentKind::Case, false, |edit, stamp| {
            let mut fields = vec![("department", department.as_str().into())];
            fields.extend(assignee.map(|person| ("assignee", person.as_bytes().to_vec().into())));
            fields.extend(new.rework_of.map(|earlier| ("rework_of", earlier.as_bytes().to_vec().into())));
            edit.add(&["orders"], &order.to_string(), fields)?;
            set_sorting(edit, order, &new.sorting)?;
            let entry = NewEntry::now(Fact::Dispatched(new.dispatch), new.note);
            add_entry(edit, &author, stamp, dispatched, Some(order), &entry)?;
            match new.sorting.appointment {
                Some(window) => {
                    let id = EntryId::of_command(case, author.command);
                    let entry = NewEntry::now(Fact::Appointed(window.into()), "");
                    add_entry(edit, &author, stamp, id, Some(order), &entry)
                }
                None => Ok(()),
            }
        })
    }

    pub(super) fn assign(
        &mut self,
        case: DocumentId,
        order: OrderId,
        assignee: PersonId,
    ) -> Result<(), Refusal> {
        self.known_order(case, Some(order))?;
        let stands =
            self.read_case(case)?.order(order).is_some_and(|order| order.assignee.all() == [assignee]);
        if stands {
            return Ok(());
        }
        let author = *self.author;
        self.write(case, DocumentKind::Case, false, |edit, stamp| {
            edit.set(&["orders", &order.to_string()], "assignee", assignee.as_bytes().to_vec())?;
            let entry = NewEntry::now(Fact::Assigned(Assignment { to: assignee }), "");
            add_entry(edit, &author, stamp, EntryId::of_command(case, author.command), Some(order), &entry)
        })
    }

    pub(super) fn take_order(
        &mut self,
        case: DocumentId,
        order: OrderId,
        accepted: EntryId,
    ) -> Result<(), Refusal> {
        self.known_order(case, Some(order))?;
        let author = *self.author;
        self.write(case, DocumentKind::Case, false, |edit, stamp| {
            edit.set(&["orders", &order.to_string()], "assignee", author.person.as_bytes().to_vec())?;
            add_entry(edit, &author, stamp, accepted, Some(order), &NewEntry::now(Fact::Accepted, ""))
        })
    }

    pub(super) fn sort_order(
        &mut self,
        case: DocumentId,
        order: OrderId,
        to: &OrderSorting,
    ) -> Result<(), Refusal> {
        self.check_sorting(to)?;
        self.known_order(case, Some(order))?;
        let stands = self.read_case(case)?.order(order).map(|order| order.appointment.all().to_vec());
        let author = *self.author;
        self.write(case, DocumentKind::Case, false, |edit, stamp| {
            set_sorting(edit, order, to)?;
            match to.appointment {
                Some(window) if stands.as_deref() != Some(&[window]) => {
                    let id = EntryId::of_command(case, author.command);
                    add_entry(
                        edit,
                        &author,
                        stamp,
                        id,
                        Some(order),
                        &NewEntry::now(Fact::Appointed(window.into()), ""),
                    )
                }
                Some(_) | None => Ok(()),
            }
        })
    }

    fn check_sorting(&self, to: &OrderSorting) -> Result<(), Refusal> {
        if let Some(party) = &to.party {
            checks::required_text("name of the party", &party.name)?;
        }
        if let Some(window) = &to.appointment {
            checks::typed_time("start of the appointment", window.from, self.author.stamp_wall)?;
            checks::typed_time("end of the appointment", window.to, self.author.stamp_wall)?;
            let length_ms = window.to.millis_since(window.from);
            if length_ms <= 0 {
                return Err(checks::out_of_range("an appointment ends after it starts"));
            }
            if length_ms > APPOINTMENT_MS_MAX {
                let message = "an appointment is a window of at most a day: the owner waits for it";
                return Err(checks::out_of_range(message));
            }
        }
        Ok(())
    }
}

fn set_sorting(edit: &mut Edit<'_>, order: OrderId, to: &OrderSorting) -> Result<(), DocumentError> {
    let order = order.to_string();
    let container = ["orders", order.as_str()];
    if let Some(department) = to.department {
        edit.set(&container, "department", department.as_str())?;
    }
    if let Some(kind) = to.kind {
        edit.set(&container, "kind", kind.as_str())?;
    }
    if let Some(liability) = to.liability {
        edit.set(&container, "liability", liability.as_str())?;
    }
    if let Some(party) = &to.party {
        edit.set(&container, "party", record(party))?;
    }
    match &to.appointment {
        Some(window) => edit.set(&container, "appointment", record(window)),
        None => Ok(()),
    }
}
