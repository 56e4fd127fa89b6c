//! Repair: when the sums differ, the device finds out which memberships differ, and only those are sent.
//!
//! ```text
//! sums differ ─▶ Comparing ──(every difference known)──▶ Fetching ──(every document here)──▶ ask, and compare the sums again
//! ```
//!
//! A state of the session: dropping it loses nothing, and the next sync finds the same differences.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::Draft;
use super::pages::{Walked, enter, read_summary};
use super::rebase::Plan;
use super::store::Store;
use crate::error::{ErrorCode, Refusal};
use crate::ids::DocumentId;
use crate::limits::REPAIR_ITEMS_MAX;
use crate::protocol::messages::{FeedNumber, PageDocument};
use crate::protocol::repair::{RepairAnswer, RepairItem, RepairQuestion, RepairSet, RepairedDocument};

/// Round trips of one comparison. Each cuts every differing range into sixteen, so five find one document
/// among a million; the rest is room for a frame that was full.
const COMPARISONS_MAX: u32 = 64;

pub(super) type Membership = (FeedNumber, DocumentId);

/// A repair under way.
#[derive(Debug)]
pub(super) enum Repair {
    Comparing {
        set: Box<RepairSet<Membership>>,
        message: Vec<u8>,
        only_here: BTreeSet<Membership>,
        only_there: BTreeSet<RepairItem>,
        comparisons: u32,
    },
    Fetching {
        wanted: Vec<RepairItem>,
        /// What the server's side does not have in this form. What is not brought by then, goes.
        doubtful: BTreeSet<Membership>,
    },
}

/// An answer as it was taken in.
#[derive(Debug)]
pub(super) enum Answered {
    /// A message of the comparison.
    Compared { message: Vec<u8> },
    /// So many of the wanted documents were dealt with; these memberships are now so here too.
    Brought { answered: u32, joined: BTreeSet<Membership> },
}

/// What one answer means for the repair.
#[derive(Debug)]
pub(super) enum Step {
    /// It goes on.
    On(Repair),
    /// All that differed has been brought; these memberships are not so at the server.
    Done { void: BTreeSet<Membership> },
}

impl Repair {
    /// Begins with what the store holds.
    pub(super) fn begin(store: &dyn Store, feeds: &[FeedNumber]) -> Result<Self, Refusal> {
        let mut items = BTreeMap::new();
        for &feed in feeds {
            for id in store.members(feed)? {
                if let Some(head) = store.head(id)? {
                    items.insert(RepairItem::of(feed, id, &head.accepted), (feed, id));
                }
            }
        }
        let set = Box::new(RepairSet::new(items)?);
        let message = set.first_message()?;
        Ok(Self::Comparing {
            set,
            message,
            only_here: BTreeSet::new(),
            only_there: BTreeSet::new(),
            comparisons: 0,
        })
    }

    /// What to ask now. Asked again after a lost reply, it is the same.
    pub(super) fn question(&self) -> RepairQuestion {
        match self {
            Self::Comparing { message, .. } => RepairQuestion::Compare { message: message.clone().into() },
            Self::Fetching { wanted, .. } => {
                let items = wanted.iter().take(REPAIR_ITEMS_MAX).copied().collect();
                RepairQuestion::Want { items }
            }
        }
    }

    /// Takes in an answer.
    ///
    /// # Errors
    /// [`ErrorCode::ReplyMalformed`] if it does not fit the question.
    pub(super) fn step(self, answer: Answered) -> Result<Step, Refusal> {
        match (self, answer) {
            (
                Self::Comparing { set, mut only_here, mut only_there, comparisons, .. },
                Answered::Compared { message },
            ) => {
                let compared = set.compare(&message).map_err(|refusal| malformed(refusal.message))?;
                only_here.extend(compared.only_here.iter().filter_map(|item| set.get(*item).copied()));
                only_there.extend(compared.only_there);
                match compared.next {
                    Some(message) if comparisons < COMPARISONS_MAX => {
                        let comparisons = comparisons + 1;
                        Ok(Step::On(Self::Comparing { set, message, only_here, only_there, comparisons }))
                    }
                    Some(_) => Err(malformed("a comparison came to no end".to_owned())),
                    None if only_there.is_empty() => Ok(Step::Done { void: only_here }),
                    None => {
                        let wanted = only_there.into_iter().collect();
                        Ok(Step::On(Self::Fetching { wanted, doubtful: only_here }))
                    }
                }
            }
            (Self::Fetching { mut wanted, mut doubtful }, Answered::Brought { answered, joined }) => {
                let answered = usize::try_from(answered).unwrap_or(usize::MAX).min(wanted.len());
                if answered == 0 {
                    return Err(malformed("nothing of what was wanted was answered".to_owned()));
                }
                wanted.drain(..answered);
                doubtful.retain(|membership| !joined.contains(membership));
                if wanted.is_empty() {
                    return Ok(Step::Done { void: doubtful });
                }
                Ok(Step::On(Self::Fetching { wanted, doubtful }))
            }
            (Self::Comparing { .. }, Answered::Brought { .. })
            | (Self::Fetching { .. }, Answered::Compared { .. }) => {
                Err(malformed("the answer is to another question".to_owned()))
            }
        }
    }
}

/// Takes in an answer; its documents as if pages had brought them.
pub(super) fn take_repair(
    draft: &mut Draft<'_>,
    plan: &mut Plan,
    walked: &mut Walked,
    recovering: bool,
    answer: RepairAnswer,
) -> Result<Answered, Refusal> {
    let (answered, documents) = match answer {
        RepairAnswer::Compared { message } => return Ok(Answered::Compared { message: message.into() }),
        RepairAnswer::Documents { answered, documents } => (answered, documents),
    };
    let mut joined = BTreeSet::new();
    for RepairedDocument { feed, document } in documents {
        match document {
            PageDocument::Enter { number, id, kind, snapshot, summary } => {
                let summary = summary.map(|bytes| read_summary(bytes.into())).transpose()?;
                enter(draft, plan, recovering, number, id, kind, snapshot.into(), summary)?;
                draft.join(feed, id);
                joined.insert((feed, id));
            }
            PageDocument::Held { number } => match draft.by_number(number)? {
                Some(id) => {
                    draft.join(feed, id);
                    joined.insert((feed, id));
                }
                None => walked.lost_track = true,
            },
            PageDocument::Changes { .. } | PageDocument::Leave { .. } => {
                return Err(malformed("a repair brings whole documents only".to_owned()));
            }
        }
    }
    Ok(Answered::Brought { answered, joined })
}

fn malformed(what: String) -> Refusal {
    Refusal::new(ErrorCode::ReplyMalformed, what)
}
