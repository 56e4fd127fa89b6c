//! Whether a clock applies to a case or order.
//!
//! A field with several parallel values fits if any of them does: a clock too many is seen, one too few is not.

use crate::document::Register;
use crate::model::{Case, Order, OrderKind};
use crate::rules::policy::{ClockRule, Condition};

/// Whether the rule applies to a clock that starts by night, or by day. For a clock that is not an order's, a
/// condition on orders fits if one of the case's orders does.
pub(super) fn fits(rule: &ClockRule, case: &Case, order: Option<&Order>, night: bool) -> bool {
    let fits = |condition: &Condition| {
        condition.night.is_none_or(|wanted| wanted == night) && holds(condition, case, order)
    };
    (rule.when.is_empty() || rule.when.iter().any(fits)) && !rule.unless.iter().any(fits)
}

/// Whether everything but the hour holds.
fn holds(condition: &Condition, case: &Case, order: Option<&Order>) -> bool {
    let subject = |path: &String| condition.subject.iter().any(|beginning| lies_under(path, beginning));
    one_of(&condition.kind, &case.kind)
        && one_of(&condition.channel, &case.channel)
        && one_of(&condition.urgency, &case.urgency)
        && one_of(&condition.nature, &case.nature)
        && (condition.subject.is_empty() || case.subject.all().iter().any(subject))
        && match order {
            Some(order) => holds_for(condition, order),
            None => {
                !asks_for_orders(condition) || case.orders.iter().any(|order| holds_for(condition, order))
            }
        }
}

fn asks_for_orders(condition: &Condition) -> bool {
    !(condition.order_kind.is_empty() && condition.liability.is_empty() && condition.department.is_empty())
        || condition.party.is_some()
}

fn holds_for(condition: &Condition, order: &Order) -> bool {
    // Nobody escapes a limit by leaving the kind of repair open.
    let unsorted = order.kind.all().is_empty() && condition.order_kind.contains(&OrderKind::General);
    (unsorted || one_of(&condition.order_kind, &order.kind))
        && (condition.liability.is_empty() || condition.liability.contains(&order.liability()))
        && one_of(&condition.department, &order.department)
        && condition.party.is_none_or(|party| party != order.party.all().is_empty())
}

fn one_of<T: PartialEq>(wanted: &[T], register: &Register<T>) -> bool {
    wanted.is_empty() || register.all().iter().any(|value| wanted.contains(value))
}

/// Whether a subject path is that beginning or lies under it.
fn lies_under(path: &str, beginning: &str) -> bool {
    path.strip_prefix(beginning).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
