//! How a case stands, by the rules, as far as this phone can tell.

use super::Replica;
use crate::document::DocumentKind;
use crate::error::Refusal;
use crate::ids::DocumentId;
use crate::model::{Case, ParallelEdit};
use crate::rules::clocks::{Clock, ClockState, clocks};
use crate::rules::{
    CaseStatus, ChecklistState, Contradiction, Obstacle, Promises, Rating, Responsible, SettlementState,
    SheetState, case_status, checklists, closing_obstacles, contradictions, policy_of, promises, rating,
    responsible, settlements, sheets,
};

/// One clock with its rule's name.
#[derive(Clone, Debug)]
pub struct ClockLine {
    /// The clock.
    pub clock: Clock,
    /// What the policy calls it, in Simplified Chinese.
    pub title_zh: String,
    /// What the policy calls it, in English.
    pub title_en: String,
    /// Where it stands.
    pub state: ClockState,
}

/// How a case stands. Everything here is computed from the documents on this phone: what others have not synced yet
/// may change it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Where it stands.
    pub status: CaseStatus,
    /// Who follows it up; nobody once it is closed.
    pub responsible: Option<Responsible>,
    /// Its colour, with every reason.
    pub rating: Rating,
    /// Its clocks, in the order of the policy.
    pub clocks: Vec<ClockLine>,
    /// Fields that people set at the same time to different values.
    pub parallel_edits: Vec<ParallelEdit>,
    /// Statements that cannot all hold, settled or not.
    pub contradictions: Vec<Contradiction>,
    /// Playbooks that were copied into it, with the steps done.
    pub checklists: Vec<ChecklistState>,
    /// What was promised.
    pub promises: Promises,
    /// Liaison sheets.
    pub sheets: Vec<SheetState>,
    /// Settlements.
    pub settlements: Vec<SettlementState>,
    /// What stands in the way of closing it.
    pub obstacles: Vec<Obstacle>,
}

impl Replica {
    /// How a case stands now, by the server's clock as far as it is known; nothing if it is not on this phone.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn standing(&mut self, id: DocumentId) -> Result<Option<Standing>, Refusal> {
        let Some((case, parallel)) = self.look(id, DocumentKind::Case, |document| {
            let case = Case::read(document);
            let parallel = case.parallel_edits(document);
            (case, parallel)
        })?
        else {
            return Ok(None);
        };
        let site = match case.site {
            Some(site) => self.site(site)?.unwrap_or_default(),
            None => Default::default(),
        };
        let policy = policy_of(&site);
        let reading = self.env.clock.read();
        let now = self.meta.server_now(reading);
        let clocks = clocks(&case, &policy);
        let rating = rating(&case, &clocks, now, &policy);
        let line = |clock: Clock| {
            let rule = policy.clock(&clock.id)?;
            let (title_zh, title_en) = (rule.title_zh.clone(), rule.title_en.clone());
            Some(ClockLine { title_zh, title_en, state: clock.state(now), clock })
        };
        Ok(Some(Standing {
            status: case_status(&case),
            responsible: responsible(&case, &site),
            rating,
            parallel_edits: parallel,
            contradictions: contradictions(id, &case, &policy.authority()),
            checklists: checklists(&case),
            promises: promises(&case, &policy),
            sheets: sheets(&case),
            settlements: settlements(&case, &policy.authority()),
            obstacles: closing_obstacles(&case, &policy.authority()),
            clocks: clocks.into_iter().filter_map(line).collect(),
        }))
    }
}
