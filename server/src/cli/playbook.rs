//! `roundsman playbook`

mod folder;
mod shown;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use roundsman_sync_core::rules::playbook::{Playbook, matching, parse_all, playbooks};
use serde_json::json;

use super::failure::Failure;
use super::output::Report;

/// Playbooks: how each type of case is dealt with
#[derive(Subcommand)]
pub(super) enum PlaybookCommand {
    Check(Check),
    List(List),
    Show(Show),
}

impl PlaybookCommand {
    pub(super) fn run(self) -> Result<Report, Failure> {
        match self {
            Self::Check(check) => check.run(),
            Self::List(list) => list.run(),
            Self::Show(show) => show.run(),
        }
    }
}

/// Check every playbook in a folder and name each mistake with file, line and column
#[derive(Args)]
#[command(after_help = "Example:
  roundsman playbook check our-playbooks

It reads every *.toml in the folder and below it. The exit code is 1 if there is a mistake. docs/playbooks.md
describes the format; `roundsman playbook show` gives examples of what to write.")]
pub(super) struct Check {
    /// The folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Check {
    fn run(self) -> Result<Report, Failure> {
        let (files, mut mistakes) = folder::read(&self.folder)?;
        let checked = files.len();
        let (_, found) = parse_all(files.iter().map(|file| (file.name.as_str(), file.text.as_str())));
        mistakes.extend(found);
        mistakes.sort();
        let text = if mistakes.is_empty() {
            format!("{checked} playbooks checked, no mistake found")
        } else {
            mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        let listed: Vec<_> = mistakes
            .iter()
            .map(|m| json!({ "file": m.file, "line": m.line, "column": m.column, "reason": m.reason }))
            .collect();
        let ok = mistakes.is_empty();
        Ok(Report { json: Some(json!({ "ok": ok, "checked": checked, "mistakes": listed })), text, ok })
    }
}

/// List the playbooks
#[derive(Args)]
#[command(after_help = "Examples:
  roundsman playbook list
  roundsman playbook list --subject equipment/lift
  roundsman playbook list --dir our-playbooks")]
pub(super) struct List {
    /// Only those that suit this subject, the best first
    #[arg(long, value_name = "PATH")]
    subject: Option<String>,
    #[command(flatten)]
    own: Own,
}

impl List {
    fn run(self) -> Result<Report, Failure> {
        let books = self.own.books()?;
        let chosen: Vec<&Playbook> = match &self.subject {
            Some(subject) => matching(&books, subject),
            None => books.iter().collect(),
        };
        let listed: Vec<_> = chosen.iter().map(|book| shown::summary(book)).collect();
        let lines: Vec<String> = chosen.iter().map(|book| shown::line(book)).collect();
        let text = if lines.is_empty() { "no playbook suits this subject".into() } else { lines.join("\n") };
        Ok(Report::new(json!({ "playbooks": listed }), text))
    }
}

/// Show a playbook
#[derive(Args)]
#[command(after_help = "Examples:
  roundsman playbook show equipment/lift-trapped
  roundsman playbook show equipment/lift-trapped --lang zh")]
pub(super) struct Show {
    /// Its id, as `roundsman playbook list` tells it
    #[arg(value_name = "ID")]
    id: String,
    /// One language; both if it is left out
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<Language>,
    #[command(flatten)]
    own: Own,
}

/// A language of the product.
#[derive(Clone, Copy, ValueEnum)]
enum Language {
    /// Simplified Chinese
    Zh,
    /// English
    En,
}

impl Show {
    fn run(self) -> Result<Report, Failure> {
        let books = self.own.books()?;
        let book = books.iter().find(|book| book.id == self.id).ok_or_else(|| {
            Failure::NotFound(format!(
                "there is no playbook '{}'; `roundsman playbook list` names all",
                self.id
            ))
        })?;
        Ok(Report::new(shown::json(book), shown::text(book, self.lang)))
    }
}

/// Where playbooks beside the built-in ones are.
#[derive(Args)]
struct Own {
    /// A folder of playbooks of your own; one with the id of a built-in one stands in its place
    #[arg(long = "dir", value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl Own {
    /// The built-in playbooks and those of the folder, by id.
    fn books(&self) -> Result<Vec<Playbook>, Failure> {
        let mut books = match &self.folder {
            None => Vec::new(),
            Some(folder) => sound(folder)?,
        };
        let built_in = playbooks().iter().filter(|book| books.iter().all(|own| own.id != book.id));
        books.extend(built_in.cloned().collect::<Vec<_>>());
        books.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(books)
    }
}

/// The playbooks of a folder that has no mistake.
fn sound(folder: &Path) -> Result<Vec<Playbook>, Failure> {
    let (files, mut mistakes) = folder::read(folder)?;
    let (books, found) = parse_all(files.iter().map(|file| (file.name.as_str(), file.text.as_str())));
    mistakes.extend(found);
    mistakes.sort();
    if mistakes.is_empty() {
        return Ok(books);
    }
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    Err(Failure::Settings(lines.join("\n")))
}
