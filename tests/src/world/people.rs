//! What somebody does on a phone.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{DocumentId, SiteId};
use roundsman_sync_core::model::fact::Wait;
use roundsman_sync_core::model::{
    CaseKind, Channel, Classification, ContactDetails, Department, EntryKind, Fact, Nature, NewCase,
    NewEntry, PhotoRole, Place, Role, SignOffOutcome, SignOffSubject, Urgency, WaitFor,
};
use roundsman_sync_core::replica::{CaseFilter, Picture, Replica, SignOffResult};
use roundsman_sync_core::rules;

use super::World;
use super::device::{Given, entries_of};
use super::properties::{Property, Violation};

/// What a person tries.
#[derive(Clone, Copy, Debug)]
enum Act {
    Create,
    Classify,
    Describe,
    Dispatch,
    Assign,
    Record,
    Photo,
    SignOff,
    Contact,
    Walk,
}

const ACTS: [(Act, u32); 10] = [
    (Act::Create, 3),
    (Act::Classify, 3),
    (Act::Describe, 2),
    (Act::Dispatch, 3),
    (Act::Assign, 4),
    (Act::Record, 6),
    (Act::Photo, 3),
    (Act::SignOff, 2),
    (Act::Contact, 3),
    (Act::Walk, 5),
];

impl World {
    /// Somebody does something on a phone. Whatever returns well has to last.
    pub(super) fn command(&mut self, at: usize) -> Result<(), Violation> {
        let (act, _) = *ACTS.choose_weighted(&mut self.rng, |(_, weight)| *weight).unwrap();
        let Some(mut replica) = self.devices[at].replica.take() else { return Ok(()) };
        let before = replica.edits().unwrap().len();
        let claimed_at = self.devices[at].clock.reading().wall;
        let outcome = self.act(at, &mut replica, act);
        let edits = replica.edits().unwrap();
        let name = self.devices[at].name.clone();
        self.note(format!("{name} {act:?}: {outcome:?}"));
        let refused = outcome.as_ref().err().map(|refusal| refusal.code);
        if outcome.is_ok() {
            // A command that finds everything already so writes nothing, and has nothing to lose.
            if let [.., last] = &edits[before..] {
                let asked = last.asked.clone();
                let entries = entries_of(last.command, &asked);
                let given = Given { command: last.command, asked, entries, claimed_at };
                self.devices[at].given.push(given);
            }
        } else if edits.len() != before {
            return Err(Violation {
                property: Property::NothingLost,
                what: format!("{name}: a refused command left an edit"),
            });
        }
        self.devices[at].replica = Some(replica);
        match refused {
            None
            | Some(
                ErrorCode::CommandNotPermitted
                | ErrorCode::NotEnrolled
                | ErrorCode::DeviceRevoked
                | ErrorCode::DocumentUnknown
                // What is stated by chance is not always what the procedures ask for next.
                | ErrorCode::ProcedureForbids
                | ErrorCode::Recused
                | ErrorCode::CloseNotReady,
            ) => Ok(()),
            Some(code) => {
                let what = format!("{name} could not {act:?}: {}", code.as_str());
                Err(Violation { property: Property::HonestRunsAreQuiet, what })
            }
        }
    }

    fn act(&mut self, at: usize, replica: &mut Replica, act: Act) -> Result<(), Refusal> {
        if let Act::Create = act {
            let site = *self.sites.choose(&mut self.rng).unwrap();
            let sites: Vec<SiteId> = replica.roles().iter().map(|role| role.site).collect();
            let site =
                sites.choose(&mut self.rng).copied().filter(|_| self.rng.random_bool(0.9)).unwrap_or(site);
            let new = new_case(&mut self.rng, site);
            return replica.create_case(new).map(|_| ());
        }
        if let Act::Walk = act {
            return self.walk(replica);
        }
        let cases = replica.cases(&CaseFilter::default(), 0, 40)?;
        let Some(case) = cases.choose(&mut self.rng).map(|item| item.id) else { return Ok(()) };
        let Some(read) = replica.case(case)? else { return Ok(()) };
        let order = read.orders.choose(&mut self.rng).map(|order| order.id);
        let person = *self.people.choose(&mut self.rng).unwrap();
        let rng = &mut self.rng;
        match act {
            Act::Create | Act::Walk => {}
            Act::Classify => replica.classify(case, some_classification(rng))?,
            Act::Describe => {
                let words = ["电梯停在三楼", "水已关闭", "等待配件", "lobby wet"];
                let word = words.choose(rng).unwrap();
                let base = &read.description;
                let result = match rng.random_range(0..3) {
                    0 => format!("{word} {base}"),
                    1 => format!("{base} {word}"),
                    _ => base.chars().skip(1).chain(word.chars()).collect(),
                };
                replica.describe(case, base, &result)?;
            }
            Act::Dispatch => {
                let assignee = rng.random_bool(0.4).then_some(person);
                let department = *[Department::Engineering, Department::Security, Department::Environment]
                    .choose(rng)
                    .unwrap();
                replica.dispatch(case, department, assignee)?;
                self.ever_assigned.extend(assignee.map(|person| (case, person)));
            }
            Act::Assign => {
                let Some(order) = order else { return Ok(()) };
                replica.assign(case, order, person)?;
                self.ever_assigned.insert((case, person));
            }
            Act::Record => {
                let roles: Vec<Role> = replica
                    .roles()
                    .iter()
                    .filter(|at| Some(at.site) == read.site)
                    .map(|at| at.role)
                    .collect();
                let fact = some_fact(rng, &roles);
                let note = format!("{} {}", fact.kind(), rng.random_range(0..1_000));
                let order = order.filter(|_| rng.random_bool(0.8));
                replica.record(case, order, NewEntry::now(fact, note))?;
            }
            Act::Photo => {
                let length = if rng.random_bool(0.08) { 300_000 } else { rng.random_range(1..3_000) };
                let mut bytes = vec![0; length];
                rng.fill_bytes(&mut bytes);
                // Half of the phones' cameras draw a preview: the smallest file that is taken for one.
                let mut small = vec![0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 9, 0, 9, 1, 0, 0, 0];
                small.extend_from_slice(&bytes[..length.min(9)]);
                let preview = (length % 2 == 0).then_some(small.as_slice());
                let picture = Picture { bytes: &bytes, caption: "照片", preview };
                replica.add_picture(case, *PhotoRole::ALL.choose(rng).unwrap(), &picture)?;
            }
            Act::SignOff => self.sign_off(at, replica, case)?,
            Act::Contact => {
                let words = self.canary(case, Some(at));
                let mut details = ContactDetails::default();
                match self.rng.random_range(0..3) {
                    0 => details.name = Some(words),
                    1 => details.phone = Some(words),
                    _ => details.words = Some((String::new(), words)),
                }
                replica.write_contact(case, details)?;
            }
        }
        Ok(())
    }

    fn sign_off(&mut self, at: usize, replica: &mut Replica, case: DocumentId) -> Result<(), Refusal> {
        let outcome = *[SignOffOutcome::Signed, SignOffOutcome::Signed, SignOffOutcome::Absent]
            .choose(&mut self.rng)
            .unwrap();
        let subject = SignOffSubject::Completion;
        let shown = replica.statement(case, None, subject)?;
        let mut strokes = vec![0; self.rng.random_range(20..600)];
        self.rng.fill_bytes(&mut strokes);
        let signer =
            if outcome == SignOffOutcome::Signed { self.canary(case, Some(at)) } else { String::new() };
        let result = SignOffResult {
            settlement: None,
            subject,
            outcome,
            signer: &signer,
            relation: "owner",
            strokes_png: Some(&strokes),
            shown: &shown,
        };
        replica.sign_off(case, None, &result).map(|_| ())
    }
}

/// A case as somebody might write it down.
pub(super) fn new_case(rng: &mut dyn Rng, site: SiteId) -> NewCase {
    let building = rng.random_range(1..9).to_string();
    NewCase {
        kind: *CaseKind::ALL.choose(rng).unwrap(),
        channel: Channel::Patrol,
        site,
        place: Place {
            building: Some(building),
            unit: Some("2".into()),
            room: None,
            spot: Some("电梯厅".into()),
        },
        description: "灯不亮 light out".to_owned(),
        subject: "equipment/light".to_owned(),
        urgency: some_urgency(rng),
        reported_at: None,
        external_number: None,
        about: None,
        anonymous: None,
        confidential: None,
    }
}

/// Something that people state, of the kinds that need no more said: mostly what is theirs to state, and
/// sometimes what the phone has to refuse at once. That it did shows at the server, which hears of none.
#[allow(clippy::wildcard_enum_match_arm, reason = "what needs more said than its kind is never stated here")]
fn some_fact(rng: &mut dyn Rng, roles: &[Role]) -> Fact {
    let stated = |kind: &EntryKind| match kind {
        // These follow from commands of their own, or need an owner who was not reached.
        EntryKind::Received | EntryKind::Dispatched | EntryKind::Unknown => None,
        EntryKind::Waiting => {
            Some(Fact::Waiting(Wait { reason: WaitFor::Part, expected: None, attempt: None }))
        }
        // A review says something; what is left empty is refused.
        EntryKind::Reviewed => Some(Fact::Remark),
        kind => Fact::plain(*kind),
    };
    let is_theirs = |fact: &Fact| {
        roles.iter().any(|&role| rules::may(role, rules::Path::Entry(fact.kind()), rules::Action::Add))
    };
    let theirs = rng.random_bool(0.9);
    let facts: Vec<_> =
        EntryKind::ALL.iter().filter_map(stated).filter(|fact| is_theirs(fact) == theirs).collect();
    facts.choose(rng).cloned().unwrap_or(Fact::Remark)
}

pub(super) fn some_urgency(rng: &mut dyn Rng) -> Urgency {
    *Urgency::ALL.choose(rng).unwrap()
}

/// One field at a time: the check of parallel values then knows that a change sets what it was asked to.
fn some_classification(rng: &mut dyn Rng) -> Classification {
    let mut to = Classification::default();
    match rng.random_range(0..3) {
        0 => to.urgency = Some(some_urgency(rng)),
        1 => to.nature = Some(*Nature::ALL.choose(rng).unwrap()),
        _ => to.subject = Some(["equipment/lift", "plumbing/leak", "door"].choose(rng).unwrap().to_string()),
    }
    to
}
