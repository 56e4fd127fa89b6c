//! A playbook as text for a terminal, and as JSON.

use roundsman_sync_core::model::Role;
use roundsman_sync_core::rules::playbook::{Both, Playbook};
use serde_json::{Value, json};

use super::Language;

/// What lists show of a playbook.
pub(super) fn summary(book: &Playbook) -> Value {
    json!({
        "id": book.id,
        "title": both(&book.title),
        "subjects": book.subjects,
        "emergency": book.emergency,
        "when": book.when.as_ref().map(both),
    })
}

/// A playbook in a list: id, title in both languages, subjects.
pub(super) fn line(book: &Playbook) -> String {
    let mark = if book.emergency { "!" } else { " " };
    let Both { zh, en } = &book.title;
    format!("{mark} {:<40} {zh} / {en}\n{:43}{}", book.id, "", book.subjects.join(", "))
}

/// All of a playbook.
pub(super) fn json(book: &Playbook) -> Value {
    let steps: Vec<Value> = book
        .steps
        .iter()
        .map(|step| {
            json!({
                "id": step.id,
                "text": both(&step.text),
                "clock": step.clock.map(|clock| clock.to_string()),
                "who": step.who.map(|who| who.as_str()),
            })
        })
        .collect();
    let cadence: Vec<Value> = book
        .cadence
        .iter()
        .map(|item| json!({ "every": item.every.map(|every| every.to_string()), "text": both(&item.text) }))
        .collect();
    json!({
        "id": book.id,
        "title": both(&book.title),
        "subjects": book.subjects,
        "when": book.when.as_ref().map(both),
        "emergency": book.emergency,
        "source": book.source,
        "expectation": texts(&book.expectation),
        "steps": steps,
        "words": texts(&book.words),
        "evidence": texts(&book.evidence),
        "cadence": cadence,
        "never": texts(&book.never),
        "improvements": texts(&book.improvements),
    })
}

fn both(text: &Both) -> Value {
    json!({ "zh": text.zh, "en": text.en })
}

fn texts(list: &[Both]) -> Vec<Value> {
    list.iter().map(both).collect()
}

/// All of a playbook for a terminal, in one language or both.
pub(super) fn text(book: &Playbook, language: Option<Language>) -> String {
    let mut page = Page { language, lines: Vec::new() };
    page.lines.extend(page.said(&book.title));
    let emergency = if book.emergency { "  emergency 应急预案" } else { "" };
    page.lines.push(format!("{}{emergency}", book.id));
    page.lines.push(format!("subjects: {}", book.subjects.join(", ")));
    page.lines.push(format!("source: {}", book.source));
    page.part("适用情形", "When", book.when.iter().map(|text| (None, text)));
    page.part("业主期望", "What the resident expects", plain(&book.expectation));
    let steps = book.steps.iter().map(|step| {
        let clock = step.clock.map(|clock| clock.words());
        let who = step.who.map(|who| Both { zh: in_chinese(who).to_owned(), en: who.as_str().to_owned() });
        let mark = |of: fn(&Both) -> &String| {
            let marks: Vec<&str> =
                [&who, &clock].into_iter().flatten().map(|both| of(both).as_str()).collect();
            if marks.is_empty() { String::new() } else { format!("[{}] ", marks.join(", ")) }
        };
        (Some(Both { zh: mark(|both| &both.zh), en: mark(|both| &both.en) }), &step.text)
    });
    page.part("处理步骤", "Steps", steps);
    page.part("沟通话术", "Words for the resident", plain(&book.words));
    page.part("证据采集", "Evidence", plain(&book.evidence));
    let cadence = book.cadence.iter().map(|item| {
        let mark = item.every.map(|every| {
            let Both { zh, en } = every.words();
            Both { zh: format!("[每 {zh}] "), en: format!("[every {en}] ") }
        });
        (mark, &item.text)
    });
    page.part("反馈频次", "How often to tell", cadence);
    page.part("不得承诺或去做", "Never", plain(&book.never));
    page.part("改进建议", "Improvements", plain(&book.improvements));
    page.lines.join("\n")
}

/// What a role is called at an estate.
fn in_chinese(who: Role) -> &'static str {
    match who {
        Role::Guard => "秩序维护员",
        Role::Technician => "维修工",
        Role::Reception => "客服管家",
        Role::Supervisor => "主管",
        Role::SiteDirector => "管理处主任",
        Role::Manager => "公司客户服务部",
        Role::Admin => "系统管理员",
    }
}

fn plain(list: &[Both]) -> impl Iterator<Item = (Option<Both>, &Both)> {
    list.iter().map(|text| (None, text))
}

struct Page {
    language: Option<Language>,
    lines: Vec<String>,
}

impl Page {
    /// The text in each language that was asked for.
    fn said(&self, text: &Both) -> Vec<String> {
        match self.language {
            Some(Language::Zh) => vec![text.zh.clone()],
            Some(Language::En) => vec![text.en.clone()],
            None => vec![text.zh.clone(), text.en.clone()],
        }
    }

    /// A heading with numbered items, each with what stands before it; nothing if there is no item.
    fn part<'a>(&mut self, zh: &str, en: &str, items: impl Iterator<Item = (Option<Both>, &'a Both)>) {
        let mut items = items.enumerate().peekable();
        if items.peek().is_none() {
            return;
        }
        let heading = self.said(&Both { zh: zh.to_owned(), en: en.to_owned() });
        self.lines.push(String::new());
        self.lines.push(heading.join(" / "));
        for (at, (mark, text)) in items {
            let mark = mark.unwrap_or(Both { zh: String::new(), en: String::new() });
            let whole = Both { zh: mark.zh + &text.zh, en: mark.en + &text.en };
            let mut number = format!("{:>3}. ", at + 1);
            for line in self.said(&whole) {
                self.lines.push(format!("{number}{line}"));
                number = " ".repeat(5);
            }
        }
    }
}
