//! `roundsman export`

use std::io::ErrorKind;
use std::path::PathBuf;

use chrono::{DateTime, Days, NaiveDate, NaiveTime};
use clap::{Args, Subcommand, ValueEnum};
use roundsman_sync_core::clock::Timestamp;
use serde_json::json;

use super::failure::Failure;
use super::output::Report;
use super::{Context, find};
use crate::app::App;
use crate::export::{ExportError, ExportOptions, Format, Target, export_cases};
use crate::projection::queries::export::{CaseExport, ExportFilter};

/// Write what the office sees to a file
#[derive(Subcommand)]
pub(super) enum Export {
    Cases(Cases),
}

impl Export {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        match self {
            Self::Cases(cases) => cases.run(context),
        }
    }
}

/// Cases, one a row
#[derive(Args)]
#[command(after_help = "Examples:
  roundsman export cases --format xlsx -o cases.xlsx
  roundsman export cases --format csv --site 'Green Garden' --from 2025-03-01 --to 2025-03-31 -o march.csv
  roundsman export cases --format ndjson | head

--from and --to look at when a case was reported. A date is a day in UTC, the one of --to included; a
time such as 2025-03-31T08:00:00+08:00 is a moment, the one of --to not included.")]
pub(super) struct Cases {
    /// The form of the file
    #[arg(long, value_enum)]
    format: FormatName,
    /// Only this estate, by name or id
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
    /// Reported at this date or time or later
    #[arg(long, value_name = "DATE", value_parser = |text: &str| moment(text, Days::new(0)))]
    from: Option<Timestamp>,
    /// Reported until this date, or before this time
    #[arg(long, value_name = "DATE", value_parser = |text: &str| moment(text, Days::new(1)))]
    to: Option<Timestamp>,
    /// The file; standard output if not given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    Csv,
    Xlsx,
    Ndjson,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Csv => Self::Csv,
            FormatName::Xlsx => Self::Xlsx,
            FormatName::Ndjson => Self::Ndjson,
        }
    }
}

/// A date, `after` so many days, or a moment.
fn moment(text: &str, after: Days) -> Result<Timestamp, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(Timestamp::from_millis(time.timestamp_millis()));
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|day| day.checked_add_days(after));
    let day = day.ok_or("not a date such as 2025-03-31 or a time such as 2025-03-31T08:00:00Z")?;
    Ok(Timestamp::from_millis(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis()))
}

impl Cases {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        if self.output.is_none() && context.output.is_json() {
            let message = "--json keeps standard output for itself; say with -o where the cases go";
            return Err(Failure::Usage(message.to_owned()));
        }
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from >= to
        {
            return Err(Failure::Usage("--to is before --from".to_owned()));
        }
        let db = context.reader()?;
        let site = self.site.as_deref().map(|site| find::site(&db, site)).transpose()?;
        let filter = ExportFilter { site: site.map(|(site, _)| site), from: self.from, until: self.to };
        let mut export = CaseExport::new(&db, filter)?;
        let options = ExportOptions { zone: chrono_tz::UTC, now: App::now() };
        let mut progress = context.output.progress();
        let mut done = 0_u64;
        let rows = export.rows()?.inspect(|_| {
            done += 1;
            progress.show(|| format!("{done} cases"));
        });
        let mut stdout = std::io::stdout().lock();
        let target = match &self.output {
            Some(path) => Target::File(path),
            None => Target::Stream(&mut stdout),
        };
        let written = match export_cases(rows, self.format.into(), &options, target) {
            // Whoever reads has seen enough, as `head` does.
            Err(ExportError::Write { source, .. })
                if self.output.is_none() && source.kind() == ErrorKind::BrokenPipe =>
            {
                return Ok(Report::silent());
            }
            written => written?,
        };
        drop(progress);
        let text = match &self.output {
            Some(path) => format!("{written} cases in {}", path.display()),
            // Standard output is the export itself.
            None => String::new(),
        };
        let file = self.output.as_ref().map(|path| path.display().to_string());
        Ok(Report::new(json!({ "cases": written, "file": file }), text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_day_and_a_time_is_a_moment() {
        let at = |text: &str, days: u64| moment(text, Days::new(days)).map(|at| at.to_string());
        assert_eq!(at("2025-03-31", 0), Ok("2025-03-31T00:00:00.000Z".to_owned()));
        assert_eq!(at("2025-03-31", 1), Ok("2025-04-01T00:00:00.000Z".to_owned()));
        assert_eq!(at("2025-03-31T08:00:00+08:00", 1), Ok("2025-03-31T00:00:00.000Z".to_owned()));
        for wrong in ["", "31.3.2025", "2025-02-30", "yesterday"] {
            assert!(at(wrong, 0).is_err(), "{wrong}");
        }
    }
}
