//! Delivers as many hostile changes as asked for to a real service, and goes on where it stopped.
//!
//! `cargo run --release -p roundsman-tests --bin hostile -- --count 1000000 [--ledger FILE] [--stretch 20000]`
//!
//! Each stretch of seeds runs on a server of its own in a process of its own, so that whoever watches notices an
//! abort, an input that takes longer than two seconds, and how much memory the process took at most. What did
//! harm is kept in `tests/fixtures/hostile/`, where an ordinary test delivers it ever after. Exits 1 then.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a runner tells a terminal how far it is")]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use roundsman_tests::hostile::hunt::{Counts, hunt};
use roundsman_tests::hostile::ledger::Ledger;

/// An input that takes more of a processor hangs. By the clock a busy machine would make anything hang.
const INPUT_MAX: Duration = Duration::from_secs(2);
/// Nothing takes so long: neither the beginning and end of a stretch nor 256 inputs.
const SILENCE_MAX: Duration = Duration::from_secs(300);
/// The most memory that the process with the service may take.
const MEMORY_KIB_MAX: u64 = 256 * 1024;

struct Asked {
    count: u64,
    ledger: PathBuf,
    stretch: u64,
}

fn asked(arguments: &[String]) -> Option<Asked> {
    let mut asked = Asked { count: 100_000, ledger: PathBuf::from("hostile.ledger"), stretch: 20_000 };
    for pair in arguments.chunks(2) {
        let [name, value] = pair else { return None };
        match name.as_str() {
            "--count" => asked.count = value.parse().ok()?,
            "--ledger" => asked.ledger = PathBuf::from(value),
            "--stretch" => asked.stretch = value.parse().ok().filter(|stretch| *stretch > 0)?,
            _ => return None,
        }
    }
    Some(asked)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [child, from, to, singly, change] = arguments.as_slice()
        && child == "--stretch-of"
        && let (Ok(from), Ok(to), Ok(singly)) = (from.parse(), to.parse(), singly.parse())
    {
        return play(from..to, singly, Path::new(change));
    }
    let Some(asked) = asked(&arguments) else {
        eprintln!("usage: hostile [--count COUNT] [--ledger FILE] [--stretch COUNT]");
        return ExitCode::from(2);
    };
    match watch(&asked) {
        Ok(ledger) => {
            println!("{} hostile changes, at most {} KiB of memory", ledger.next, ledger.peak_kib);
            ledger.counts.iter().for_each(|(outcome, count)| println!("{count:>10} {outcome}"));
            ExitCode::SUCCESS
        }
        Err(harm) => {
            println!("{harm}");
            ExitCode::FAILURE
        }
    }
}

/// The child: lives through a stretch and tells how far it is.
fn play(seeds: Range<u64>, singly: u64, change_at: &Path) -> ExitCode {
    let outcome = hunt(seeds, singly, &mut |seed, change| {
        if let Some(change) = change {
            // The parent picks it up should this be the last that is heard.
            let _ = std::fs::write(change_at, change);
        }
        println!("at {seed}");
    });
    match outcome {
        Ok(counts) => {
            let counts: Vec<_> = counts.iter().map(|(what, count)| format!("{what}={count}")).collect();
            println!("done {} {}", peak_kib(), counts.join(" "));
            ExitCode::SUCCESS
        }
        Err(harm) => {
            println!("harm {} {} {}", harm.seeds.start, harm.seeds.end, harm.what.replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// What became of a stretch.
enum Ended {
    Well {
        counts: Counts,
        peak_kib: u64,
        slow: Vec<u64>,
    },
    /// At these seeds, and how.
    Badly {
        seeds: Range<u64>,
        what: String,
    },
}

/// The parent: stretch after stretch until so many seeds are done.
fn watch(asked: &Asked) -> Result<Ledger, String> {
    let mut ledger = Ledger::open(&asked.ledger)?;
    let begun = Instant::now();
    let first = ledger.next;
    while ledger.next < asked.count {
        let seeds = ledger.next..(ledger.next + asked.stretch).min(asked.count);
        match stretch(seeds.clone(), u64::MAX)? {
            Ended::Well { counts, peak_kib, slow } => {
                for from in slow {
                    // 256 together may take so long; alone, each input shows how long it takes.
                    if let Ended::Badly { seeds, what } =
                        stretch(seeds.start..(from + 256).min(seeds.end), from)?
                    {
                        return Err(keep(&seeds, &what));
                    }
                }
                if peak_kib > MEMORY_KIB_MAX {
                    return Err(format!("seeds {seeds:?} took {peak_kib} KiB of memory"));
                }
                ledger.write(seeds, &counts, peak_kib)?;
            }
            Ended::Badly { seeds: at, what } => {
                eprintln!("seeds {at:?}: {what}; each of them alone:");
                let alone = stretch(seeds.start..at.end, at.start)?;
                return Err(match alone {
                    Ended::Badly { seeds, what } => keep(&seeds, &what),
                    Ended::Well { .. } => format!("seeds {at:?}, and not alone: {what}"),
                });
            }
        }
        let rate = (ledger.next - first) as f64 / begun.elapsed().as_secs_f64();
        eprintln!("{} of {}, {rate:.0} a second, {} KiB", ledger.next, asked.count, ledger.peak_kib);
    }
    Ok(ledger)
}

fn change_file() -> PathBuf {
    std::env::temp_dir().join(format!("hostile-{}.bin", std::process::id()))
}

/// Where the child says what it panics at. Most of it is Automerge's, caught and told by the counts.
fn panics_file() -> PathBuf {
    change_file().with_extension("panics")
}

/// The last panic of the child.
fn last_panic() -> String {
    let said = std::fs::read_to_string(panics_file()).unwrap_or_default();
    said.rfind("\nthread '").map_or_else(String::new, |at| said[at..].trim().replace('\n', " "))
}

/// Puts the last change where a test finds it.
fn keep(seeds: &Range<u64>, what: &str) -> String {
    let kept =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/hostile/seed-{}.bin", seeds.start));
    let copied = std::fs::copy(change_file(), &kept);
    format!("seed {}: {what}\nkept as {}: {copied:?}", seeds.start, kept.display())
}

/// One child.
fn stretch(seeds: Range<u64>, singly: u64) -> Result<Ended, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let panics = File::create(panics_file()).map_err(|error| error.to_string())?;
    let mut child = Command::new(program)
        .args(["--stretch-of", &seeds.start.to_string(), &seeds.end.to_string(), &singly.to_string()])
        .arg(change_file())
        .stdout(Stdio::piped())
        .stderr(panics)
        .spawn()
        .map_err(|error| error.to_string())?;
    let lines = listen(&mut child);
    let ended = follow(&seeds, singly, &lines, child.id());
    // Whether it went or hangs.
    let _ = child.kill();
    let _ = child.wait();
    ended
}

fn listen(child: &mut Child) -> Receiver<String> {
    let (heard, lines) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if heard.send(line).is_err() {
                    return;
                }
            }
        });
    }
    lines
}

/// The processor time that a process has taken; the kernel counts in hundredths of a second.
fn cpu(process: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // Behind the name, which is in brackets, user and system time are the 12th and 13th word.
    let words = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace();
    let hundredths: u64 = words.skip(11).take(2).filter_map(|word| word.parse::<u64>().ok()).sum();
    Duration::from_millis(hundredths * 10)
}

fn follow(seeds: &Range<u64>, singly: u64, lines: &Receiver<String>, process: u32) -> Result<Ended, String> {
    let (mut at, mut since, mut slow) = (None, Duration::ZERO, Vec::new());
    loop {
        let heard = lines.recv_timeout(SILENCE_MAX);
        let now = cpu(process);
        let took = now.saturating_sub(since);
        // Between the last input and the end everything is verified.
        if let (Some(at), Ok(line)) = (at, &heard)
            && line.starts_with("at ")
            && took > INPUT_MAX
        {
            if at >= singly {
                let what = format!("took {:.1} s", took.as_secs_f64());
                return Ok(Ended::Badly { seeds: at..at + 1, what });
            }
            slow.push(at);
        }
        since = now;
        let start = at.unwrap_or(seeds.start);
        let here = start..if start >= singly { start + 1 } else { (start + 256).min(seeds.end) };
        let Ok(line) = &heard else {
            let is_silent = heard == Err(mpsc::RecvTimeoutError::Timeout);
            let what = if is_silent { "the server hangs" } else { "the server is gone" };
            return Ok(Ended::Badly { seeds: here, what: format!("{what} {}", last_panic()) });
        };
        let mut words = line.split(' ');
        let number = |words: &mut std::str::Split<'_, char>| words.next().and_then(|word| word.parse().ok());
        match words.next() {
            Some("at") => at = number(&mut words),
            Some("harm") => {
                let (from, to) = (number(&mut words), number(&mut words));
                let seeds = from.zip(to).map_or(here, |(from, to)| from..to);
                return Ok(Ended::Badly { seeds, what: words.collect::<Vec<_>>().join(" ") });
            }
            Some("done") => {
                let peak_kib = number(&mut words).unwrap_or(u64::MAX);
                let pairs = words.filter_map(|pair| pair.split_once('='));
                let counts = pairs.filter_map(|(what, count)| Some((what.to_owned(), count.parse().ok()?)));
                return Ok(Ended::Well { counts: counts.collect(), peak_kib, slow });
            }
            _ => return Err(format!("the child said {line}")),
        }
    }
}
