//! Which part may name which, and how long a file may be.
//!
//! The rules of `docs/ARCHITECTURE.md` as far as `use` lines, paths and string literals show them.
//! [`violations`] scans a source tree; it reads text, so it needs no build and sees code behind any
//! feature. Comments and test modules are left out where a rule is about shipped code.

mod rules;
mod source;
mod tree;

use std::fmt;
use std::path::{Path, PathBuf};

/// One place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The file, relative to the scanned root.
    pub file: PathBuf,
    /// Counted from one; for a file that is too long, its last line.
    pub line: usize,
    /// The rule that is broken, in a sentence.
    pub rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.rule)
    }
}

/// Every place under `root` that breaks a rule, sorted by file and line.
///
/// # Errors
/// If a folder or file cannot be read.
pub fn violations(root: &Path) -> std::io::Result<Vec<Violation>> {
    let files = tree::files(root)?;
    let mut found = Vec::new();
    for file in &files {
        found.extend(tree::too_long(file));
        if file.path.extension().is_some_and(|ext| ext == "rs") {
            let source = source::Source::parse(&file.text);
            found.extend(rules::check(&file.path, &source, &files));
        }
    }
    found.sort();
    Ok(found)
}
