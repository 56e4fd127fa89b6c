//! What has been tried so far: one line for each stretch of seeds that is done, with what became of them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::hunt::Counts;

/// A file to which lines are only added.
pub struct Ledger {
    path: PathBuf,
    /// Everything that is in it, added up.
    pub counts: Counts,
    /// The first seed that nobody has tried.
    pub next: u64,
    /// The most memory that a stretch took.
    pub peak_kib: u64,
}

impl Ledger {
    /// Reads a file, or begins one.
    ///
    /// # Errors
    /// If a line is not whole, does not go on where the one before it ended, or does not add up.
    pub fn open(path: &Path) -> Result<Self, String> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            read => read.map_err(|error| error.to_string())?,
        };
        let mut ledger = Self { path: path.to_owned(), counts: Counts::new(), next: 0, peak_kib: 0 };
        for (at, line) in (1..).zip(text.lines()) {
            ledger.add(line).ok_or_else(|| format!("line {at} of the ledger does not add up: {line}"))?;
        }
        Ok(ledger)
    }

    /// `FROM TO peak_kib=N outcome=count …`
    fn add(&mut self, line: &str) -> Option<()> {
        let mut words = line.split(' ');
        let (from, to) = (words.next()?.parse::<u64>().ok()?, words.next()?.parse::<u64>().ok()?);
        let peak = words.next()?.strip_prefix("peak_kib=")?.parse().ok()?;
        let mut sum = 0;
        for word in words {
            let (outcome, count) = word.split_once('=')?;
            let count: u64 = count.parse().ok()?;
            *self.counts.entry(outcome.to_owned()).or_default() += count;
            sum += count;
        }
        let adds_up = from == self.next && from.checked_add(sum) == Some(to);
        (self.next, self.peak_kib) = (to, self.peak_kib.max(peak));
        adds_up.then_some(())
    }

    /// Writes down a stretch that is done.
    ///
    /// # Errors
    /// If it does not go on where the last one ended, or the file cannot be written.
    pub fn write(&mut self, seeds: Range<u64>, counts: &Counts, peak_kib: u64) -> Result<(), String> {
        let mut line = format!("{} {} peak_kib={peak_kib}", seeds.start, seeds.end);
        for (outcome, count) in counts {
            write!(line, " {outcome}={count}").map_err(|error| error.to_string())?;
        }
        self.add(&line).ok_or("the stretch does not add up")?;
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&self.path);
        let written = file.and_then(|mut file| writeln!(file, "{line}").and_then(|()| file.sync_all()));
        written.map_err(|error| format!("{}: {error}", self.path.display()))
    }
}
