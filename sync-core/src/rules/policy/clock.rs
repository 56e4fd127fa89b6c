//! Reading one clock, and whether it makes sense.

use super::limit::Limit;
use super::reader::{Found, Mistakes, Span, Table, one_of};
use super::words::{ClockOf, Condition, KindOfTime, MomentWord, PauseReason};
use crate::model::EntryKind;

/// Entries that name a moment of their own: a promised day, a deadline, the day of a change.
const STATING: [EntryKind; 7] = [
    EntryKind::Waiting,
    EntryKind::PlanWritten,
    EntryKind::ProgressTold,
    EntryKind::Promised,
    EntryKind::DeadlineSet,
    EntryKind::ChangePlanned,
    EntryKind::SheetWritten,
];

/// How long something may take: one row of the table of clocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockRule {
    /// Its name in programs. Unique within a policy.
    pub id: String,
    /// Its name in Simplified Chinese.
    pub title_zh: String,
    /// Its name in English.
    pub title_en: String,
    /// Whose clock it is.
    pub of: ClockOf,
    /// Any of these starts it, unless it runs.
    pub from: Vec<MomentWord>,
    /// Any of these reaches its goal.
    pub to: Vec<MomentWord>,
    /// Any of these ends it for good, whether or not the goal was reached. Needed where it repeats.
    pub until: Vec<MomentWord>,
    /// How long it may take.
    pub limit: Limit,
    /// How long it should take.
    pub aim: Option<Limit>,
    /// Which time counts.
    pub time: KindOfTime,
    /// Recorded reasons for which it stands still.
    pub pauses: Vec<PauseReason>,
    /// Reaching the goal starts it again, until one of `until` happens.
    pub repeat: bool,
    /// The limit lies that long *before* the moment that the starting entry names.
    pub before: bool,
    /// A goal reached before the start counts: emergency work begins before its order is written.
    pub early: bool,
    /// An agreed window of time takes the place of the limit.
    pub appointment: bool,
    /// It applies if one of these holds; always if there is none.
    pub when: Vec<Condition>,
    /// It does not apply if one of these holds.
    pub unless: Vec<Condition>,
    /// No program sees it begin or end; it is kept for people to read.
    pub text_only: bool,
    /// Where the figure comes from.
    pub source: String,
}

const KEYS: [&str; 18] = [
    "id",
    "title",
    "of",
    "from",
    "to",
    "until",
    "limit",
    "aim",
    "time",
    "pauses",
    "repeat",
    "before",
    "early",
    "appointment",
    "when",
    "unless",
    "text_only",
    "source",
];

impl ClockRule {
    /// A clock of which only the name is known.
    pub(super) fn blank(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            title_zh: String::new(),
            title_en: String::new(),
            of: ClockOf::Case,
            from: Vec::new(),
            to: Vec::new(),
            until: Vec::new(),
            limit: Limit::AsStated,
            aim: None,
            time: KindOfTime::AroundTheClock,
            pauses: Vec::new(),
            repeat: false,
            before: false,
            early: false,
            appointment: false,
            when: Vec::new(),
            unless: Vec::new(),
            text_only: false,
            source: String::new(),
        }
    }

    /// Reads a clock's table over what stands. `new`: nothing stands yet, so what must be said is asked for.
    pub(super) fn read(&mut self, table: &Table<'_>, new: bool, mistakes: &mut Mistakes<'_>) {
        let mut keys = KEYS.to_vec();
        keys.push("off");
        table.only(&keys, mistakes);
        self.read_title(table, mistakes);
        let mut flag = |key: &str, field: &mut bool| {
            if let Some(found) = table.truth(key, mistakes) {
                *field = found.value;
            }
        };
        flag("repeat", &mut self.repeat);
        flag("before", &mut self.before);
        flag("early", &mut self.early);
        flag("appointment", &mut self.appointment);
        flag("text_only", &mut self.text_only);
        if let Some(of) = table.word("of", mistakes, |text| one_of(&ClockOf::ALL, text)) {
            self.of = of.value;
        }
        let mut moments = |key: &str, field: &mut Vec<MomentWord>| {
            if let Some(found) = table.words(key, mistakes, MomentWord::parse) {
                *field = found.value;
            }
        };
        moments("from", &mut self.from);
        moments("to", &mut self.to);
        moments("until", &mut self.until);
        let text_only = self.text_only;
        let limit = table.word("limit", mistakes, |text| match text_only {
            true => Ok(Limit::Text(text.to_owned())),
            false => Limit::parse(text),
        });
        if let Some(limit) = limit {
            self.limit = limit.value;
            // Days of work are counted by the calendar, so nobody need say so.
            if matches!(self.limit, Limit::WorkingDays(_)) {
                self.time = KindOfTime::WorkingHours;
            }
        }
        if let Some(aim) = table.word("aim", mistakes, Limit::parse) {
            self.aim = Some(aim.value);
        }
        if let Some(time) = table.word("time", mistakes, |text| one_of(&KindOfTime::ALL, text)) {
            self.time = time.value;
        }
        let reasons = PauseReason::ALL.map(|reason| (reason.as_str(), reason));
        if let Some(pauses) = table.words("pauses", mistakes, |text| one_of(&reasons, text)) {
            self.pauses = pauses.value;
        }
        for (key, field) in [("when", &mut self.when), ("unless", &mut self.unless)] {
            if let Some(tables) = table.one_or_more(key, mistakes) {
                *field = tables.iter().map(|table| read_condition(table, mistakes)).collect();
            }
        }
        if let Some(source) = table.text("source", mistakes) {
            source.value.clone_into(&mut self.source);
        }
        if new {
            let sources = if self.source.is_empty() { "the company" } else { &self.source };
            self.source = sources.to_owned();
            self.ask_for_what_is_missing(table, mistakes);
        }
    }

    fn read_title(&mut self, table: &Table<'_>, mistakes: &mut Mistakes<'_>) {
        let Some(title) = table.table("title", mistakes) else { return };
        title.only(&["zh", "en"], mistakes);
        if let Some(zh) = title.text("zh", mistakes) {
            zh.value.clone_into(&mut self.title_zh);
        }
        if let Some(en) = title.text("en", mistakes) {
            en.value.clone_into(&mut self.title_en);
        }
    }

    fn ask_for_what_is_missing(&self, table: &Table<'_>, mistakes: &mut Mistakes<'_>) {
        let id = &self.id;
        let mut ask = |key: &str, why: &str| {
            if table.keys().all(|(known, _)| known != key) {
                mistakes.add(&table.at, format!("the new clock '{id}' has no '{key}': {why}"));
            }
        };
        ask("title", "its name in zh and en");
        ask("of", "case, order, sheet or site");
        ask("limit", "how long it may take");
        if !self.text_only {
            ask("from", "what starts it");
            if self.of != ClockOf::Site {
                ask("to", "what reaches its goal");
            }
        }
    }

    /// Whether what the clock says goes together. `at` is where it was said last.
    pub(super) fn check(&self, at: &Span, mistakes: &mut Mistakes<'_>) {
        let id = &self.id;
        let mut wrong = |reason: &str| mistakes.add(at, format!("clock '{id}': {reason}"));
        if self.text_only {
            if !(self.from.is_empty() && self.to.is_empty() && self.until.is_empty()) {
                wrong("with text_only, nothing can start or end it");
            }
            return;
        }
        let both = |one: &[MomentWord], other: &[MomentWord]| one.iter().any(|word| other.contains(word));
        if !self.repeat && both(&self.from, &self.to) {
            wrong("'from' and 'to' name the same moment, so it would end as it begins");
        }
        if both(&self.from, &self.until) {
            wrong("'from' and 'until' name the same moment, so it would end as it begins");
        }
        if self.from.is_empty() {
            wrong("'from' is empty");
        }
        let of_site = |word: &MomentWord| matches!(word, MomentWord::Day | MomentWord::MonthEnd);
        if self.of == ClockOf::Site {
            if !self.from.iter().all(of_site) || !self.to.is_empty() || !self.until.is_empty() {
                wrong("a clock of the site starts by 'day' or 'month_end', and nothing ends it");
            }
        } else {
            if self.from.iter().chain(&self.to).chain(&self.until).any(of_site) {
                wrong("'day' and 'month_end' are for clocks of the site");
            }
            if self.to.is_empty() {
                wrong("'to' is empty");
            }
            if self.repeat && self.until.is_empty() {
                wrong("what repeats needs 'until', or it would never end");
            }
        }
        if self.appointment && self.of != ClockOf::Order {
            wrong("appointments are made for orders");
        }
        self.check_limit(&mut wrong);
    }

    fn check_limit(&self, wrong: &mut impl FnMut(&str)) {
        let states = |word: &MomentWord| matches!(word, MomentWord::Entry(kind, _) if STATING.contains(kind));
        match (&self.limit, self.time) {
            (Limit::WorkingDays(_), KindOfTime::AroundTheClock) => {
                wrong("working days (wd) do not run around the clock");
            }
            (Limit::Days(_), KindOfTime::WorkingHours) => {
                wrong("in working hours, write working days (wd) or hours (h) instead of days (d)");
            }
            (Limit::AsStated, _) if !self.from.iter().all(states) => {
                wrong("no moment is stated by what starts it, so the limit cannot be as_stated");
            }
            (Limit::Text(_), _) => wrong("a limit in words needs text_only = true"),
            (
                Limit::Minutes(_)
                | Limit::Days(_)
                | Limit::WorkingDays(_)
                | Limit::EndOfDay(_)
                | Limit::Next(_)
                | Limit::DayOfNextMonth(_)
                | Limit::AsStated,
                _,
            ) => {}
        }
        let plain = self.limit.length_ms().is_some() && self.time == KindOfTime::AroundTheClock;
        if self.before && !(plain && self.from.iter().all(states)) {
            wrong("'before' needs a limit in m, h or d around the clock, and a start that states a moment");
        }
        if !self.pauses.is_empty() && self.limit.length_ms().is_none() {
            wrong("only a limit in m, h or d can pause");
        }
        if let Some(aim) = &self.aim {
            match (aim.length_ms(), self.limit.length_ms()) {
                (Some(aim), Some(limit)) if aim < limit => {}
                (Some(_), Some(_)) => wrong("the aim is not shorter than the limit"),
                (Some(_) | None, Some(_) | None) => wrong("aim and limit must both be in m, h or d"),
            }
        }
    }
}

fn read_condition(table: &Table<'_>, mistakes: &mut Mistakes<'_>) -> Condition {
    const KEYS: [&str; 10] = [
        "kind",
        "channel",
        "urgency",
        "nature",
        "subject",
        "order_kind",
        "liability",
        "department",
        "party",
        "night",
    ];
    table.only(&KEYS, mistakes);
    if table.keys().next().is_none() {
        mistakes.add(&table.at, "an empty condition: leave it out");
    }
    Condition {
        kind: listed(table, "kind", mistakes),
        channel: listed(table, "channel", mistakes),
        urgency: listed(table, "urgency", mistakes),
        nature: listed(table, "nature", mistakes),
        subject: value_of(table.words("subject", mistakes, subject_path)),
        order_kind: listed(table, "order_kind", mistakes),
        liability: listed(table, "liability", mistakes),
        department: listed(table, "department", mistakes),
        party: table.truth("party", mistakes).map(|found| found.value),
        night: table.truth("night", mistakes).map(|found| found.value),
    }
}

/// A list of words of the vocabulary.
fn listed<T: std::str::FromStr<Err = String> + PartialEq>(
    table: &Table<'_>,
    key: &str,
    mistakes: &mut Mistakes<'_>,
) -> Vec<T> {
    value_of(table.words(key, mistakes, str::parse))
}

fn value_of<T>(found: Option<Found<Vec<T>>>) -> Vec<T> {
    found.map(|found| found.value).unwrap_or_default()
}

/// A path of one or more parts of small letters, digits and underscores: `equipment/lift`.
pub(super) fn subject_path(text: &str) -> Result<String, String> {
    const PARTS_MAX: usize = 4;
    let sound = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    if text.split('/').all(sound) && text.split('/').count() <= PARTS_MAX {
        return Ok(text.to_owned());
    }
    Err(format!(
        "'{text}' is no subject path: 1 to {PARTS_MAX} parts of a-z, 0-9 and _, such as equipment/lift"
    ))
}
