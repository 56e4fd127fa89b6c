//! What a demonstration came to, for programs and for people.

use std::fmt;
use std::fmt::Write as _;

use serde::Serialize;

/// An edit that was refused, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusedEdit {
    /// Which command.
    pub command: String,
    /// What was asked for.
    pub what: String,
    /// Why, for programs.
    pub code: String,
    /// Why, for people.
    pub why: String,
}

/// One phone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PhoneReport {
    /// Whose.
    pub name: String,
    /// What they are.
    pub role: String,
    /// Edits made.
    pub edits: u32,
    /// Edits that the server took, those included that were already so when they arrived.
    pub accepted: u32,
    /// Edits that it did not.
    pub refused: u32,
    /// Of the accepted: how many it refused at first, so that the phone made them again.
    pub replayed: u32,
    /// Photos and drawn signatures taken.
    pub photos: u32,
    /// Of those, how many the server has confirmed.
    pub photos_sent: u32,
    /// Requests that were answered, from enrolment to the end.
    pub round_trips: u32,
    /// Bytes of HTTP that crossed the link, cut and repeated requests included.
    pub bytes_up: u64,
    /// See `bytes_up`.
    pub bytes_down: u64,
    /// Whether its clock jumped.
    pub clock_jumped: bool,
    /// Each refused edit.
    pub refusals: Vec<RefusedEdit>,
}

/// The server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ServerCounts {
    /// Cases, the imported ones included.
    pub cases: u64,
    /// Arrivals.
    pub arrivals: u64,
    /// Completions, the imported ones included.
    pub completions: u64,
    /// Askings for a signature that have ended.
    pub sign_offs: u64,
    /// Photos and drawn signatures whose bytes are here in full.
    pub photos: u64,
    /// How often it was started again after it had died.
    pub restarts: u32,
}

/// Fields that several people edited at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ParallelCounts {
    /// How many.
    pub made: u32,
    /// Of how many every value is still there, with its author, everywhere.
    pub kept: u32,
}

/// What the link and the plan did to everybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Faults {
    /// Connections that nobody answered.
    pub refused: u32,
    /// Requests that were lost or ended half way.
    pub requests_cut: u32,
    /// Replies that were lost or ended half way.
    pub replies_cut: u32,
    /// Sync requests that arrived twice.
    pub repeated: u32,
    /// Of those, how many the server knew for what they were.
    pub repeats_noticed: u32,
    /// Times the plan killed the server.
    pub server_kills: u32,
}

/// The sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ImportCounts {
    /// Rows read.
    pub read: u64,
    /// Cases made.
    pub created: u64,
    /// Rows rejected.
    pub rejected: u64,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// What everything was drawn from.
    pub seed: u64,
    /// Each phone.
    pub phones: Vec<PhoneReport>,
    /// The server.
    pub server: ServerCounts,
    /// Parallel edits.
    pub parallel_edits: ParallelCounts,
    /// Every phone holds exactly the documents that the server has for it, with the same heads.
    pub documents_equal: bool,
    /// The bytes of every photo at the server are the bytes that were taken.
    pub photos_equal: bool,
    /// `ok`, or what does not agree at the server.
    pub verify: String,
    /// How long it took.
    pub seconds: f64,
    /// What went wrong on the way.
    pub faults: Faults,
    /// The sample.
    pub import: ImportCounts,
    /// Where the data is.
    pub data: String,
    /// Everything that does not hold; empty if all is well.
    pub problems: Vec<String>,
}

impl Report {
    /// Whether everything that was promised holds.
    pub fn holds(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Bytes as people read them.
fn kib(bytes: u64) -> String {
    format!("{} KiB", bytes.div_ceil(1024))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(&mut text)?;
        f.write_str(text.trim_end())
    }
}

impl Report {
    fn write(&self, out: &mut String) -> fmt::Result {
        writeln!(
            out,
            "\n{:<14} {:<11} {:>5} {:>8} {:>7} {:>8} {:>6} {:>4} {:>6} {:>9} {:>9}",
            "phone",
            "role",
            "edits",
            "accepted",
            "refused",
            "replayed",
            "photos",
            "sent",
            "trips",
            "up",
            "down"
        )?;
        for phone in &self.phones {
            // A Chinese character takes two columns.
            let wide = phone.name.chars().filter(|char| !char.is_ascii()).count();
            let name = format!(
                "{}{}",
                phone.name,
                " ".repeat(14_usize.saturating_sub(phone.name.chars().count() + wide))
            );
            writeln!(
                out,
                "{name} {:<11} {:>5} {:>8} {:>7} {:>8} {:>6} {:>4} {:>6} {:>9} {:>9}{}",
                phone.role,
                phone.edits,
                phone.accepted,
                phone.refused,
                phone.replayed,
                phone.photos,
                phone.photos_sent,
                phone.round_trips,
                kib(phone.bytes_up),
                kib(phone.bytes_down),
                if phone.clock_jumped { "  clock jumped 3 h ahead" } else { "" },
            )?;
            for refusal in &phone.refusals {
                writeln!(out, "    refused: {} ({}): {}", refusal.what, refusal.code, refusal.why)?;
            }
        }
        let faults = &self.faults;
        writeln!(
            out,
            "\nthe link        {} connections refused, {} requests cut, {} replies cut, {} requests repeated ({} noticed)",
            faults.refused, faults.requests_cut, faults.replies_cut, faults.repeated, faults.repeats_noticed
        )?;
        let server = &self.server;
        writeln!(
            out,
            "the server      killed {} by plan, started again {}",
            times(faults.server_kills),
            times(server.restarts)
        )?;
        writeln!(
            out,
            "it now has      {} cases ({} imported), {} arrivals, {} completions, {} sign-offs, {} photos",
            server.cases,
            self.import.created,
            server.arrivals,
            server.completions,
            server.sign_offs,
            server.photos
        )?;
        let ParallelCounts { made, kept } = self.parallel_edits;
        writeln!(out, "parallel edits  {made} fields, {kept} with every value and its author kept")?;
        let yes = |holds: bool| if holds { "yes" } else { "NO" };
        writeln!(out, "documents equal {}", yes(self.documents_equal))?;
        writeln!(out, "photos equal    {}", yes(self.photos_equal))?;
        writeln!(out, "verify          {}", self.verify)?;
        for problem in &self.problems {
            writeln!(out, "problem         {problem}")?;
        }
        writeln!(out, "seed {}, {:.1} s, data in {}", self.seed, self.seconds, self.data)
    }
}

fn times(count: u32) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}
