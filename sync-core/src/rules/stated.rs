//! Walking through what was stated, as every rule about papers and responsibility does.

use crate::ids::EntryId;
use crate::model::{Case, Entry, EntryKind};

/// The entries of the case in stamp order, each once: one that reached the document twice says no more
/// than one that reached it once, so it is neither a second attempt nor a second payment.
pub(crate) fn stated(case: &Case) -> impl DoubleEndedIterator<Item = &Entry> {
    let all = case.entries.as_slice();
    all.iter().enumerate().filter(|(at, entry)| !is_repeated(&all[..*at], entry)).map(|(_, entry)| entry)
}

/// Repetitions stand side by side, since entries are sorted by stamp and id.
fn is_repeated(before: &[Entry], entry: &Entry) -> bool {
    let same = |earlier: &&Entry| (earlier.stamp, earlier.id) == (entry.stamp, entry.id);
    before.iter().rev().take_while(same).any(|earlier| earlier == entry)
}

/// Whether the entry opens the case anew. Re-opening one order is no re-opening of the case.
pub(crate) fn reopens_case(entry: &Entry) -> bool {
    entry.kind() == EntryKind::Reopened && entry.order.is_none()
}

/// What was stated since the case was last re-opened; everything, if it never was.
pub(crate) fn this_time(case: &Case) -> Vec<&Entry> {
    let mut found: Vec<_> = stated(case).rev().take_while(|entry| !reopens_case(entry)).collect();
    found.reverse();
    found
}

/// The first entry of this kind about the case as a whole or one of its orders.
pub(crate) fn first_of(case: &Case, kind: EntryKind) -> Option<&Entry> {
    case.entries.iter().find(|entry| entry.kind() == kind)
}

/// The entry that closed the case, if it is closed now.
pub(crate) fn closed_by(case: &Case) -> Option<EntryId> {
    let ends = |kind| matches!(kind, EntryKind::Closed | EntryKind::Reopened);
    let last = case.entries.iter().rfind(|entry| entry.order.is_none() && ends(entry.kind()))?;
    (last.kind() == EntryKind::Closed).then_some(last.id)
}
