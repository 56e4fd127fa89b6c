//! The files of a folder of playbooks.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use roundsman_sync_core::limits::{PLAYBOOK_BYTES_MAX, PLAYBOOKS_PER_FOLDER_MAX};
use roundsman_sync_core::rules::playbook::Mistake;

use super::super::failure::Failure;

/// A file that could be read.
pub(super) struct File {
    /// As messages name it.
    pub(super) name: String,
    /// What it says.
    pub(super) text: String,
}

/// Reads every `*.toml` in a folder and below it, in the order of their names. A file that cannot be read is
/// a mistake and not among the files.
///
/// # Errors
/// If the folder is not there, cannot be read, or has no such file or far too many.
pub(super) fn read(folder: &Path) -> Result<(Vec<File>, Vec<Mistake>), Failure> {
    let shown = folder.display();
    let mut paths = Vec::new();
    find(folder, &mut paths)?;
    if paths.is_empty() {
        return Err(Failure::NotFound(format!("{shown}: there is no *.toml file in it")));
    }
    paths.sort();
    let mut files = Vec::new();
    let mut mistakes = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        match text_of(&path) {
            Err(error) => {
                mistakes.push(Mistake::at_byte(&name, "", 0, format!("cannot be read: {error}")));
            }
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => files.push(File { name, text }),
                Err(flaw) => {
                    let at = flaw.utf8_error().valid_up_to();
                    let before = String::from_utf8_lossy(&flaw.as_bytes()[..at]);
                    mistakes.push(Mistake::at_byte(&name, &before, at, "not UTF-8 from here on"));
                }
            },
        }
    }
    Ok((files, mistakes))
}

/// Links to folders are not followed, so that no circle of them is walked for ever.
fn find(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failed =
        |error: io::Error| Failure::NotFound(format!("{}: cannot be read: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        if entry.file_type().map_err(failed)?.is_dir() {
            find(&path, found)?;
        } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) {
            found.push(path);
            if found.len() > PLAYBOOKS_PER_FOLDER_MAX {
                let reason =
                    format!("more than {PLAYBOOKS_PER_FOLDER_MAX} *.toml files; is this the right folder?");
                return Err(Failure::NotFound(format!("{}: {reason}", folder.display())));
            }
        }
    }
    Ok(())
}

/// At most one byte more than a playbook may have: enough to see that it is too long.
fn text_of(path: &Path) -> io::Result<Vec<u8>> {
    // Asked first, because opening a pipe would wait for somebody to write into it.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let bound = u64::try_from(PLAYBOOK_BYTES_MAX).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(bound.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}
