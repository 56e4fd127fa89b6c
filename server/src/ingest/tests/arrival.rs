//! What a change is worth does not depend on what has arrived before it.

use automerge::transaction::{Transactable, Transaction};
use automerge::{AutomergeError, ObjId, ROOT, ReadDoc};
use roundsman_sync_core::model::Nature;

use super::*;

type Attack = fn(&mut Transaction<'_>) -> Result<(), AutomergeError>;

/// The entry that both add.
const ENTRY: &str = "09090909-0909-0909-0909-090909090909";

fn inner(tx: &Transaction<'_>, path: &[&str]) -> ObjId {
    path.iter().fold(ROOT, |parent, key| tx.get(&parent, *key).unwrap().unwrap().1)
}

fn says(verdict: &Verdict) -> Option<ErrorCode> {
    if matches!(verdict, Verdict::Accepted { .. }) { None } else { Some(code_of(verdict)) }
}

/// Delivers the colleague's change and the guard's, either first, either winning the merge; tells what became of the
/// guard's, which must be the same each time, and of the case.
fn in_every_order(
    colleague: &Command,
    guards: impl Fn(&mut Phone) -> Vec<Written>,
) -> (Option<ErrorCode>, Vec<Case>) {
    let (mut verdicts, mut cases) = (Vec::new(), Vec::new());
    for (guard_first, guard_wins) in [(true, true), (true, false), (false, true), (false, false)] {
        let mut server = Server::new();
        let mut desk = server.enrol("周敏", Role::SiteDirector);
        let envelope = desk.say(&server, &create(server.site));
        server.one(&desk, envelope);
        let mut guard = server.enrol("王强", Role::Guard);
        guard.documents = desk.documents.clone();
        let (low, high) = (ActorBytes::from_bytes([0; 16]), ActorBytes::from_bytes([0xff; 16]));
        (guard.actor, desk.actor) = if guard_wins { (high, low) } else { (low, high) };
        let honest = desk.say(&server, colleague);
        let written = guards(&mut guard);
        let forged = guard.seal(&server, written);
        let verdict = if guard_first {
            let verdict = server.one(&guard, forged);
            assert_eq!(says(&server.one(&desk, honest)), None);
            verdict
        } else {
            assert_eq!(says(&server.one(&desk, honest)), None);
            server.one(&guard, forged)
        };
        verdicts.push(says(&verdict));
        cases.push(server.case(CASE));
        server.assert_tables_follow_from_the_log();
    }
    assert!(verdicts.windows(2).all(|pair| pair[0] == pair[1]), "{verdicts:?}");
    (verdicts[0], cases)
}

#[test]
fn a_write_without_the_right_is_refused_whether_it_wins_or_loses_and_whichever_comes_first() {
    let nature = |nature| Command::Classify {
        case: CASE,
        to: Classification { nature: Some(nature), ..Classification::default() },
    };
    let (code, cases) = in_every_order(&nature(Nature::Help), |guard| guard.write(&nature(Nature::Valid)));
    assert_eq!(code, Some(ErrorCode::RoleNotPermitted));
    assert!(cases.iter().all(|case| case.nature.all() == [Nature::Help]));
}

#[test]
fn what_only_takes_away_is_refused_whether_or_not_anything_is_left_to_take() {
    let attacks: [Attack; 2] = [
        |tx| tx.delete(inner(tx, &["fields"]), "urgency"),
        |tx| {
            let fields = inner(tx, &["fields"]);
            tx.put(&fields, "urgency", "general")?;
            tx.delete(&fields, "urgency")
        },
    ];
    for attack in attacks {
        let (code, cases) = in_every_order(&urgency(Urgency::Important), |guard| {
            guard.hostile(CASE, DocumentKind::Case, attack)
        });
        assert_eq!(code, Some(ErrorCode::ChangeNotPermitted));
        assert!(cases.iter().all(|case| case.urgency.all() == [Urgency::Important]));
    }
}

#[test]
fn an_entry_under_the_id_of_anothers_stands_beside_it_and_hides_nothing() {
    let (code, cases) = in_every_order(&arrived(9), |guard| guard.write(&arrived(9)));
    assert_eq!(code, None, "it only adds");
    for case in cases {
        let id: EntryId = ENTRY.parse().unwrap();
        let people: std::collections::BTreeSet<_> =
            case.entries.iter().filter(|entry| entry.id == id).map(|entry| entry.by).collect();
        assert_eq!(people.len(), 2, "{:?}", case.entries);
    }
}
