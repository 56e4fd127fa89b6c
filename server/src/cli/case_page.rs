//! A case as a terminal shows it, for somebody who knows the procedure.

use chrono_tz::Tz;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::OrderId;
use roundsman_sync_core::rules::clocks::ClockState;
use roundsman_sync_core::rules::{Contradiction, Side};

use crate::console::{Lang, Text, Vocabulary, Words};
use crate::projection::queries::case_show::{CaseShown, Event, OrderShown};
use crate::projection::queries::standing::{ClockLine, Standing};
use crate::told::{Telling, told};

/// Clocks differ by seconds on any day, and sync takes a while; only more than this is worth a line.
const WORTH_A_LINE_MS: i64 = 2 * 60 * 1000;

/// How far the lines below an event stand to the right: under what happened.
const BELOW: &str = "\n                  ";

/// What is shown, and how.
pub(super) struct CasePage<'a> {
    pub(super) lang: Lang,
    pub(super) zone: Tz,
    pub(super) case: &'a CaseShown,
    pub(super) standing: &'a Standing,
}

/// Text from outside, on one line, with nothing in it that steers a terminal.
fn line(text: &str) -> String {
    Text::from(text).to_string().lines().collect::<Vec<_>>().join(" / ")
}

impl CasePage<'_> {
    /// The whole page.
    pub(super) fn text(&self, id: &str) -> String {
        let mut text = format!("{}  {id}", self.case.number);
        for (title, lines) in self.sections() {
            text.push_str(&format!("\n\n{title}"));
            for line in lines.lines() {
                text.push_str("\n  ");
                text.push_str(line);
            }
        }
        text
    }

    /// Title and lines of each part, in the order of the page.
    fn sections(&self) -> Vec<(String, String)> {
        let mut sections = vec![(self.words().get("case-about"), self.head().join("\n"))];
        if !self.case.orders.is_empty() {
            let orders = self.case.orders.iter().enumerate().map(|(at, order)| self.order(at + 1, order));
            sections.push((self.words().get("case-orders"), orders.collect::<Vec<_>>().join("\n")));
        }
        sections.push((self.words().get("standing"), self.standing().join("\n")));
        let clocks: Vec<_> = self.standing.clocks.iter().map(|line| self.clock(line)).collect();
        if !clocks.is_empty() {
            sections.push((self.words().get("standing-clocks"), clocks.join("\n")));
        }
        let contradicts = self.contradictions();
        if !contradicts.is_empty() {
            sections.push((self.words().get("standing-contradictions"), contradicts.join("\n")));
        }
        if !self.case.parallel.is_empty() {
            let edits = self.case.parallel.iter().map(|(field, values)| {
                let values: Vec<_> = values.iter().map(|value| line(value)).collect();
                format!("{field}: {}", values.join(" | "))
            });
            sections.push((self.words().get("parallel-edit"), edits.collect::<Vec<_>>().join("\n")));
        }
        if self.case.photos.named > 0 {
            sections.push((self.words().get("case-photos"), self.photos().join("\n")));
        }
        let mut events: Vec<_> = self.case.timeline.iter().collect();
        // The sort is stable, so what happened in the same moment stays in stamp order.
        events.sort_by_key(|event| event.happened_at);
        let events: Vec<_> = events.into_iter().map(|event| self.event(event)).collect();
        sections.push((self.words().get("case-timeline"), events.join("\n")));
        sections
    }

    /// Whether all photos are here, and who still has which.
    fn photos(&self) -> Vec<String> {
        let (words, photos) = (self.words(), &self.case.photos);
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        if photos.is_complete() {
            return vec![words.count("case-photos-complete", &number(photos.named))];
        }
        let owed = photos.owed.iter().map(|photo| {
            let phone = photo.device.as_deref().map(|device| format!(" · {}", line(device)));
            let since = self.telling().time(photo.received);
            let (size, short) = (words.bytes(&photo.size), photo.hash.to_string());
            let holder = format!("{}{}", line(&photo.holder.name), phone.unwrap_or_default());
            format!("{}  {size}  {} {holder}  {since}", &short[..12], words.get("photo-on-phone"))
        });
        std::iter::once(words.count("case-photos-owed", &number(photos.owed.len()))).chain(owed).collect()
    }

    fn words(&self) -> &'static Words {
        self.lang.words()
    }

    fn telling(&self) -> Telling<'_> {
        Telling { lang: self.lang, zone: self.zone, mentions: &self.case.mentions }
    }

    fn head(&self) -> Vec<String> {
        let words = self.words();
        let label = |field: &str, value: String| {
            let colon = if self.lang == Lang::ZhCn { "：" } else { ": " };
            format!("{}{colon}{value}", words.term(Vocabulary::Field, field))
        };
        let given = |name: &str| {
            let found = self.case.fields.iter().find(|(field, _)| *field == name);
            found.map(|(_, value)| value.as_str())
        };
        let term =
            |field: &str, vocabulary| given(field).map(|code| label(field, words.term(vocabulary, code)));
        let place: Vec<_> =
            ["building", "unit", "room", "spot"].iter().filter_map(|part| given(part)).collect();
        let yes = || words.term(Vocabulary::Answer, "yes");
        let status = given("status").map(|code| words.term(Vocabulary::Status, code));
        [
            status
                .map(|status| format!("{} · {status}", words.subject(given("subject").unwrap_or_default()))),
            given("site").map(|site| label("site", line(site))),
            (!place.is_empty()).then(|| label("place", line(&place.join(" · ")))),
            term("kind", Vocabulary::Kind),
            term("channel", Vocabulary::Channel),
            term("urgency", Vocabulary::Urgency),
            term("nature", Vocabulary::Nature),
            self.case.reported_at.map(|at| label("reported_at", self.telling().time(at))),
            self.case.anonymous.then(|| label("anonymous", yes())),
            self.case.about.as_deref().map(|about| label("about", line(about))),
            given("external_number").map(|number| label("external_number", line(number))),
            given("description").map(|text| Text::from(text).to_string()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Who answers for it, and its colour.
    fn standing(&self) -> Vec<String> {
        let words = self.words();
        let colon = if self.lang == Lang::ZhCn { "：" } else { ": " };
        let rating = words.term(Vocabulary::Colour, self.standing.rating.colour.as_str());
        let answering = self.standing.answering.as_ref();
        let answering = answering.map_or_else(|| words.get("cases-nobody"), |found| line(&found.person.name));
        vec![
            format!("{}{colon}{answering}", words.get("standing-responsible")),
            format!("{}{colon}{rating}", words.get("standing-rating")),
        ]
    }

    /// One clock: what it is, where it stands, and until when it had time.
    fn clock(&self, found: &ClockLine) -> String {
        let (words, clock) = (self.words(), &found.clock);
        let title = if self.lang == Lang::ZhCn { &found.title.0 } else { &found.title.1 };
        let state = match found.state {
            ClockState::Running { .. } => "running",
            ClockState::Paused => "paused",
            ClockState::Met => "met",
            ClockState::Broken { .. } => "broken",
        };
        let parts = [
            Some(words.term(Vocabulary::ClockState, state)),
            clock.order.and_then(|order| self.order_name(order)),
            clock.due.map(|due| format!("{} {}", words.get("standing-due"), self.telling().time(due))),
            clock.stopped.map(|stop| self.telling().time(stop.at)),
            clock.provisional.then(|| words.get("standing-provisional")),
        ];
        format!("{}  {}", line(title), parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
    }

    /// What cannot all hold, with every side.
    fn contradictions(&self) -> Vec<String> {
        let name = |id| {
            let person = self.standing.people.iter().find(|person| person.id == id);
            person.map_or_else(String::new, |person| line(&person.name))
        };
        let one = |found: &Contradiction| {
            let term = self.words().term(Vocabulary::Contradiction, found.code.as_str());
            let side = |side: &Side| format!("{} {}", self.telling().time(side.at), name(side.by));
            let sides: Vec<_> = found.sides.iter().map(side).collect();
            let settled = if found.is_open() {
                String::new()
            } else {
                format!("（{}）", self.words().get("standing-settled"))
            };
            format!("{term}{settled}  {}", sides.join(" | "))
        };
        self.standing.contradictions.iter().map(one).collect()
    }

    /// What people call an order: its place in the list.
    fn order_name(&self, id: OrderId) -> Option<String> {
        let at = self.case.orders.iter().position(|order| order.id == id)?;
        Some(format!("{} {}", self.words().get("order"), at + 1))
    }

    fn order(&self, number: usize, order: &OrderShown) -> String {
        let words = self.words();
        let party = order
            .party
            .as_ref()
            .map(|(kind, name)| format!("{} {}", words.term(Vocabulary::Party, kind), line(name)));
        let appointment = order.appointment.map(|(from, to)| {
            let (from, to) = (self.telling().time(from), self.telling().time(to));
            format!("{} {from} – {to}", words.term(Vocabulary::Field, "appointment"))
        });
        let rework_of = order
            .rework_of
            .and_then(|earlier| self.order_name(earlier))
            .map(|earlier| format!("{} {earlier}", words.term(Vocabulary::Field, "rework_of")));
        let parts = [
            order.department.as_deref().map(|code| words.term(Vocabulary::Department, code)),
            party,
            Some(order.assignee.as_deref().map_or_else(|| words.get("cases-nobody"), line)),
            order.kind.as_deref().map(|code| words.term(Vocabulary::OrderKind, code)),
            Some(words.term(Vocabulary::Liability, &order.liability)),
            appointment,
            rework_of,
            Some(words.term(Vocabulary::Status, &order.status)),
        ];
        format!("{number}. {}", parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
    }

    /// One thing that happened: when, the Chinese term, the sentence, who and where; below it their words
    /// and what makes the time worth a second look.
    fn event(&self, event: &Event) -> String {
        let words = self.words();
        let (term, sentence, note) = self.said(event);
        let mut text = format!("{}  {term}", self.telling().time(event.happened_at));
        if sentence != term {
            text.push_str(&format!("  {sentence}"));
        }
        let device = if event.in_office { words.get("timeline-office") } else { line(&event.device) };
        text.push_str(&format!("  [{} · {device}", line(&event.person)));
        if let Some(order) = event.order.and_then(|order| self.order_name(order)) {
            text.push_str(&format!(" · {order}"));
        }
        text.push(']');
        for note in note.lines() {
            text.push_str(BELOW);
            text.push_str(&Text::from(note).to_string());
        }
        if let Some(why) = &event.declared_why {
            let mark = words.term(Vocabulary::TimeFlag, "declared_later");
            text.push_str(&format!("{BELOW}{mark} · {} {}", words.get("declared-why"), line(why)));
        }
        if let Some(times) = self.times(event) {
            text.push_str(BELOW);
            text.push_str(&times);
        }
        text
    }

    /// Term, sentence, and what somebody wrote with it.
    fn said<'e>(&self, event: &'e Event) -> (String, String, &'e str) {
        let (words, chinese) = (self.words(), Lang::ZhCn.words());
        let two = event.note.split_once(' ').unwrap_or((event.note.as_str(), ""));
        match event.kind.as_str() {
            // `ROLE HASH: CAPTION`
            "photo" => {
                let caption = two.1.split_once(": ").map_or("", |(_, caption)| caption);
                (chinese.get("photo"), words.term(Vocabulary::PhotoRole, two.0), caption)
            }
            // `SUBJECT OUTCOME`
            "sign_off" => {
                let subject = words.term(Vocabulary::SignOffSubject, two.0);
                let outcome = words.term(Vocabulary::SignOffOutcome, two.1);
                (chinese.get("case-sign-offs"), format!("{subject} · {outcome}"), "")
            }
            kind => {
                let fact = event.fact();
                let sentence = fact.map_or_else(|| line(kind), |fact| line(&told(&fact, &self.telling())));
                (chinese.term(Vocabulary::Entry, kind), sentence, &event.note)
            }
        }
    }

    /// What the device claimed and the server witnessed, where it lies far from when it happened.
    fn times(&self, event: &Event) -> Option<String> {
        let far = |at: Timestamp| at.millis_since(event.happened_at).saturating_abs() > WORTH_A_LINE_MS;
        let (words, telling) = (self.words(), self.telling());
        let mut parts = Vec::new();
        if far(event.claimed_at) {
            parts.push(format!("{} {}", words.get("time-claimed"), telling.time(event.claimed_at)));
        }
        if far(event.received_at) {
            let not_before = event.not_before.map(|at| (words.get("time-not-before"), at));
            let received = (words.get("time-received"), event.received_at);
            let bounds = not_before.into_iter().chain([received]);
            let bounds: Vec<_> = bounds.map(|(name, at)| format!("{name} {}", telling.time(at))).collect();
            parts.push(format!("{}: {}", words.get("time-witnessed"), bounds.join(", ")));
        }
        (!parts.is_empty()).then(|| parts.join(" · "))
    }
}
