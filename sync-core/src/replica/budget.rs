//! What one sync may cost, and in which order things go while it lasts.
//!
//! Records first, whole: they are small, and everybody waits for them. Behind them the drawn signatures, which
//! are the proof of a record; then the previews of all photos, so that the office sees everything a little
//! before it sees anything well; then the photos, oldest first.

use super::photos::PhotoKind;
use crate::clock::ClockReading;
use crate::limits::{PAGE_BYTES_DEFAULT, PAGE_BYTES_MIN, PHOTO_CHUNK_BYTES, PUSH_BYTES_TARGET};

/// The largest page that is asked for on a link that costs by the byte: what is cut off is paid for again.
const METERED_PAGE_BYTES_MAX: u32 = 32 * 1024;
/// A budget with less left than this is used up: a round trip that brings nothing costs up to 1,200 bytes.
const ROUND_TRIP_BYTES: u64 = 1_500;

/// Which bytes of photos a sync sends. Drawn signatures always go: they belong to their records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Photos {
    /// All of them; on a metered link previews only.
    #[default]
    AsTheLinkAllows,
    /// All of them, on a metered link too: somebody asked for it.
    All,
    /// Previews, and photos that are no larger than one.
    PreviewsOnly,
    /// None.
    None,
}

/// Who carries the bytes of photos. Drawn signatures and previews always go with the sync.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Uploads {
    /// The sync itself.
    #[default]
    Here,
    /// The phone's own service for uploads, which goes on when the app does not run. The sync prepares each upload
    /// and names it in [`SyncSession::handed_over`](super::SyncSession::handed_over).
    HandOver,
}

/// The page a phone asks for while it begins, unless its app said otherwise. Whole documents pack to a fifth, and
/// the better the more of them share one stream: so it is still about a page of the usual size that travels.
const FIRST_PAGE_BYTES: u32 = 4 * PAGE_BYTES_DEFAULT;

/// What a sync may cost. It always makes one useful round trip, however small the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncBudget {
    /// About how many bytes of pages to ask for in one round trip.
    pub page_bytes: u32,
    /// Bytes up and down together, as [`SyncCounts`](super::SyncCounts) counts them. The sync may go past it by
    /// one edit or one document, which are not divided, and by what lost requests cost before the first answer.
    pub bytes: Option<u64>,
    /// Seconds from its start, by the clock that setting the time does not move. No request goes out later; one
    /// that is under way is for the app to give up.
    pub seconds: Option<u32>,
    /// Which bytes of photos to send.
    pub photos: Photos,
    /// The link costs by the byte: smaller pages, and no photos but previews unless they were asked for.
    pub metered: bool,
    /// Who carries the bytes of photos.
    pub uploads: Uploads,
}

impl Default for SyncBudget {
    fn default() -> Self {
        Self {
            page_bytes: PAGE_BYTES_DEFAULT,
            bytes: None,
            seconds: None,
            photos: Photos::default(),
            metered: false,
            uploads: Uploads::default(),
        }
    }
}

/// Why a sync ended before everything was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The bytes were used up.
    Bytes,
    /// The time was used up.
    Seconds,
}

impl SyncBudget {
    /// Whether bytes of this kind are sent.
    pub(super) const fn sends(&self, kind: PhotoKind) -> bool {
        let previews = match (self.photos, self.metered) {
            (Photos::All, _) | (Photos::AsTheLinkAllows, false) => false,
            (Photos::AsTheLinkAllows, true) | (Photos::PreviewsOnly, _) => true,
            (Photos::None, _) => return matches!(kind, PhotoKind::Strokes),
        };
        match kind {
            PhotoKind::Strokes | PhotoKind::Preview | PhotoKind::Small => true,
            PhotoKind::Original => !previews,
            PhotoKind::Fetched => false,
        }
    }

    /// What is used up after `spent` bytes since `started`.
    pub(super) fn used_up(&self, spent: u64, started: ClockReading, now: ClockReading) -> Option<Stop> {
        let elapsed_ms = if started.boot == now.boot {
            now.boot_ms.saturating_sub(started.boot_ms)
        } else {
            now.wall.millis_since(started.wall)
        };
        if self.bytes.is_some_and(|bytes| spent.saturating_add(ROUND_TRIP_BYTES) > bytes) {
            return Some(Stop::Bytes);
        }
        self.seconds.is_some_and(|seconds| elapsed_ms >= i64::from(seconds) * 1_000).then_some(Stop::Seconds)
    }

    /// The page to ask for after `spent` bytes. `begins`: whole documents are still to come.
    pub(super) fn page_bytes(&self, spent: u64, begins: bool) -> u32 {
        let wished = match self.page_bytes {
            page_bytes if self.metered => page_bytes.min(METERED_PAGE_BYTES_MAX),
            PAGE_BYTES_DEFAULT if begins => FIRST_PAGE_BYTES,
            page_bytes => page_bytes,
        };
        wished.min(u32::try_from(self.left(spent)).unwrap_or(u32::MAX)).max(PAGE_BYTES_MIN)
    }

    /// The most bytes of envelopes to push at once after `spent` bytes; one always goes.
    pub(super) fn push_bytes(&self, spent: u64) -> usize {
        PUSH_BYTES_TARGET.min(usize::try_from(self.left(spent)).unwrap_or(usize::MAX))
    }

    /// The most bytes of a photo to send in one request after `spent` bytes.
    pub(super) fn piece_bytes(&self, spent: u64) -> usize {
        PHOTO_CHUNK_BYTES.min(usize::try_from(self.left(spent)).unwrap_or(usize::MAX)).max(1)
    }

    /// What a request that is about to be made may still bring or take.
    fn left(&self, spent: u64) -> u64 {
        self.bytes.map_or(u64::MAX, |bytes| bytes.saturating_sub(spent).saturating_sub(ROUND_TRIP_BYTES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::ids::BootId;

    #[test]
    fn what_is_sent_follows_from_the_wish_and_the_link() {
        use PhotoKind::{Fetched, Original, Preview, Small, Strokes};
        let all = [Strokes, Preview, Small, Original, Fetched];
        #[rustfmt::skip]
        let table: [(Photos, bool, &[PhotoKind]); 8] = [
            (Photos::AsTheLinkAllows, false, &[Strokes, Preview, Small, Original]),
            (Photos::AsTheLinkAllows, true, &[Strokes, Preview, Small]),
            (Photos::All, false, &[Strokes, Preview, Small, Original]),
            (Photos::All, true, &[Strokes, Preview, Small, Original]),
            (Photos::PreviewsOnly, false, &[Strokes, Preview, Small]),
            (Photos::PreviewsOnly, true, &[Strokes, Preview, Small]),
            (Photos::None, false, &[Strokes]),
            (Photos::None, true, &[Strokes]),
        ];
        for (photos, metered, sent) in table {
            let budget = SyncBudget { photos, metered, ..SyncBudget::default() };
            let found: Vec<_> = all.into_iter().filter(|kind| budget.sends(*kind)).collect();
            assert_eq!(found, sent, "{photos:?}, metered {metered}");
        }
    }

    #[test]
    fn a_budget_ends_by_bytes_or_by_the_clock_that_cannot_be_set() {
        let at = |wall: i64, boot_ms: i64| ClockReading {
            wall: Timestamp::from_millis(wall),
            boot_ms,
            boot: BootId::from_bytes([1; 16]),
        };
        let budget = SyncBudget { bytes: Some(10_000), seconds: Some(30), ..SyncBudget::default() };
        for (spent, now, expected) in [
            (0, at(0, 0), None),
            (8_500, at(0, 29_999), None),
            (8_501, at(0, 0), Some(Stop::Bytes)),
            (u64::MAX, at(0, 0), Some(Stop::Bytes)),
            (0, at(0, 30_000), Some(Stop::Seconds)),
            (0, at(90_000_000, 5), None),
        ] {
            assert_eq!(budget.used_up(spent, at(0, 0), now), expected, "{spent} {now:?}");
        }
        assert_eq!(SyncBudget::default().used_up(u64::MAX, at(0, 0), at(i64::MAX, i64::MAX)), None);
    }

    #[test]
    fn what_is_asked_for_shrinks_with_what_is_left() {
        let budget = SyncBudget { bytes: Some(100_000), ..SyncBudget::default() };
        assert_eq!(
            (budget.page_bytes(0, true), budget.piece_bytes(0), budget.push_bytes(0)),
            (98_500, 98_500, 98_500)
        );
        assert_eq!((budget.page_bytes(99_000, false), budget.piece_bytes(99_000)), (PAGE_BYTES_MIN, 1));
        let free = SyncBudget::default();
        assert_eq!(
            (free.page_bytes(1 << 40, false), free.piece_bytes(1 << 40)),
            (PAGE_BYTES_DEFAULT, PHOTO_CHUNK_BYTES)
        );
        assert_eq!(SyncBudget { metered: true, ..free }.page_bytes(0, true), METERED_PAGE_BYTES_MAX);
    }
}
