//! Where simulated machines keep their files, and what a killed process leaves of a database.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder that goes away with the world; in memory where the machine has such a file system.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    made.unwrap()
}

/// A database and its write-ahead log, byte for byte.
///
/// A connection that is dropped says goodbye: it copies the log into the database and deletes it. What a
/// killed process leaves is what stood there before that.
pub struct Frozen {
    files: Vec<(PathBuf, Option<Vec<u8>>)>,
}

impl Frozen {
    /// The files as they are. Every connection has to be dropped before they are thawed.
    pub fn of(database: &Path) -> Self {
        let files =
            names(database).into_iter().map(|path| (path.clone(), std::fs::read(path).ok())).collect();
        Self { files }
    }

    /// Puts the files back.
    pub fn thaw(self) {
        for (path, bytes) in self.files {
            match bytes {
                Some(bytes) => std::fs::write(path, bytes).unwrap(),
                None => drop(std::fs::remove_file(path)),
            }
        }
    }

    /// Writes copies of the files into a folder.
    pub fn copy_to(&self, folder: &Path) {
        for (path, bytes) in &self.files {
            if let (Some(name), Some(bytes)) = (path.file_name(), bytes) {
                std::fs::write(folder.join(name), bytes).unwrap();
            }
        }
    }

    /// Every word in the files that begins so, up to the first byte that is neither letter, digit nor dash.
    pub fn words(&self, start: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (_, bytes) in &self.files {
            let text = String::from_utf8_lossy(bytes.as_deref().unwrap_or_default());
            for (at, _) in text.match_indices(start) {
                let word = text[at..].split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next();
                found.extend(word.map(str::to_owned));
            }
        }
        found
    }
}

fn names(database: &Path) -> [PathBuf; 2] {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    [database.to_owned(), PathBuf::from(log)]
}
