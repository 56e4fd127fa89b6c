//! Pieces that come with a checksum: none of their bytes counts before all of them are known to be right.
//!
//! They gather in `<id>.piece`, beside the part and never longer than the photo, and move to the part in
//! one step. What a kill leaves of them is removed at the next start. Of two senders the later one wins:
//! the earlier is most often a connection that has died without anybody noticing.

use std::fs::{self, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::DeviceId;

use super::{BlobError, Live, Progress, UploadId, Uploads, end_of, files};

/// A piece that is coming in and will be checked.
#[derive(Debug)]
pub struct CheckedPiece {
    id: UploadId,
    device: DeviceId,
    /// Where it begins in the photo.
    offset: u64,
    /// Bytes of it that are written.
    length: u64,
    turn: u64,
}

impl Uploads {
    /// Begins a piece at `offset` that counts only once [`Uploads::keep_checked`] is called. One that
    /// was begun before can no longer go on.
    ///
    /// # Errors
    /// As [`Uploads::write`].
    pub fn begin_checked(
        &self,
        now: Timestamp,
        id: UploadId,
        device: DeviceId,
        offset: u64,
    ) -> Result<CheckedPiece, BlobError> {
        self.with_live(now, id, device, |live| {
            self.fit(id, &live.record, offset, 0)?;
            files::remove(&self.path(id, "piece"))?;
            live.checked_turn += 1;
            Ok(CheckedPiece { id, device, offset, length: 0, turn: live.checked_turn })
        })
    }

    /// Takes more of the piece.
    ///
    /// # Errors
    /// As [`Uploads::write`], also when another piece was begun since.
    pub fn write_checked(
        &self,
        now: Timestamp,
        piece: &mut CheckedPiece,
        bytes: &[u8],
    ) -> Result<(), BlobError> {
        self.with_live(now, piece.id, piece.device, |live| {
            check_turn(live, piece)?;
            let at = piece.offset.saturating_add(piece.length);
            let end = end_of(&live.record, at, bytes.len())?;
            let path = self.path(piece.id, "piece");
            let mut options = OpenOptions::new();
            let opened = options.write(true).create(true).truncate(false).open(&path);
            let mut file = opened.map_err(files::at(&path))?;
            file.seek(SeekFrom::Start(piece.length)).map_err(files::at(&path))?;
            file.write_all(bytes).map_err(files::at(&path))?;
            piece.length = end - piece.offset;
            Ok(())
        })
    }

    /// Makes the piece part of the upload, durably: its checksum was right.
    ///
    /// # Errors
    /// As [`Uploads::write`] and [`Uploads::settle`].
    pub fn keep_checked(&self, now: Timestamp, piece: &CheckedPiece) -> Result<Progress, BlobError> {
        self.with_live(now, piece.id, piece.device, |live| {
            check_turn(live, piece)?;
            let length = usize::try_from(piece.length).unwrap_or(usize::MAX);
            self.fit(piece.id, &live.record, piece.offset, length)?;
            if piece.length > 0 {
                self.join(piece)?;
            }
            self.settle_held(piece.id, &live.record)
        })
    }

    /// Forgets the piece: its checksum was wrong, or it broke off.
    ///
    /// # Errors
    /// [`BlobError::File`] when the file could not be removed.
    pub fn drop_checked(&self, now: Timestamp, piece: &CheckedPiece) -> Result<(), BlobError> {
        self.with_live(now, piece.id, piece.device, |live| {
            check_turn(live, piece)?;
            files::remove(&self.path(piece.id, "piece"))
        })
    }

    /// A first piece becomes the part by a rename. A later one is copied behind it; if that is cut
    /// short, what is there of it is right, and the next look finds how far it goes.
    fn join(&self, piece: &CheckedPiece) -> Result<(), BlobError> {
        let (aside, part) = (self.path(piece.id, "piece"), self.part(piece.id));
        let mut from = fs::File::open(&aside).map_err(files::at(&aside))?;
        if piece.offset == 0 {
            from.sync_data().map_err(files::at(&aside))?;
            return files::rename(&aside, &part);
        }
        let mut to = OpenOptions::new().write(true).open(&part).map_err(files::at(&part))?;
        to.seek(SeekFrom::Start(piece.offset)).map_err(files::at(&part))?;
        io::copy(&mut from, &mut to).map_err(files::at(&part))?;
        files::remove(&aside)
    }
}

fn check_turn(live: &Live, piece: &CheckedPiece) -> Result<(), Refusal> {
    if live.checked_turn == piece.turn {
        return Ok(());
    }
    let message = "another piece of this upload was begun since; ask where it stands";
    Err(Refusal::new(ErrorCode::UploadOffsetMismatch, message))
}
