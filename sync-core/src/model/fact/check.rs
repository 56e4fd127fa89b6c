//! Bounds on what people type beside a fact.

use super::Fact;
use super::details::{Position, Review};
use super::paper::Checklist;
use crate::clock::Timestamp;
use crate::error::{ErrorCode, Refusal};
use crate::limits::{
    CHECKLIST_STEPS_MAX, NOTE_CHARS_MAX, PART_QUANTITY_MILLI_MAX, SATISFACTION_MAX, SATISFACTION_MIN,
    STEP_CHARS_MAX,
};
use crate::model::checks::{long_text, money, out_of_range, required_text, short_text, typed_time};
use crate::model::words::WaitFor;

impl Fact {
    /// Whether everything that goes with the fact is within its bounds. `now` is the author's.
    pub(in crate::model) fn check(&self, now: Timestamp) -> Result<(), Refusal> {
        let optional_time = |field, at: Option<Timestamp>| at.map_or(Ok(()), |at| typed_time(field, at, now));
        match self {
            Self::Received => Err(out_of_range("'received' is stated by writing a case down, not by itself")),
            Self::Dispatched(_) => Err(out_of_range("'dispatched' is stated by giving an order")),
            Self::Assigned(_) => Err(out_of_range("'assigned' is stated by assigning an order")),
            Self::Unknown => Err(out_of_range("an entry must say what happened")),
            Self::Waiting(wait) => {
                if wait.reason == WaitFor::Owner && wait.attempt.is_none() {
                    let message = "waiting for the owner needs a logged attempt to reach them";
                    return Err(Refusal::new(ErrorCode::FieldMissing, message));
                }
                optional_time("expected", wait.expected)
            }
            Self::Arrived(arrival) => arrival.position.map_or(Ok(()), |position| check_position(&position)),
            Self::PartUsed(part) => {
                required_text("name of the part", &part.name)?;
                short_text("unit", &part.unit)?;
                if part.quantity_milli == 0 || part.quantity_milli > PART_QUANTITY_MILLI_MAX {
                    let most = PART_QUANTITY_MILLI_MAX / 1_000;
                    return Err(out_of_range(format!("the quantity must be more than 0 and at most {most}")));
                }
                part.price.map_or(Ok(()), |price| money("price", price))
            }
            Self::Appointed(appointment) => {
                optional_time("start of the appointment", appointment.from)?;
                optional_time("end of the appointment", appointment.to)?;
                match appointment.window() {
                    Some(window) if window.to <= window.from => {
                        Err(out_of_range("an appointment ends after it starts"))
                    }
                    Some(_) | None => Ok(()),
                }
            }
            Self::PlanWritten(plan) => typed_time("finish by", plan.finish_by, now),
            Self::Progressed(progress) => optional_time("expected", progress.expected),
            Self::RateTold(rate) => {
                money("price", rate.price)?;
                required_text("unit", &rate.unit)
            }
            Self::Quoted(charge) | Self::Charged(charge) => {
                money("sum", charge.sum)?;
                required_text("what is charged", &charge.what)
            }
            Self::Receipted(receipt) => {
                money("sum", receipt.sum)?;
                required_text("number of the receipt", &receipt.number)
            }
            Self::ProgressTold(progress) => {
                optional_time("expected", progress.expected)?;
                optional_time("next", progress.next)
            }
            Self::Promised(promise) => typed_time("promised day", promise.until, now),
            Self::DeadlineSet(deadline) => {
                required_text("authority", &deadline.authority)?;
                typed_time("deadline", deadline.until, now)
            }
            Self::ChangePlanned(change) => typed_time("day of the change", change.from, now),
            Self::SheetWritten(sheet) => {
                required_text("name of the party", &sheet.party_name)?;
                optional_time("reply by", sheet.reply_by)
            }
            Self::SettlementDrafted(draft) => money("sum", draft.sum),
            Self::SettlementPaid(payment) => money("sum", payment.sum),
            Self::PlaybookChosen(checklist) => check_checklist(checklist, now),
            Self::StepDone(tick) => required_text("step", &tick.step),
            Self::Visited(visit) => match visit.satisfaction {
                Some(points) if !(SATISFACTION_MIN..=SATISFACTION_MAX).contains(&points) => {
                    Err(out_of_range(format!(
                        "satisfaction goes from {SATISFACTION_MIN} to {SATISFACTION_MAX}, not {points}"
                    )))
                }
                Some(_) | None => Ok(()),
            },
            Self::Reviewed(review) => check_review(review),
            Self::Accepted
            | Self::GivenBack
            | Self::Chased
            | Self::NobodyHome
            | Self::Inspected
            | Self::Diagnosed
            | Self::TemporaryMeasure
            | Self::Suspended
            | Self::Resumed
            | Self::PlanApproved(_)
            | Self::Completed
            | Self::WrittenUp
            | Self::Verified(_)
            | Self::Returned
            | Self::Investigated
            | Self::DenialConfirmed
            | Self::PlanTold(_)
            | Self::Attempted(_)
            | Self::Escalated(_)
            | Self::SuperiorTold
            | Self::HandedOver(_)
            | Self::Linked(_)
            | Self::Found(_)
            | Self::WalkOrdered(_)
            | Self::Walked(_)
            | Self::NoticeGiven
            | Self::PaperReceived
            | Self::HazardCoordinated
            | Self::SheetSigned(_)
            | Self::SheetSent(_)
            | Self::SheetReplied(_)
            | Self::SettlementConsented(_)
            | Self::Settled(_)
            | Self::Reported(_)
            | Self::ReportWritten
            | Self::Closed
            | Self::Reopened
            | Self::Remark => Ok(()),
        }
    }
}

fn check_position(position: &Position) -> Result<(), Refusal> {
    const DEGREE_E7: u32 = 10_000_000;
    let inside = position.latitude_e7.unsigned_abs() <= 90 * DEGREE_E7
        && position.longitude_e7.unsigned_abs() <= 180 * DEGREE_E7;
    if inside { Ok(()) } else { Err(out_of_range("the position does not lie on the earth")) }
}

fn check_review(review: &Review) -> Result<(), Refusal> {
    let parts = [("keep", &review.keep), ("problem", &review.problem), ("try", &review.attempt)];
    if parts.iter().all(|(_, text)| text.as_deref().unwrap_or_default().trim().is_empty()) {
        let message = "a review says what to keep, what the problem was or what to try";
        return Err(Refusal::new(ErrorCode::FieldMissing, message));
    }
    parts
        .into_iter()
        .try_for_each(|(field, text)| long_text(field, text.as_deref().unwrap_or_default(), NOTE_CHARS_MAX))
}

fn check_checklist(checklist: &Checklist, now: Timestamp) -> Result<(), Refusal> {
    required_text("name of the playbook", &checklist.playbook)?;
    typed_time("start of the checklist", checklist.from, now)?;
    let count = checklist.steps.len();
    if count == 0 || count > CHECKLIST_STEPS_MAX {
        return Err(out_of_range(format!("a checklist has 1 to {CHECKLIST_STEPS_MAX} steps, not {count}")));
    }
    for (place, step) in checklist.steps.iter().enumerate() {
        required_text("name of the step", &step.id)?;
        if checklist.steps[..place].iter().any(|earlier| earlier.id == step.id) {
            return Err(out_of_range(format!("two steps of the checklist are called '{}'", step.id)));
        }
        long_text("step", &step.zh, STEP_CHARS_MAX)?;
        long_text("step", &step.en, STEP_CHARS_MAX)?;
        step.due.map_or(Ok(()), |due| typed_time("due", due, now))?;
    }
    Ok(())
}
