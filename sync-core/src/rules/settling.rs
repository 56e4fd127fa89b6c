//! Settling a parallel edit: which command says that one of the values holds.

use crate::document::Register;
use crate::ids::DocumentId;
use crate::model::{Case, Classification, Command, OrderSorting, Place};

/// The command that sets a field to one of the values it holds now; `None` if it has no such field or value.
/// Field and value are spelled as [`Case::parallel_edits`] spells them.
pub fn settling(id: DocumentId, case: &Case, field: &str, choice: &str) -> Option<Command> {
    match field.split('/').collect::<Vec<_>>().as_slice() {
        [field] => Some(Command::Classify { case: id, to: classification(case, field, choice)? }),
        ["orders", order, field] => {
            let order = case.order(order.parse().ok()?)?;
            if *field == "assignee" {
                let assignee = chosen(&order.assignee, choice, ToString::to_string)?;
                return Some(Command::Assign { case: id, order: order.id, assignee });
            }
            let text = choice;
            let mut to = OrderSorting::default();
            match *field {
                "department" => to.department = Some(chosen(&order.department, text, ToString::to_string)?),
                "kind" => to.kind = Some(chosen(&order.kind, text, ToString::to_string)?),
                "liability" => to.liability = Some(chosen(&order.liability, text, ToString::to_string)?),
                "party" => to.party = Some(chosen(&order.party, text, ToString::to_string)?),
                "appointment" => {
                    to.appointment = Some(chosen(&order.appointment, text, ToString::to_string)?)
                }
                _ => return None,
            }
            Some(Command::SortOrder { case: id, order: order.id, to })
        }
        _ => None,
    }
}

fn classification(case: &Case, field: &str, choice: &str) -> Option<Classification> {
    let mut to = Classification::default();
    match field {
        "kind" => to.kind = Some(chosen(&case.kind, choice, ToString::to_string)?),
        "urgency" => to.urgency = Some(chosen(&case.urgency, choice, ToString::to_string)?),
        "nature" => to.nature = Some(chosen(&case.nature, choice, ToString::to_string)?),
        "subject" => to.subject = Some(chosen(&case.subject, choice, Clone::clone)?),
        "place" => to.place = Some(chosen(&case.place, choice, Place::line)?),
        "about" => to.about = Some(chosen(&case.about, choice, ToString::to_string)?),
        "confidential" => to.confidential = Some(chosen(&case.confidential, choice, ToString::to_string)?),
        "anonymous" => to.anonymous = Some(chosen(&case.anonymous, choice, ToString::to_string)?),
        _ => return None,
    }
    Some(to)
}

/// The value that reads like this.
fn chosen<T: Clone>(register: &Register<T>, choice: &str, show: impl Fn(&T) -> String) -> Option<T> {
    register.all().iter().find(|value| show(value) == choice).cloned()
}
