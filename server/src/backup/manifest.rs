//! What a backup says of itself.

use std::path::Path;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{LogId, PhotoHash};
use roundsman_sync_core::limits::PHOTO_BYTES_MAX;
use roundsman_sync_core::protocol::messages::Pos;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{BackupError, DATABASE, SETTINGS, SETTINGS_BYTES_MAX, UNPACKED_BYTES_FREE, UNPACKED_TIMES_MAX};

/// The form of archives that this program writes, and the only one it reads.
const FORMAT: &str = "roundsman-backup/1";

/// The first file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    format: String,
    /// The version of the program that wrote it.
    pub(super) program: String,
    /// Milliseconds since 1970.
    pub(super) made_at_ms: i64,
    pub(super) organisation: String,
    /// Of which log.
    pub(super) log: LogId,
    /// Up to where.
    pub(super) position: Pos,
    /// Everything but photos, in the order of the archive.
    pub(super) files: Vec<Listed>,
    /// By rising hash.
    pub(super) photos: Vec<ListedPhoto>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) sha256: Sha,
}

/// One photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ListedPhoto(pub(super) Sha, pub(super) u64);

/// A hash as 64 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sha(pub(super) PhotoHash);

impl Serialize for Sha {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Sha {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| serde::de::Error::custom("not a SHA-256 in hexadecimal digits"))
    }
}

impl Manifest {
    pub(super) fn new(
        organisation: String,
        log: LogId,
        position: Pos,
        now: Timestamp,
        files: Vec<Listed>,
        photos: Vec<ListedPhoto>,
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            made_at_ms: now.millis(),
            organisation,
            log,
            position,
            files,
            photos,
        }
    }

    /// Reads a manifest and checks that a backup of `archive_bytes` could hold what it lists.
    pub(super) fn read(archive: &Path, archive_bytes: u64, bytes: &[u8]) -> Result<Self, BackupError> {
        let damaged = |what: String| BackupError::Damaged { path: archive.to_owned(), what };
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|error| damaged(format!("its manifest: {error}")))?;
        manifest.check(archive_bytes).map_err(damaged)?;
        Ok(manifest)
    }

    fn check(&self, archive_bytes: u64) -> Result<(), String> {
        if self.format != FORMAT {
            return Err(format!("it is of the form '{}', and this program reads '{FORMAT}'", self.format));
        }
        let names: Vec<&str> = self.files.iter().map(|file| file.name.as_str()).collect();
        let Some((&DATABASE, settings)) = names.split_first() else {
            return Err(format!("the first file it lists is not {DATABASE}"));
        };
        let mut known = SETTINGS.iter();
        for name in settings {
            // In the one order, so none comes twice.
            if !known.any(|known| known == name) {
                return Err(format!("it lists a file '{}'", name.escape_debug()));
            }
        }
        if let Some(long) = self.files[1..].iter().find(|file| file.bytes > SETTINGS_BYTES_MAX) {
            return Err(format!("{} has more than {SETTINGS_BYTES_MAX} bytes", long.name));
        }
        if !self.photos.is_sorted_by(|one, next| one.0 < next.0) {
            return Err("its photos are not in order, or one comes twice".to_owned());
        }
        if let Some(ListedPhoto(Sha(hash), _)) = self.photos.iter().find(|photo| photo.1 > PHOTO_BYTES_MAX) {
            return Err(format!("photo {hash} has more than {PHOTO_BYTES_MAX} bytes"));
        }
        let lengths = self.files.iter().map(|file| file.bytes).chain(self.photos.iter().map(|photo| photo.1));
        let unpacked = lengths.fold(0u64, u64::saturating_add);
        let bytes_max = archive_bytes.saturating_mul(UNPACKED_TIMES_MAX).saturating_add(UNPACKED_BYTES_FREE);
        if unpacked > bytes_max {
            return Err(format!("{archive_bytes} bytes claim to hold {unpacked}"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    fn listed(name: &str, bytes: u64) -> Listed {
        Listed { name: name.to_owned(), bytes, sha256: Sha(PhotoHash::of(b"x")) }
    }

    fn manifest(files: Vec<Listed>, photos: Vec<ListedPhoto>) -> Manifest {
        Manifest::new(
            "和园".to_owned(),
            LogId::from_bytes([1; 16]),
            9,
            Timestamp::from_millis(5),
            files,
            photos,
        )
    }

    #[test]
    fn a_manifest_reads_back_and_one_that_lists_what_we_never_pack_is_refused() {
        let photo = |byte: u8, bytes| ListedPhoto(Sha(PhotoHash::from_bytes([byte; 32])), bytes);
        let whole = vec![listed(DATABASE, 9_000), listed("policy.toml", 5), listed("roundsman.toml", 5)];
        let good = manifest(whole, vec![photo(1, 7), photo(2, 7)]);
        let read = |one: &Manifest| Manifest::read(Path::new("b"), 1_000, &serde_json::to_vec(one).unwrap());
        assert_eq!(read(&good).unwrap(), good);
        let database = || listed(DATABASE, 9_000);
        let bad = [
            manifest(vec![], vec![]),
            manifest(vec![listed("policy.toml", 5), database()], vec![]),
            manifest(vec![database(), database()], vec![]),
            manifest(vec![database(), listed("policy.toml", 5), listed("policy.toml", 5)], vec![]),
            manifest(vec![database(), listed("roundsman.toml", 5), listed("policy.toml", 5)], vec![]),
            manifest(vec![database(), listed("../policy.toml", 5)], vec![]),
            manifest(vec![database(), listed("/etc/passwd", 5)], vec![]),
            manifest(vec![database(), listed("policy.toml", SETTINGS_BYTES_MAX + 1)], vec![]),
            manifest(vec![database()], vec![photo(2, 7), photo(1, 7)]),
            manifest(vec![database()], vec![photo(1, 7), photo(1, 7)]),
            manifest(vec![database()], vec![photo(1, PHOTO_BYTES_MAX + 1)]),
            manifest(vec![listed(DATABASE, 70_000_000_000)], vec![]),
            manifest(vec![listed(DATABASE, u64::MAX), listed("policy.toml", 5)], vec![]),
            Manifest { format: "roundsman-backup/2".to_owned(), ..good },
        ];
        for one in bad {
            assert!(matches!(read(&one), Err(BackupError::Damaged { .. })), "{one:?}");
        }
    }
}
