//! Whatever is asked of a phone, in whatever order: what is taken is there after a restart, and what is refused
//! has changed nothing, to the byte.

use proptest::prelude::*;
use proptest::sample::select;

use super::phone::Phone;
use crate::ids::OrderId;
use crate::model::fact::tests::one_of_each;
use crate::model::{Department, Fact, NewEntry, OrderSorting, Role};

/// What somebody tries.
#[derive(Clone, Debug)]
enum Try {
    State { fact: Box<Fact>, note: String, on_order: bool },
    Take,
    Sort(OrderSorting),
    Dispatch,
}

fn notes() -> impl Strategy<Value = String> {
    // Emoji, right-to-left, a control character, 64 KiB: kept exactly or refused.
    let odd = ["", "换灯泡", "👷‍♀️", "שלום", "a\u{7}b", "x\u{202e}y"].map(str::to_owned);
    prop_oneof![6 => select(odd.to_vec()), 1 => Just("长".repeat(64 * 1024 / 3))]
}

fn tries() -> impl Strategy<Value = Try> {
    let state = (select(one_of_each()), notes(), any::<bool>())
        .prop_map(|(fact, note, on_order)| Try::State { fact: Box::new(fact), note, on_order });
    prop_oneof![
        12 => state,
        1 => Just(Try::Take),
        1 => Just(Try::Sort(OrderSorting::default())),
        1 => Just(Try::Dispatch),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn an_accepted_command_loads_again_and_a_refused_one_leaves_every_byte(
        role in select(vec![Role::Technician, Role::Reception, Role::SiteDirector, Role::Manager]),
        tries in proptest::collection::vec(tries(), 1..30),
    ) {
        let mut phone = Phone::of(role);
        let case = phone.create();
        let order = phone.replica.dispatch(case, Department::Engineering, None).ok();
        let order = order.unwrap_or(OrderId::from_bytes([7; 16]));
        for attempt in tries {
            let before = (phone.replica.document_heads().unwrap(), phone.replica.edits().unwrap().len());
            let outcome = match attempt.clone() {
                Try::State { fact, note, on_order } => phone
                    .replica
                    .record(case, on_order.then_some(order), NewEntry::now(*fact, note))
                    .map(Some),
                Try::Take => phone.replica.take_order(case, order).map(Some),
                Try::Sort(to) => phone.replica.sort_order(case, order, to).map(|()| None),
                Try::Dispatch => phone.replica.dispatch(case, Department::Security, None).map(|_| None),
            };
            let after = (phone.replica.document_heads().unwrap(), phone.replica.edits().unwrap().len());
            match (outcome, attempt) {
                (Err(_), attempt) => prop_assert_eq!(after, before, "{:?}", attempt),
                (Ok(Some(entry)), Try::State { fact, note, .. }) => {
                    let read = phone.replica.case(case).unwrap().unwrap();
                    let kept = read.entry(entry).unwrap();
                    prop_assert_eq!((&kept.fact, &kept.note), (&*fact, &note), "kept exactly");
                }
                (Ok(_), _) => {}
            }
        }
        let (heads, read) = (phone.replica.document_heads().unwrap(), phone.replica.case(case).unwrap());
        let mut again = phone.restarted();
        prop_assert_eq!(again.replica.document_heads().unwrap(), heads);
        prop_assert_eq!(again.replica.case(case).unwrap(), read);
    }
}
