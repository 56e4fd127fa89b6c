//! The files of a source tree, and how long each may be.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Violation;

/// Past this many lines nobody reads a file from top to bottom.
const LINES_MAX: usize = 600;

/// Code and templates. Prose is not among them.
const EXTENSIONS: [&str; 13] =
    ["rs", "py", "kt", "kts", "swift", "js", "mjs", "ts", "html", "css", "sql", "sh", "ftl"];

/// Folders that hold what nobody writes or reads by hand.
const EXEMPT_FOLDERS: [&str; 7] =
    ["target", "node_modules", "fixtures", "snapshots", "generated", "vendor", "__pycache__"];

/// A file of code, its path relative to the scanned root.
pub(super) struct SourceFile {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// All files of code under `root`, sorted by path.
pub(super) fn files(root: &Path) -> io::Result<Vec<SourceFile>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let path = entry.path();
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if entry.file_type()?.is_dir() {
                let hidden = name.starts_with('.') && name != ".ci";
                if !hidden && !EXEMPT_FOLDERS.contains(&&*name) {
                    folders.push(path);
                }
            } else if is_code(&path) {
                let bytes = fs::read(&path)?;
                found.push(SourceFile {
                    path: path.strip_prefix(root).unwrap_or(&path).to_owned(),
                    text: String::from_utf8_lossy(&bytes).into_owned(),
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn is_code(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension)) || path.ends_with(".ci/run")
}

pub(super) fn too_long(file: &SourceFile) -> Option<Violation> {
    let generated = file.text.lines().take(5).any(|l| l.contains("@generated"));
    let lines = file.text.lines().count();
    (lines > LINES_MAX && !generated).then(|| Violation {
        file: file.path.clone(),
        line: lines,
        rule: format!("a file has at most {LINES_MAX} lines"),
    })
}
