//! [`Property::ParallelValuesStand`].
//!
//! What must stand is worked out from the log alone: of all changes that set a register, those that no
//! other such change knew of.

use std::collections::{BTreeMap, BTreeSet};

use roundsman_server::log::{self, LogEntry};
use roundsman_sync_core::document::{Register, scan};
use roundsman_sync_core::ids::{ChangeHash, CommandId, DocumentId, OrderId};
use roundsman_sync_core::model::{Case, Command};

use super::{Property, Violation};
use crate::world::World;

/// A register of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Urgency,
    Nature,
    Subject,
    Department(OrderId),
    Assignee(OrderId),
}

/// What a command sets, and to what. A classification that sets one field writes just that, or nothing.
fn sets(command: &Command) -> Vec<(Field, String)> {
    match command {
        Command::CreateCase { new, .. } | Command::ReportAbnormal { create: new, .. } => {
            vec![(Field::Urgency, new.urgency.to_string()), (Field::Subject, new.subject.clone())]
        }
        Command::Classify { to, .. } => {
            let urgency = to.urgency.map(|word| (Field::Urgency, word.to_string()));
            let nature = to.nature.map(|word| (Field::Nature, word.to_string()));
            let subject = to.subject.clone().map(|words| (Field::Subject, words));
            [urgency, nature, subject].into_iter().flatten().collect()
        }
        Command::Dispatch { order, department, assignee, .. } => {
            let assignee = assignee.map(|person| (Field::Assignee(*order), person.to_string()));
            let department = (Field::Department(*order), department.to_string());
            std::iter::once(department).chain(assignee).collect()
        }
        Command::Assign { order, assignee, .. } => vec![(Field::Assignee(*order), assignee.to_string())],
        Command::Describe { .. }
        | Command::Record { .. }
        | Command::AddPhoto { .. }
        | Command::SignOff { .. }
        | Command::WriteContact { .. }
        | Command::SortOrder { .. }
        | Command::TakeOrder { .. }
        | Command::NameSite { .. }
        | Command::PutPerson { .. }
        | Command::WritePolicy { .. }
        | Command::PutArea { .. }
        | Command::PutCheckpoint { .. }
        | Command::PutRoute { .. }
        | Command::StartRound { .. }
        | Command::Check { .. }
        | Command::AddRoundPhoto { .. }
        | Command::FinishRound { .. } => Vec::new(),
    }
}

/// A change of one document, with everything it knew of.
#[derive(Debug)]
struct Known {
    command: Option<CommandId>,
    ancestors: BTreeSet<ChangeHash>,
}

pub(super) fn check(world: &World) -> Result<(), Violation> {
    let on_phones = world.devices.iter().flat_map(|device| &device.given);
    let commands: BTreeMap<CommandId, &Command> =
        on_phones.chain(&world.office_given).map(|given| (given.command, &given.asked)).collect();
    let cases: Vec<[u8; 16]> = world.read(|db| {
        let mut all = db.prepare("SELECT id FROM cases")?;
        let ids = all.query_map([], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    });
    for case in cases.into_iter().map(DocumentId::from_bytes) {
        let history = history(world, case);
        let read = world.server_case(case).unwrap();
        let mut wanted: BTreeMap<Field, Vec<(ChangeHash, String)>> = BTreeMap::new();
        for (hash, known) in &history {
            let command = known.command.and_then(|id| commands.get(&id));
            for (field, value) in command.into_iter().flat_map(|command| sets(command)) {
                wanted.entry(field).or_default().push((*hash, value));
            }
        }
        for (field, set) in wanted {
            let unseen =
                |hash: &ChangeHash| set.iter().all(|(other, _)| !history[other].ancestors.contains(hash));
            let stands: BTreeSet<String> =
                set.iter().filter(|(hash, _)| unseen(hash)).map(|(_, value)| value.clone()).collect();
            let shown = shown(&read, field);
            if stands != shown {
                let log: Vec<_> = set.iter().map(|(hash, value)| (hash, value, &history[hash])).collect();
                let what = format!("{field:?} of {case} shows {shown:?}; {stands:?} should stand: {log:#?}");
                return Err(Property::ParallelValuesStand.broken(what));
            }
        }
    }
    Ok(())
}

fn shown(case: &Case, field: Field) -> BTreeSet<String> {
    fn all<T: ToString>(register: &Register<T>) -> BTreeSet<String> {
        register.all().iter().map(ToString::to_string).collect()
    }
    match field {
        Field::Urgency => all(&case.urgency),
        Field::Nature => all(&case.nature),
        Field::Subject => all(&case.subject),
        Field::Department(order) => case.order(order).map(|order| all(&order.department)).unwrap_or_default(),
        Field::Assignee(order) => case.order(order).map(|order| all(&order.assignee)).unwrap_or_default(),
    }
}

/// The accepted changes of a document in log order, each after what it builds on.
fn history(world: &World, document: DocumentId) -> BTreeMap<ChangeHash, Known> {
    let changes: Vec<Vec<u8>> = world.read(|db| {
        let mut all = db.prepare_cached(
            "SELECT source FROM changes WHERE document = ?1 AND verdict = 0 ORDER BY accepted",
        )?;
        let sources = all.query_map([document.as_bytes()], |row| row.get::<_, i64>(0))?;
        let mut found = Vec::new();
        for source in sources.collect::<Result<Vec<_>, _>>()? {
            if let (_, LogEntry::Change { change, .. }) = log::read(db, source.unsigned_abs())? {
                found.push(change.into());
            }
        }
        Ok(found)
    });
    let mut history: BTreeMap<ChangeHash, Known> = BTreeMap::new();
    for bytes in changes {
        let change = scan(&bytes).unwrap();
        let mut ancestors = BTreeSet::new();
        for dep in &change.deps {
            ancestors.insert(*dep);
            ancestors.extend(history.get(dep).iter().flat_map(|known| known.ancestors.iter().copied()));
        }
        history.insert(change.hash, Known { command: change.note.map(|note| note.command), ancestors });
    }
    history
}
