//! What a technician does in a shift: one order after the other, from taking it in hand to the signature.

use rand::RngExt;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DocumentId, OrderId};
use roundsman_sync_core::model::fact::{Arrival, Wait};
use roundsman_sync_core::model::{
    Case, Department, Fact, PhotoRole, SignOffOutcome, SignOffSubject, WaitFor,
};
use roundsman_sync_core::replica::{CaseFilter, SignOffResult};
use roundsman_sync_core::rules::{OrderStatus, order_status};

use super::DemoError;
use super::album;
use super::phone::Phone;
use super::shift::{owner, record};

/// One order of one case.
pub(super) type Task = (DocumentId, OrderId);

/// Every open engineering order on this phone that nobody has, in an order that all phones agree on.
///
/// # Errors
/// If the phone's file cannot be read.
pub(super) fn open_tasks(phone: &mut Phone) -> Result<Vec<(Task, Case)>, DemoError> {
    let failed = |refusal| DemoError::phone(phone.staff, refusal);
    let filter = CaseFilter { department: Some(Department::Engineering), ..CaseFilter::default() };
    let listed = phone.replica.cases(&filter, 0, usize::MAX >> 1).map_err(failed)?;
    let mut tasks = Vec::new();
    for line in listed {
        let Some(case) = phone.replica.case(line.id).map_err(failed)? else { continue };
        let free = case.orders.iter().find(|order| {
            order.department.shown() == Some(&Department::Engineering)
                && order.assignee.shown().is_none()
                && order_status(&case, Some(order.id)) == OrderStatus::Dispatched
        });
        if let Some(order) = free {
            tasks.push(((line.id, order.id), case));
        }
    }
    tasks.sort_by_key(|(task, _)| *task);
    Ok(tasks)
}

/// Works through the tasks with so many photos in all.
///
/// # Errors
/// If the phone refuses anything.
pub(super) fn shift(
    phone: &mut Phone,
    tasks: &[Task],
    pictures: usize,
    shift_end: Timestamp,
) -> Result<(), DemoError> {
    let me = phone.person()?;
    let mut film = pictures;
    for (n, &(case, order)) in tasks.iter().enumerate() {
        phone.begin_job(shift_end, n, tasks.len());
        let outcome = phone.replica.assign(case, order, me);
        phone.did(outcome)?;
        record(phone, case, Some(order), Fact::Accepted, "")?;
        phone.minutes(4, 10);
        record(phone, case, Some(order), Fact::Arrived(Arrival::default()), "已到场 At the door")?;
        // Before and after are a pair: the last photos go where there is film for both.
        let pair = film >= 2;
        if pair {
            photograph(phone, case, PhotoRole::Before, &mut film)?;
        }
        phone.minutes(2, 6);
        record(phone, case, Some(order), Fact::Diagnosed, "密封圈老化 A worn seal")?;
        if phone.rng.random_bool(0.35) {
            record(
                phone,
                case,
                Some(order),
                Fact::Waiting(Wait { reason: WaitFor::Part, expected: None, attempt: None }),
                "等配件 Waiting for a part",
            )?;
            phone.minutes(8, 15);
            record(phone, case, Some(order), Fact::Resumed, "配件已到 The part is here")?;
        }
        phone.minutes(6, 12);
        record(phone, case, Some(order), Fact::Completed, "已更换并试运行 Replaced and tried")?;
        let last = n + 1 == tasks.len();
        if pair || (last && film > 0) {
            photograph(phone, case, PhotoRole::After, &mut film)?;
        }
        while last && film > 0 {
            photograph(phone, case, PhotoRole::Evidence, &mut film)?;
        }
        phone.minutes(1, 3);
        // Whatever chance says, each shift has one drawn signature.
        let outcome = match phone.rng.random_range(0..10) {
            0..=5 => SignOffOutcome::Signed,
            6..=7 => SignOffOutcome::Absent,
            8 => SignOffOutcome::Refused,
            _ => SignOffOutcome::Later,
        };
        ask_for_signature(phone, (case, order), if n == 0 { SignOffOutcome::Signed } else { outcome })?;
    }
    Ok(())
}

fn photograph(
    phone: &mut Phone,
    case: DocumentId,
    role: PhotoRole,
    film: &mut usize,
) -> Result<(), DemoError> {
    phone.minutes(1, 2);
    *film -= 1;
    let caption = match role {
        PhotoRole::Before => "维修前 Before",
        PhotoRole::After => "维修后 After",
        PhotoRole::Evidence => "现场 On the spot",
    };
    phone.photograph(case, role, caption)
}

/// Shows the owner what was done and keeps how the asking ended, bound to exactly what was shown.
fn ask_for_signature(
    phone: &mut Phone,
    (case, order): Task,
    outcome: SignOffOutcome,
) -> Result<(), DemoError> {
    let shown = phone.replica.statement(case, Some(order), SignOffSubject::Completion);
    let shown = shown.map_err(|refusal| DemoError::phone(phone.staff, refusal))?;
    let signed = outcome == SignOffOutcome::Signed;
    let strokes = signed.then(|| album::signature(&mut phone.rng));
    let (name, relation) = if signed { owner(phone) } else { ("", "") };
    let result = SignOffResult {
        settlement: None,
        subject: SignOffSubject::Completion,
        outcome,
        signer: name,
        relation,
        strokes_png: strokes.as_deref(),
        shown: &shown,
    };
    let outcome = phone.replica.sign_off(case, Some(order), &result);
    phone.did(outcome)?;
    if let Some(png) = strokes {
        phone.pictures.push((roundsman_sync_core::ids::PhotoHash::of(&png), png));
    }
    Ok(())
}
