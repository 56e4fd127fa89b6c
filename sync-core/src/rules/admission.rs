//! What the procedures say when a command is given.
//!
//! The phone asks before it writes, and the office before it edits, so that people hear 'not like that' at
//! once and with the reason. The server never asks of what comes from a phone: work done in good faith on
//! an older state is kept, and what then contradicts is found by [`contradictions`](super::contradictions).

use super::contradictions::contradictions;
use super::recusal::may_handle;
use super::settlements::settlements;
use super::sheets::sheets;
use super::{Policy, charges, is_recused, may_close, policy_of};
use crate::clock::Timestamp;
use crate::error::{ErrorCode, Refusal};
use crate::ids::{DocumentId, OrderId, PersonId, SettlementId, SheetId};
use crate::model::{Case, Command, EntryKind, Fact, NewEntry, Role, SignOffOutcome, SignOffSubject, Site};

/// Who asks, and on what ground.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// Who.
    pub person: PersonId,
    /// As what, at the estate.
    pub roles: &'a [Role],
    /// When, by the server's clock as far as it is known.
    pub now: Timestamp,
    /// The estate, if it is at hand: its policy says what the procedures leave to the company.
    pub site: Option<&'a Site>,
}

impl Asking<'_> {
    fn policy(&self) -> Policy {
        self.site.map_or_else(|| Policy::built_in().clone(), policy_of)
    }
}

/// Whether the procedures allow the command on the case as it now reads (`None`: it is not there yet, or
/// the command is about no case).
///
/// # Errors
/// [`ErrorCode::ProcedureForbids`], [`ErrorCode::Recused`], [`ErrorCode::CloseNotReady`] or
/// [`ErrorCode::PolicyWrong`], with what has to come first.
pub fn admit(asking: &Asking<'_>, command: &Command, case: Option<&Case>) -> Result<(), Refusal> {
    match command {
        Command::WritePolicy { text, .. } => check_policy(text),
        Command::Record { case: id, order, new, .. } => match case {
            Some(case) => admit_entry(asking, *id, case, *order, new),
            None => Ok(()),
        },
        Command::SignOff { order, new, .. } => match case {
            Some(case) if new.outcome == SignOffOutcome::Signed => {
                recused(asking, case, EntryKind::Completed)?;
                match new.subject {
                    SignOffSubject::Charge if !is_quoted(case, *order) => {
                        Err(first("the owner signs for a sum: work out what is to be paid (quoted) first"))
                    }
                    SignOffSubject::Settlement
                        if !new.settlement.is_some_and(|id| case.has_settlement(id)) =>
                    {
                        Err(first("a settlement is signed that was drafted: draft it first"))
                    }
                    SignOffSubject::Completion | SignOffSubject::Charge | SignOffSubject::Settlement => {
                        Ok(())
                    }
                }
            }
            Some(_) | None => Ok(()),
        },
        Command::TakeOrder { .. } => case.map_or(Ok(()), |case| recused(asking, case, EntryKind::Accepted)),
        Command::Classify { .. } | Command::Describe { .. } => case.map_or(Ok(()), |case| {
            if is_recused(case, asking.person) {
                let message = "whoever a complaint is about does not sort or describe it";
                return Err(Refusal::new(ErrorCode::Recused, message));
            }
            Ok(())
        }),
        Command::CreateCase { .. }
        | Command::Dispatch { .. }
        | Command::Assign { .. }
        | Command::SortOrder { .. }
        | Command::AddPhoto { .. }
        | Command::WriteContact { .. }
        | Command::NameSite { .. }
        | Command::PutPerson { .. }
        | Command::PutArea { .. }
        | Command::PutCheckpoint { .. }
        | Command::PutRoute { .. }
        | Command::StartRound { .. }
        | Command::Check { .. }
        | Command::AddRoundPhoto { .. }
        | Command::FinishRound { .. }
        | Command::ReportAbnormal { .. } => Ok(()),
    }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "a fact of which no rule speaks may always be stated")]
fn admit_entry(
    asking: &Asking<'_>,
    id: DocumentId,
    case: &Case,
    order: Option<OrderId>,
    new: &NewEntry,
) -> Result<(), Refusal> {
    recused(asking, case, new.fact.kind())?;
    // Reading a policy costs about a millisecond; most entries need none.
    let authority = || asking.policy().authority();
    match &new.fact {
        Fact::Charged(charge) => {
            let stands = charges(case).into_iter().find(|state| state.order == order);
            let signed = stands.as_ref().and_then(|state| state.signed.as_ref());
            let taken = stands.as_ref().map_or(0, |state| state.charged_sum().0);
            match signed {
                None => Err(first("money is taken after the owner signed for it: get the signature first")),
                Some(signed) if taken.saturating_add(charge.sum.0) > signed.sum.0 => {
                    Err(first(format!("the owner signed for {} yuan, not for more", signed.sum)))
                }
                Some(_) => Ok(()),
            }
        }
        Fact::Receipted(_) if !has(case, order, EntryKind::Charged) => {
            Err(first("a receipt is for money that was taken"))
        }
        Fact::SettlementPaid(payment) => {
            let stands =
                settlements(case, &authority()).into_iter().find(|state| state.id == payment.settlement);
            match stands {
                None => Err(unknown_settlement(payment.settlement)),
                Some(state) if state.signed.is_none() => {
                    Err(first("a settlement is paid after the owner signed it"))
                }
                Some(state) if state.sum != payment.sum => {
                    Err(first(format!("the settlement is for {} yuan", state.sum)))
                }
                Some(_) => Ok(()),
            }
        }
        Fact::SettlementConsented(consent) if !case.has_settlement(consent.settlement) => {
            Err(unknown_settlement(consent.settlement))
        }
        Fact::Reported(report) | Fact::PlanTold(report) if report.is_denial() => {
            if has(case, None, EntryKind::DenialConfirmed) {
                Ok(())
            } else {
                Err(first("'not our fault' needs the manager's confirmation before the owner hears it"))
            }
        }
        Fact::SheetSent(sending) => {
            let stands = sheets(case).into_iter().find(|state| state.id == sending.sheet);
            match stands {
                None => Err(unknown_sheet(sending.sheet)),
                Some(state) if !state.missing.is_empty() => {
                    let missing: Vec<_> = state.missing.iter().map(|level| level.as_str()).collect();
                    Err(first(format!("the sheet still lacks the signature of {}", missing.join(", "))))
                }
                Some(_) => Ok(()),
            }
        }
        Fact::SheetSigned(signature) if !knows_sheet(case, signature.sheet) => {
            Err(unknown_sheet(signature.sheet))
        }
        Fact::SheetReplied(reply) if !knows_sheet(case, reply.sheet) => Err(unknown_sheet(reply.sheet)),
        Fact::Waiting(wait) => match wait.attempt {
            Some(attempt)
                if !case.entry(attempt).is_some_and(|entry| {
                    matches!(entry.kind(), EntryKind::Attempted | EntryKind::NobodyHome)
                }) =>
            {
                Err(first("the logged attempt is no attempt of this case"))
            }
            Some(_) | None => Ok(()),
        },
        Fact::StepDone(tick) => match case.entry(tick.checklist).map(|entry| &entry.fact) {
            Some(Fact::PlaybookChosen(list)) if list.steps.iter().any(|step| step.id == tick.step) => Ok(()),
            Some(_) | None => Err(first(format!("no checklist of this case has a step '{}'", tick.step))),
        },
        Fact::HandedOver(handover) if handover.to == asking.person && order.is_none() => {
            Err(first("a case is handed over to somebody else"))
        }
        Fact::Linked(link) if link.case == id => {
            Err(first("a case is linked to another case, not to itself"))
        }
        Fact::Settled(ruling) => {
            let found =
                contradictions(id, case, &authority()).into_iter().find(|one| one.id == ruling.conflict);
            match found {
                None => Err(Refusal::new(
                    ErrorCode::ConflictUnknown,
                    format!("the case has no contradiction {}", ruling.conflict),
                )),
                Some(one) if !one.code.settled_by().iter().any(|role| asking.roles.contains(role)) => {
                    let who: Vec<_> = one.code.settled_by().iter().map(|role| role.as_str()).collect();
                    let message = format!("{} is settled by {}", one.code.as_str(), who.join(", "));
                    Err(Refusal::new(ErrorCode::CommandNotPermitted, message))
                }
                Some(_) => Ok(()),
            }
        }
        Fact::Closed if order.is_none() => may_close(case, &asking.policy(), asking.roles).map(|_| ()),
        // Every other fact may be stated at any time.
        _ => Ok(()),
    }
}

fn recused(asking: &Asking<'_>, case: &Case, kind: EntryKind) -> Result<(), Refusal> {
    if case.about.all().is_empty() {
        return Ok(());
    }
    let policy = asking.policy();
    may_handle(case, asking.person, kind, policy.calendar().is_night(asking.now))
}

fn check_policy(text: &str) -> Result<(), Refusal> {
    match Policy::parse(text) {
        Ok(_) => Ok(()),
        Err(mistakes) => {
            let said: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
            Err(Refusal::new(ErrorCode::PolicyWrong, format!("the policy is wrong:\n{}", said.join("\n"))))
        }
    }
}

fn has(case: &Case, order: Option<OrderId>, kind: EntryKind) -> bool {
    case.entries.iter().any(|entry| entry.order == order && entry.kind() == kind)
}

fn is_quoted(case: &Case, order: Option<OrderId>) -> bool {
    has(case, order, EntryKind::Quoted)
}

fn knows_sheet(case: &Case, sheet: SheetId) -> bool {
    sheets(case).iter().any(|state| state.id == sheet)
}

/// Something has to come first, or stands against it.
fn first(message: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::ProcedureForbids, message)
}

fn unknown_settlement(id: SettlementId) -> Refusal {
    Refusal::new(ErrorCode::SettlementUnknown, format!("the case has no settlement {id}"))
}

fn unknown_sheet(id: SheetId) -> Refusal {
    Refusal::new(ErrorCode::SheetUnknown, format!("the case has no liaison sheet {id}"))
}
