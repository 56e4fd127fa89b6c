//! `roundsman.toml`: the little that is set once and for all.
//!
//! It is looked for in the current folder and in the data folder; the data folder's wins.

use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::DATA_DEFAULT;
use super::failure::Failure;

/// The name of the file.
const FILE: &str = "roundsman.toml";
/// Far more than anybody needs; the rest is not a settings file.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// What the files say, put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// Where to take connections.
    pub(super) listen: Option<SocketAddr>,
    /// The certificate, in PEM.
    pub(super) tls_cert: Option<PathBuf>,
    /// Its key, in PEM.
    pub(super) tls_key: Option<PathBuf>,
    /// Whether a proxy in front speaks TLS.
    pub(super) behind_proxy: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    listen: Option<SocketAddr>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    behind_proxy: Option<bool>,
}

impl Settings {
    /// Finds the data folder and reads the settings. `data` is what flags or environment say.
    ///
    /// # Errors
    /// If a file is wrong; the message names file, line and column.
    pub(super) fn load(data: Option<PathBuf>) -> Result<(PathBuf, Self), Failure> {
        let here = read(Path::new(FILE))?;
        let data = data.or(here.data).unwrap_or_else(|| PathBuf::from(DATA_DEFAULT));
        let there = data.join(FILE);
        let inside = read(&there)?;
        if inside.data.is_some() && !same(&there, Path::new(FILE)) {
            let reason = format!("{}: `data` has no meaning inside the data folder", there.display());
            return Err(Failure::Settings(reason));
        }
        Ok((
            data,
            Self {
                listen: inside.listen.or(here.listen),
                tls_cert: inside.tls_cert.or(here.tls_cert),
                tls_key: inside.tls_key.or(here.tls_key),
                behind_proxy: inside.behind_proxy.or(here.behind_proxy).unwrap_or(false),
            },
        ))
    }
}

fn same(one: &Path, two: &Path) -> bool {
    match (one.canonicalize(), two.canonicalize()) {
        (Ok(one), Ok(two)) => one == two,
        _ => false,
    }
}

fn read(path: &Path) -> Result<File, Failure> {
    let name = path.display();
    let failed = |reason: String| Failure::Settings(format!("{name}: {reason}"));
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(File::default()),
        Ok(facts) if facts.len() > FILE_BYTES_MAX => {
            return Err(failed(format!("longer than {FILE_BYTES_MAX} bytes, so it holds no settings")));
        }
        Ok(_) | Err(_) => {}
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    toml::from_str(&text).map_err(|error| {
        let (line, column) = place(&text, error.span().unwrap_or(0..0));
        Failure::Settings(format!("{name}:{line}:{column}: {}", error.message()))
    })
}

/// Line and column, from 1.
fn place(text: &str, span: Range<usize>) -> (usize, usize) {
    let before = text.get(..span.start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn a_mistake_names_file_line_and_column() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        std::fs::write(&path, "# ours\nlisten = \"127.0.0.1:80\"\nport = 80\n").unwrap();
        let failure = Settings::load(Some(folder.path().to_owned())).err().unwrap();
        assert!(
            failure.to_string().starts_with(&format!("{}:3:1: unknown field", path.display())),
            "{failure}"
        );
    }

    #[test]
    fn what_the_data_folder_says_is_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "listen = \"127.0.0.1:81\"\n").unwrap();
        let (data, settings) = Settings::load(Some(folder.path().to_owned())).unwrap();
        assert_eq!(data, folder.path());
        assert_eq!(settings.listen, Some("127.0.0.1:81".parse().unwrap()));
    }
}
