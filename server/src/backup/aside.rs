//! A private folder beside the place of something that is in the making; it goes away unless it is moved.

use std::ffi::OsString;
use std::fs::{DirBuilder, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rand::Rng;

/// See the module.
#[derive(Debug)]
pub(super) struct Aside {
    path: PathBuf,
    is_moved: bool,
}

impl Aside {
    /// Makes a folder beside `place`, closed to everybody else: what is in a backup are keys and people's data.
    pub(super) fn beside(place: &Path, what: &str, rng: &mut dyn Rng) -> io::Result<Self> {
        let path = named(place, &format!("{what}-{:016x}", rng.next_u64()))?;
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Self { path, is_moved: false })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the folder its place, where nothing may stand.
    pub(super) fn move_to(mut self, place: &Path) -> io::Result<()> {
        std::fs::rename(&self.path, place)?;
        self.is_moved = true;
        Ok(())
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if !self.is_moved {
            // Nothing more can be done about a folder that will not go; it is in nobody's way.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// A hidden name beside `place`.
fn named(place: &Path, suffix: &str) -> io::Result<PathBuf> {
    let name = place.file_name().ok_or_else(|| io::Error::from(ErrorKind::InvalidInput))?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{suffix}"));
    Ok(place.with_file_name(hidden))
}

/// Makes names in a folder durable. Only Unix can open a folder as a file.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        File::open(path)?.sync_all()?;
    }
    Ok(())
}
