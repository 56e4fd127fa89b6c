//! `roundsman round`

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::model::RoundKind;
use roundsman_sync_core::rules::rounds::{Coverage, Punctuality};
use serde_json::json;

use super::failure::Failure;
use super::output::Report;
use super::{Context, find};
use crate::app::App;
use crate::projection::queries::{
    PointDetails, ResultDetails, RoundDetails, RoundLine, RoundQuery, due_rounds_for_operator,
    round_for_operator, rounds_for_operator,
};

/// Rounds
#[derive(Subcommand)]
pub(super) enum RoundCommand {
    List(List),
    Show(Show),
    Due(Due),
}

impl RoundCommand {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        match self {
            Self::List(list) => list.run(context),
            Self::Show(show) => show.run(context),
            Self::Due(due) => due.run(context),
        }
    }
}

/// List rounds, the last changed first
#[derive(Args)]
#[command(after_help = "Examples:
  roundsman round list
  roundsman round list --site 'Green Garden' --kind fire_round --limit 200

Times are in UTC.")]
pub(super) struct List {
    /// Only of this estate, by name or id
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
    /// Only guard_round, equipment_round, fire_round or quality_round
    #[arg(long, value_name = "KIND")]
    kind: Option<RoundKind>,
    /// Only those this person walked on, by name or id
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
    /// How many at most, up to 200
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=200))]
    limit: u16,
}

impl List {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        let db = context.reader()?;
        let query = RoundQuery {
            site: self.site.map(|site| find::site(&db, &site)).transpose()?.map(|(site, _)| site),
            kind: self.kind,
            person: self.person.map(|person| find::person(&db, &person)).transpose()?.map(|(id, _)| id),
            limit: self.limit,
            ..RoundQuery::default()
        };
        let page = rounds_for_operator(&db, &query, App::now())?;
        let text: Vec<_> = page.rows.iter().map(line_text).collect();
        let text = if text.is_empty() { "no rounds".to_owned() } else { text.join("\n") };
        let rounds: Vec<_> = page.rows.iter().map(line_json).collect();
        Ok(Report::new(json!({ "rounds": rounds }), text))
    }
}

/// Show a round: what became of each of its points
#[derive(Args)]
#[command(after_help = "Example:
  roundsman round show 01890a5d-ac96-774b-bcce-b302099a8057

Times are in UTC: when people claim to have been there, corrected by what their phone knew of the server's clock.")]
pub(super) struct Show {
    /// Its id, as `round list` shows it
    #[arg(value_name = "ID")]
    id: String,
}

impl Show {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        let nothing = || Failure::NotFound(format!("there is no round '{}'", self.id));
        let id = self.id.parse().map_err(|_| nothing())?;
        let round = round_for_operator(&context.reader()?, id, App::now())?.ok_or_else(nothing)?;
        let mut object = line_json(&round.line);
        object["note"] = json!(round.note);
        object["coverage"] = json!(round.points.iter().map(point_json).collect::<Vec<_>>());
        let hurries: Vec<_> = round
            .hurries
            .iter()
            .map(|hurry| json!({ "person": hurry.by.name, "apart_ms": hurry.apart_ms }))
            .collect();
        object["hurries"] = json!(hurries);
        Ok(Report::new(object, text(&round)))
    }
}

/// List what the schedules of an estate ask for on a day, and what became of it
#[derive(Args)]
#[command(after_help = "Example:
  roundsman round due --site 'Green Garden' --date 2026-11-21

The day is one of the estate; times are in UTC. Schedules are read as they now stand.")]
pub(super) struct Due {
    /// The estate, by name or id
    #[arg(long, value_name = "SITE")]
    site: String,
    /// The day
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: NaiveDate,
}

impl Due {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        let db = context.reader()?;
        let (site, _) = find::site(&db, &self.site)?;
        let lines = due_rounds_for_operator(&db, site, self.date, App::now())?;
        let text: Vec<_> = lines
            .iter()
            .map(|line| format!("{}  {:<7} {} {}", line.due.at, line.state.as_str(), line.kind, line.name))
            .collect();
        let text = if text.is_empty() { "nothing is due".to_owned() } else { text.join("\n") };
        let due: Vec<_> = lines
            .iter()
            .map(|line| {
                json!({
                    "route": line.name,
                    "kind": line.kind.as_str(),
                    "at": line.due.at.to_string(),
                    "state": line.state.as_str(),
                    "rounds": line.rounds.iter().map(ToString::to_string).collect::<Vec<_>>(),
                })
            })
            .collect();
        Ok(Report::new(json!({ "due": due }), text))
    }
}

fn shown(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| at.to_string())
}

fn line_text(round: &RoundLine) -> String {
    let points = round.points;
    let mut text = format!(
        "{}  {:<24}  {} {} by {}, {}: {} of {} points",
        round.id,
        shown(round.started),
        round.kind.as_deref().unwrap_or("round"),
        round.name,
        round.person.as_ref().map_or("-", |person| person.name.as_str()),
        if round.finished.is_some() { "finished" } else { "not finished" },
        points.visited,
        points.all,
    );
    let remarks = [
        (points.skipped, "skipped"),
        (points.missed, "missed"),
        (points.late, "outside the tolerance"),
        (points.unreadable, "unreadable"),
        (points.abnormal, "abnormal"),
        (round.hurried, "too fast"),
    ];
    for (count, what) in remarks {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    text
}

fn line_json(round: &RoundLine) -> serde_json::Value {
    let points = round.points;
    json!({
        "id": round.id.to_string(),
        "site": round.site_name,
        "kind": round.kind,
        "name": round.name,
        "case": round.case.as_ref().map(|(case, number)| json!({ "id": case.to_string(), "number": number })),
        "person": round.person.as_ref().map(|person| person.name.clone()),
        "started_at": round.started.map(|at| at.to_string()),
        "finished_at": round.finished.map(|at| at.to_string()),
        "due_at": round.due.map(|due| due.at.to_string()),
        "points": {
            "all": points.all, "visited": points.visited, "skipped": points.skipped, "missed": points.missed,
            "late": points.late, "unreadable": points.unreadable, "abnormal": points.abnormal,
        },
        "hurried": round.hurried,
    })
}

fn point_json(point: &PointDetails) -> serde_json::Value {
    json!({
        "name": point.name,
        "state": point.coverage.as_str(),
        "punctuality": punctuality(point).map(Punctuality::as_str),
        "unreadable": point.unreadable,
        "abnormal": point.abnormal,
        "results": point.results.len(),
    })
}

const fn punctuality(point: &PointDetails) -> Option<Punctuality> {
    match point.coverage {
        Coverage::Visited { punctuality, .. } => Some(punctuality),
        Coverage::Skipped { .. } | Coverage::Missed | Coverage::Open => None,
    }
}

fn text(round: &RoundDetails) -> String {
    let line = &round.line;
    let mut lines = vec![line_text(line)];
    if let Some(due) = line.due {
        lines.push(format!("  due {}, between {} and {}", due.at, due.from, due.to));
    }
    if let Some((case, number)) = &line.case {
        lines.push(format!("  for case {}", number.clone().unwrap_or_else(|| case.to_string())));
    }
    for point in &round.points {
        let mut remark = point.coverage.as_str().to_owned();
        match punctuality(point) {
            Some(Punctuality::Early(ms)) => remark.push_str(&format!(", {} min too early", ms / 60_000)),
            Some(Punctuality::Late(ms)) => remark.push_str(&format!(", {} min late", ms / 60_000)),
            Some(Punctuality::InTime | Punctuality::NotScheduled) | None => {}
        }
        lines.push(format!("  {}: {remark}", point.name));
        lines.extend(point.results.iter().flat_map(result_lines));
    }
    for hurry in &round.hurries {
        lines.push(format!("  too fast: {} was at two points within {} ms", hurry.by.name, hurry.apart_ms));
    }
    if !round.note.is_empty() {
        lines.push(format!("  {}", round.note));
    }
    lines.join("\n")
}

fn result_lines(result: &ResultDetails) -> Vec<String> {
    let reason = result.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    let mut lines = vec![format!(
        "    {}  {}{reason} by {}  {}",
        result.happened, result.reading, result.by.name, result.note
    )];
    for answer in &result.answers {
        let unit = answer.unit.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
        let mark = if answer.out_of_order { "  ← out of order" } else { "" };
        lines.push(format!("      {}: {}{unit}{mark}", answer.title, answer.value));
    }
    if let Some((case, number)) = &result.case {
        lines.push(format!("      → case {}", number.clone().unwrap_or_else(|| case.to_string())));
    }
    lines
}
