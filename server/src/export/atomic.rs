//! A file that is there whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::{ExportError, at};

/// Names tried for the unfinished file, in case earlier ones were left by a crash.
const NAMES_MAX: u32 = 100;

/// Writes a file through `write`: beside its place, flushed to disk, then renamed.
///
/// A link at the path stays a link and what it names is replaced. If anything fails, what stood there
/// before still does, and the unfinished file is gone.
///
/// # Errors
/// What `write` fails with; [`ExportError::Write`] if the system fails; [`ExportError::NotAFile`] if a folder or a
/// device stands there.
pub fn write_file<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, ExportError>,
) -> Result<T, ExportError> {
    let place = match std::fs::canonicalize(path) {
        Ok(place) if place.is_file() => place,
        Ok(_) => return Err(ExportError::NotAFile(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(at(path)(error)),
    };
    let (unfinished, file) = Unfinished::beside(&place).map_err(at(path))?;
    let mut out = BufWriter::new(file);
    let result = write(&mut out).map_err(|error| named(error, path))?;
    let file = out.into_inner().map_err(|e| at(path)(e.into_error()))?;
    file.sync_all().map_err(at(path))?;
    unfinished.rename(&place).map_err(at(path))?;
    Ok(result)
}

/// A stream's error with the name of the file the stream was.
fn named(error: ExportError, path: &Path) -> ExportError {
    match error {
        ExportError::Write { source, .. } => at(path)(source),
        error @ (ExportError::Rows(_)
        | ExportError::NotAFile(_)
        | ExportError::XlsxNeedsFile
        | ExportError::TooManyRows
        | ExportError::Workbook(_)) => error,
    }
}

/// A file that is removed unless it is renamed.
struct Unfinished {
    path: PathBuf,
    renamed: bool,
}

impl Unfinished {
    fn beside(place: &Path) -> std::io::Result<(Self, File)> {
        let name = place.file_name().ok_or_else(|| std::io::Error::from(ErrorKind::InvalidInput))?;
        for attempt in 0..NAMES_MAX {
            let mut part = std::ffi::OsString::from(".");
            part.push(name);
            part.push(format!(".{}-{attempt}.part", std::process::id()));
            let path = place.with_file_name(part);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let renamed = false;
                    return Ok((Self { path, renamed }, file));
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(std::io::Error::from(ErrorKind::AlreadyExists))
    }

    fn rename(mut self, place: &Path) -> std::io::Result<()> {
        std::fs::rename(&self.path, place)?;
        self.renamed = true;
        sync_folder(place)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.renamed {
            // Nothing more can be done about a file that will not go; the next run takes another name.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The new name is on disk only once its folder is.
#[cfg(unix)]
fn sync_folder(place: &Path) -> std::io::Result<()> {
    match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        Some(_) | None => File::open(".")?.sync_all(),
    }
}

/// Elsewhere a folder cannot be opened as a file; the rename is as durable as the system makes it.
#[cfg(not(unix))]
fn sync_folder(_place: &Path) -> std::io::Result<()> {
    Ok(())
}
