//! When packets may cross, as mahimahi writes it down: one millisecond a line, one packet of 1,500 bytes each,
//! and from the beginning again after the last.

use std::path::Path;

use crate::bench::BenchError;

/// A trace longer than this is none: the longest of the named ones has 2 million lines in 15 minutes.
const OPPORTUNITIES_MAX: usize = 20_000_000;

/// One direction of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Rising, within one period, none empty.
    at_ms: Vec<u64>,
    /// When it begins again.
    period_ms: u64,
}

impl Trace {
    /// A link on which a packet crosses each millisecond.
    pub fn perfect() -> Self {
        Self { at_ms: vec![1], period_ms: 1 }
    }

    /// Reads the lines of a trace.
    ///
    /// # Errors
    /// If a line is no number, they do not rise, or there is none past 0.
    pub fn parse(text: &str) -> Result<Self, BenchError> {
        let mut at_ms = Vec::new();
        for (line, number) in (1..).zip(text.lines().map(str::trim)) {
            let at: u64 = number.parse().map_err(|_| wrong(line, "is no number of milliseconds"))?;
            if at_ms.last().is_some_and(|last| *last > at) {
                return Err(wrong(line, "goes back in time"));
            }
            if at_ms.len() == OPPORTUNITIES_MAX {
                return Err(wrong(line, "is one too many"));
            }
            at_ms.push(at);
        }
        match at_ms.last() {
            Some(&period_ms) if period_ms > 0 => Ok(Self { at_ms, period_ms }),
            Some(_) | None => Err(wrong(at_ms.len(), "is the last, and no time has passed")),
        }
    }

    /// Where the longest gaps of one round begin, the longest first.
    pub fn gaps(&self, count: usize) -> Vec<u64> {
        let mut gaps: Vec<_> =
            self.at_ms.windows(2).map(|two| (std::cmp::Reverse(two[1] - two[0]), two[0])).collect();
        gaps.sort_unstable();
        gaps.into_iter().take(count).map(|(_, from_ms)| from_ms).collect()
    }

    /// Reads a trace from a file, packed by zstd if its name ends so.
    ///
    /// # Errors
    /// If the file cannot be read, or see [`Trace::parse`].
    pub fn read(path: &Path) -> Result<Self, BenchError> {
        let failed = |source| BenchError::Io { what: format!("reading {}", path.display()), source };
        let file = std::fs::File::open(path).map_err(failed)?;
        let packed = path.extension().is_some_and(|ending| ending == "zst");
        let text = if packed {
            zstd::decode_all(file).map_err(failed)?
        } else {
            std::fs::read(path).map_err(failed)?
        };
        Self::parse(&String::from_utf8_lossy(&text))
    }
}

fn wrong(line: impl std::fmt::Display, what: &str) -> BenchError {
    BenchError::Server(format!("line {line} of the trace {what}"))
}

/// A trace being replayed. Each opportunity is used once.
#[derive(Clone, Debug)]
pub(super) struct Direction {
    trace: Trace,
    /// How often the trace has run through.
    round: u64,
    /// The next opportunity in this round.
    next: usize,
}

impl Direction {
    pub(super) fn new(trace: Trace) -> Self {
        Self { trace, round: 0, next: 0 }
    }

    /// Lets one packet that is ready at `from_ms` cross, if it can by `until_ms`. Gives the moment.
    pub(super) fn cross(&mut self, from_ms: u64, until_ms: u64) -> Option<u64> {
        let period_ms = self.trace.period_ms;
        // The last moment of a round is its own end, not the beginning of the next.
        let round = from_ms.saturating_sub(1) / period_ms;
        let within_ms = from_ms - round * period_ms;
        let place = self.trace.at_ms.partition_point(|at| *at < within_ms);
        if (round, place) > (self.round, self.next) {
            (self.round, self.next) = (round, place);
        }
        if self.next == self.trace.at_ms.len() {
            (self.round, self.next) = (self.round + 1, 0);
        }
        let at_ms = self.round * period_ms + self.trace.at_ms.get(self.next)?;
        if at_ms > until_ms {
            return None;
        }
        self.next += 1;
        Some(at_ms.max(from_ms))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn packets_cross_one_at_each_moment_of_the_trace_which_begins_again() {
        let mut way = Direction::new(Trace::parse("2\n2\n5\n10\n").unwrap());
        let taken: Vec<_> = (0..7).map(|_| way.cross(0, 1_000).unwrap()).collect();
        assert_eq!(taken, [2, 2, 5, 10, 12, 12, 15]);
        assert_eq!(way.cross(31, 1_000), Some(32));
        assert_eq!(way.cross(33, 34), None, "nothing crosses in time, and nothing is used up");
        assert_eq!(way.cross(33, 35), Some(35));
        let mut perfect = Direction::new(Trace::perfect());
        assert_eq!([perfect.cross(7, 99), perfect.cross(7, 99)], [Some(7), Some(8)]);
    }

    #[test]
    fn the_longest_gaps_are_known_by_where_they_begin() {
        let trace = Trace::parse("1\n2\n9\n10\n14\n").unwrap();
        assert_eq!((trace.gaps(2), Trace::perfect().gaps(2)), (vec![2, 10], vec![]));
    }

    #[test]
    fn a_trace_that_makes_no_sense_is_refused_with_its_line() {
        for (text, line) in [("", "0"), ("0\n", "1"), ("1\nx\n", "2"), ("5\n4\n", "2"), ("1\n\n2\n", "2")] {
            let refused = Trace::parse(text).unwrap_err().to_string();
            assert!(refused.starts_with(&format!("line {line} ")), "{text:?}: {refused}");
        }
    }
}
