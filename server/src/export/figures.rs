//! Measures for programs: the object that the API answers and `--format json` prints. Fields are added and never
//! renamed.

use serde::Serialize;
use utoipa::ToSchema;

use crate::projection::queries::measures::{
    self, Denominator, Measures, PartyLine, Period, Problem, SiteMeasures, Target,
};

/// Every figure of a period.
#[derive(Serialize, ToSchema)]
#[schema(as = Figures)]
pub struct Figures {
    #[schema(format = "date")]
    from: String,
    /// The day after the last.
    #[schema(format = "date")]
    to: String,
    sites: Vec<SiteFigures>,
    /// All estates as one; `null` if there is one.
    together: Option<Vec<Figure>>,
}

impl Figures {
    /// The figures that were found for a period.
    pub fn of(measures: &Measures, period: &Period) -> Self {
        Self {
            from: period.first().to_string(),
            to: period.end().to_string(),
            sites: measures.sites.iter().map(SiteFigures::from).collect(),
            together: measures.together.as_ref().map(|figures| figures.iter().map(Figure::from).collect()),
        }
    }
}

/// The same as a value.
pub fn as_json(measures: &Measures, period: &Period) -> serde_json::Value {
    // Texts and numbers only: there is nothing in it that JSON could not write.
    serde_json::to_value(Figures::of(measures, period)).unwrap_or_default()
}

/// The figures of one estate.
#[derive(Serialize, ToSchema)]
struct SiteFigures {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    /// Midnight where the estate lies.
    #[schema(format = "date-time")]
    from: String,
    #[schema(format = "date-time")]
    to: String,
    figures: Vec<Figure>,
    parties: Vec<PartyFigures>,
    problems: Vec<RecurringProblem>,
}

impl From<&SiteMeasures> for SiteFigures {
    fn from(site: &SiteMeasures) -> Self {
        Self {
            id: site.site.to_string(),
            name: site.name.clone(),
            from: site.from.to_string(),
            to: site.to.to_string(),
            figures: site.figures.iter().map(Figure::from).collect(),
            parties: site.parties.iter().map(PartyFigures::from).collect(),
            problems: site.problems.iter().map(RecurringProblem::from).collect(),
        }
    }
}

/// A title in both languages.
#[derive(Serialize, ToSchema)]
struct Title {
    zh: &'static str,
    en: &'static str,
}

/// One figure. What each means is in `docs/measures.md`.
#[derive(Serialize, ToSchema)]
struct Figure {
    name: &'static str,
    title: Title,
    /// In its unit; `null` if there is none, and `absent` says why.
    value: Option<f64>,
    unit: &'static str,
    numerator: i64,
    denominator: Option<i64>,
    /// `nothing to measure` or `not known`.
    absent: Option<&'static str>,
    target: Option<Aim>,
    target_met: Option<bool>,
}

impl From<&measures::Figure> for Figure {
    fn from(figure: &measures::Figure) -> Self {
        let (definition, value) = (figure.definition, figure.value());
        Self {
            name: definition.name,
            title: Title { zh: definition.zh, en: definition.en },
            value: value.ok(),
            unit: definition.unit.as_str(),
            numerator: figure.numerator,
            denominator: match figure.denominator {
                Denominator::Of(count) => Some(count),
                Denominator::None | Denominator::Unknown => None,
            },
            absent: value.err().map(|absent| absent.as_str()),
            target: definition.target.map(Aim::from),
            target_met: figure.meets_target(),
        }
    }
}

/// What is to be reached, in percent as the value is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Aim {
    AtLeast(f64),
    AtMost(f64),
}

impl From<Target> for Aim {
    fn from(target: Target) -> Self {
        #[allow(clippy::cast_precision_loss, reason = "targets are small numbers of thousandths")]
        let percent = |permille: i64| permille as f64 / 10.0;
        match target {
            Target::AtLeast(permille) => Self::AtLeast(percent(permille)),
            Target::AtMost(permille) => Self::AtMost(percent(permille)),
        }
    }
}

/// How an outside party answers.
#[derive(Serialize, ToSchema)]
struct PartyFigures {
    kind: String,
    name: String,
    open_cases: i64,
    replies: i64,
    /// On average; `null` if it gave no reply.
    reply_delay_s: Option<i64>,
    late: i64,
}

impl From<&PartyLine> for PartyFigures {
    fn from(party: &PartyLine) -> Self {
        Self {
            kind: party.kind.clone(),
            name: party.name.clone(),
            open_cases: party.open_cases,
            replies: party.replies,
            reply_delay_s: (party.replies > 0).then_some(party.reply_delay_s / party.replies.max(1)),
            late: party.late,
        }
    }
}

/// What comes up again and again at one place.
#[derive(Serialize, ToSchema)]
struct RecurringProblem {
    subject: String,
    place: String,
    cases: usize,
    /// Words that at least half of the reports share.
    words: Vec<String>,
    /// What the last review said to try.
    r#try: Option<String>,
}

impl From<&Problem> for RecurringProblem {
    fn from(problem: &Problem) -> Self {
        Self {
            subject: problem.subject.clone(),
            place: problem.place.clone(),
            cases: problem.cases,
            words: problem.words.clone(),
            r#try: problem.attempt.clone(),
        }
    }
}
