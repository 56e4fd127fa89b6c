//! `roundsman report`

use std::io::{ErrorKind, Write};

use clap::{Args, Subcommand, ValueEnum};

use super::failure::Failure;
use super::output::Report;
use super::{Context, find};
use crate::app::App;
use crate::export::{ExportError, figures, measures as export};
use crate::projection::queries::measures::{
    Denominator, Figure, Measures, PartyLine, Period, Problem, Sort, Wanted, measures,
};

/// Where the explanation of a figure begins on its line, and how long a line gets.
const INDENT: usize = 16;
const LINE_CHARS: usize = 110;
/// Seconds of a day.
const DAY_S: i64 = 24 * 60 * 60;

/// What the office measures
#[derive(Subcommand)]
pub(super) enum ReportCommand {
    Month(Month),
}

impl ReportCommand {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        match self {
            Self::Month(month) => month.run(context),
        }
    }
}

/// Every figure of a month, with what it means
#[derive(Args)]
#[command(after_help = "Examples:
  roundsman report month 2026-10
  roundsman report month 2026-10 --site 'Green Garden' --flats 1200
  roundsman report month 2026-10 --format csv > october.csv

A month begins and ends at midnight where the estate lies. docs/measures.md has every formula. Without
--flats, 'cases per 100 flats' is not known.")]
pub(super) struct Month {
    /// The month, such as 2026-10
    #[arg(value_name = "YYYY-MM")]
    month: Period,
    /// Only this estate, by name or id
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
    /// How many flats the estate has
    #[arg(long, value_name = "N", requires = "site", value_parser = clap::value_parser!(u32).range(1..))]
    flats: Option<u32>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = FormatName::Text)]
    format: FormatName,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatName {
    Text,
    Csv,
    Json,
}

impl Month {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        if context.output.is_json() && self.format == FormatName::Csv {
            let message = "--json keeps standard output for one object; leave out --format csv";
            return Err(Failure::Usage(message.to_owned()));
        }
        let db = context.reader()?;
        let site = self.site.as_deref().map(|site| find::site(&db, site)).transpose()?;
        let site = site.map(|(site, _)| site);
        let wanted = Wanted { period: self.month, site, flats: self.flats, now: App::now() };
        let found = measures(&db, &wanted)?;
        let json = figures::as_json(&found, &self.month);
        match self.format {
            FormatName::Text => Ok(Report::new(json, text(&found, &self.month))),
            FormatName::Json => {
                let text = json.to_string();
                Ok(Report::new(json, text))
            }
            FormatName::Csv => {
                let mut bytes = Vec::new();
                export::write_csv(&found, &self.month, &mut bytes)?;
                let mut stdout = std::io::stdout().lock();
                match stdout.write_all(&bytes).and_then(|()| stdout.flush()) {
                    // Whoever reads has seen enough, as `head` does.
                    Err(source) if source.kind() != ErrorKind::BrokenPipe => {
                        Err(ExportError::Write { target: "-".to_owned(), source }.into())
                    }
                    Ok(()) | Err(_) => Ok(Report::silent()),
                }
            }
        }
    }
}

fn text(measures: &Measures, period: &Period) -> String {
    let mut lines = Vec::new();
    for site in &measures.sites {
        lines.push(format!("{}, {period}", plain(&site.name)));
        lines.push(format!("from {} until before {}", site.from, site.to));
        lines.push(String::new());
        lines.extend(site.figures.iter().flat_map(figure_lines));
        lines.extend(party_lines(&site.parties));
        lines.extend(problem_lines(&site.problems));
        lines.push(String::new());
    }
    if let Some(together) = &measures.together {
        lines.push(format!("All {} estates together, {period}", measures.sites.len()));
        lines.push(String::new());
        lines.extend(together.iter().map(headline));
    }
    lines.join("\n").trim_end().to_owned()
}

/// The value first, so that columns stand whatever script the name is in.
fn headline(figure: &Figure) -> String {
    let definition = figure.definition;
    let value = match figure.value() {
        Ok(value) => format!("{value}{}", definition.unit.sign()),
        Err(_) => "–".to_owned(),
    };
    let basis = match (figure.value(), figure.denominator, definition.sort) {
        (Err(absent), ..) => format!(" ({})", absent.as_str()),
        (Ok(_), Denominator::Of(count), Sort::Ratio) if definition.unit.counts() => {
            format!(" ({} of {count})", figure.numerator)
        }
        (Ok(_), Denominator::Of(count), _) => format!(" (over {count})"),
        (Ok(_), Denominator::None | Denominator::Unknown, _) => String::new(),
    };
    let target = match (definition.target, figure.meets_target()) {
        (Some(target), Some(true)) => format!("; target {target}: reached"),
        (Some(target), Some(false)) => format!("; target {target}: MISSED"),
        (Some(target), None) => format!("; target {target}"),
        (None, _) => String::new(),
    };
    format!("{value:>14}  {} · {}{basis}{target}", definition.en, definition.zh)
}

fn figure_lines(figure: &Figure) -> Vec<String> {
    let mut lines = vec![headline(figure)];
    let mut line = String::new();
    for word in figure.definition.words.split(' ') {
        if !line.is_empty() && INDENT + line.chars().count() + 1 + word.chars().count() > LINE_CHARS {
            lines.push(format!("{:INDENT$}{line}", ""));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(format!("{:INDENT$}{line}", ""));
    lines
}

fn party_lines(parties: &[PartyLine]) -> Vec<String> {
    let mut lines = Vec::new();
    if !parties.is_empty() {
        lines.extend([String::new(), "Outside parties · 外部单位".to_owned()]);
    }
    lines.extend(parties.iter().map(|party| {
        let answers = match party.reply_delay_s.checked_div(party.replies) {
            Some(mean_s) => {
                format!(
                    "{} answers after {}.{} d on average",
                    party.replies,
                    mean_s / DAY_S,
                    mean_s % DAY_S * 10 / DAY_S
                )
            }
            None => "no answer".to_owned(),
        };
        let name = plain(&party.name);
        format!("{:>14}  open; {answers}, {} late: {name} ({})", party.open_cases, party.late, party.kind)
    }));
    lines
}

fn problem_lines(problems: &[Problem]) -> Vec<String> {
    let mut lines = Vec::new();
    if !problems.is_empty() {
        lines.extend([String::new(), "Frequent problems · 高频问题".to_owned()]);
    }
    for problem in problems {
        let words =
            if problem.words.is_empty() { String::new() } else { format!(": {}", problem.words.join(", ")) };
        lines.push(format!(
            "{:>14}  cases of {} at {}{words}",
            problem.cases,
            plain(&problem.subject),
            plain(&problem.place)
        ));
        lines.extend(
            problem.attempt.as_deref().map(|attempt| format!("{:INDENT$}try: {}", "", plain(attempt))),
        );
    }
    lines
}

/// Text from outside on one line, without anything that a terminal would obey.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
