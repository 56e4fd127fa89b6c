//! Recusal (回避): the person complained about does not handle the complaint.
//!
//! Source: DOMAIN's rules of a case and 003, text ii: they do not investigate, settle or visit; alone on a
//! night shift they may make things safe.

use crate::error::{ErrorCode, Refusal};
use crate::ids::PersonId;
use crate::model::{Case, EntryKind};

/// What stating an entry means for a case that is about whoever states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// It writes the matter down, gives it away or says their own side. Refusing it would only keep the
    /// matter with them.
    Always,
    /// It makes things safe until somebody else comes.
    AloneAtNight,
    /// It handles the matter.
    Never,
}

const fn part(kind: EntryKind) -> Part {
    match kind {
        EntryKind::Received
        | EntryKind::GivenBack
        | EntryKind::Escalated
        | EntryKind::HandedOver
        | EntryKind::Remark
        // Never stated by command; in a case already, it moves nothing.
        | EntryKind::Unknown => Part::Always,
        EntryKind::Dispatched
        | EntryKind::Chased
        | EntryKind::Arrived
        | EntryKind::NobodyHome
        | EntryKind::TemporaryMeasure
        | EntryKind::NoticeGiven => Part::AloneAtNight,
        EntryKind::Assigned
        | EntryKind::Accepted
        | EntryKind::Appointed
        | EntryKind::Inspected
        | EntryKind::Diagnosed
        | EntryKind::Waiting
        | EntryKind::Suspended
        | EntryKind::Resumed
        | EntryKind::PartUsed
        | EntryKind::PlanWritten
        | EntryKind::PlanApproved
        | EntryKind::Progressed
        | EntryKind::Completed
        | EntryKind::WrittenUp
        | EntryKind::Verified
        | EntryKind::Returned
        | EntryKind::RateTold
        | EntryKind::Quoted
        | EntryKind::Charged
        | EntryKind::Receipted
        | EntryKind::Investigated
        | EntryKind::DenialConfirmed
        | EntryKind::PlanTold
        | EntryKind::ProgressTold
        | EntryKind::Promised
        | EntryKind::Attempted
        | EntryKind::DeadlineSet
        | EntryKind::SuperiorTold
        | EntryKind::Linked
        | EntryKind::Found
        | EntryKind::WalkOrdered
        | EntryKind::Walked
        | EntryKind::ChangePlanned
        | EntryKind::PaperReceived
        | EntryKind::HazardCoordinated
        | EntryKind::SheetWritten
        | EntryKind::SheetSigned
        | EntryKind::SheetSent
        | EntryKind::SheetReplied
        | EntryKind::SettlementDrafted
        | EntryKind::SettlementConsented
        | EntryKind::SettlementPaid
        | EntryKind::PlaybookChosen
        | EntryKind::StepDone
        | EntryKind::Reported
        | EntryKind::ReportWritten
        | EntryKind::Visited
        | EntryKind::Closed
        | EntryKind::Settled
        | EntryKind::Reviewed
        | EntryKind::Reopened => Part::Never,
    }
}

/// Whether the case is about this person. When people named different ones at the same time, each of
/// them stays away until that is settled.
pub fn is_recused(case: &Case, person: PersonId) -> bool {
    case.about.all().contains(&person)
}

/// Whether a person may state an entry of this kind. `night_alone`: they are on a night shift, and
/// nobody else is there to be sent.
///
/// # Errors
/// [`ErrorCode::Recused`] if the case is about them and the entry would handle it.
pub fn may_handle(case: &Case, person: PersonId, kind: EntryKind, night_alone: bool) -> Result<(), Refusal> {
    if !is_recused(case, person) {
        return Ok(());
    }
    match part(kind) {
        Part::Always => Ok(()),
        Part::AloneAtNight if night_alone => Ok(()),
        Part::AloneAtNight => Err(Refusal::new(
            ErrorCode::Recused,
            format!("the case is about this person; '{kind}' is theirs only when they are alone at night"),
        )),
        Part::Never => Err(Refusal::new(
            ErrorCode::Recused,
            format!("the case is about this person; '{kind}' is for somebody else to state"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Register;
    use crate::model::CaseKind;
    use crate::rules::sample::{DESK, Story, TECHNICIAN};

    /// Kinds that a recused person may state by day, and those only alone at night. All others never.
    const ALWAYS: [EntryKind; 6] = [
        EntryKind::Received,
        EntryKind::GivenBack,
        EntryKind::Escalated,
        EntryKind::HandedOver,
        EntryKind::Remark,
        EntryKind::Unknown,
    ];
    const AT_NIGHT: [EntryKind; 6] = [
        EntryKind::Dispatched,
        EntryKind::Chased,
        EntryKind::Arrived,
        EntryKind::NobodyHome,
        EntryKind::TemporaryMeasure,
        EntryKind::NoticeGiven,
    ];

    #[test]
    fn the_person_complained_about_states_just_what_the_table_says() {
        let mut case = Story::new(CaseKind::Complaint).case;
        case.about = Register::new(vec![TECHNICIAN]);
        for &kind in EntryKind::ALL {
            for night_alone in [false, true] {
                let expected = ALWAYS.contains(&kind) || (night_alone && AT_NIGHT.contains(&kind));
                let answer = may_handle(&case, TECHNICIAN, kind, night_alone);
                assert_eq!(answer.is_ok(), expected, "{kind} {night_alone}");
                assert!(answer.is_ok() || answer.is_err_and(|refusal| refusal.code == ErrorCode::Recused));
                assert_eq!(may_handle(&case, DESK, kind, night_alone), Ok(()), "{kind}");
            }
        }
    }

    #[test]
    fn each_of_two_people_named_at_the_same_time_stays_away() {
        let mut case = Story::new(CaseKind::Complaint).case;
        case.about = Register::new(vec![TECHNICIAN, DESK]);
        assert!(is_recused(&case, TECHNICIAN) && is_recused(&case, DESK));
    }
}
