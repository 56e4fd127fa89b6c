//! Photos that others took, fetched to be looked at: previews by default, a photo when somebody taps on it.
//!
//! ```text
//! for wanted in replica.wanted_photos(case, Photos::PreviewsOnly)? {
//!     let mut fetch = replica.start_fetch(case, wanted.hash)?;
//!     while let Some(request) = replica.next_fetch_request(&mut fetch)? {
//!         if let Ok(reply) = send(request) { replica.apply_fetch(&mut fetch, &reply)?; }
//!     }
//! }
//! ```
//!
//! What arrives is kept piece by piece, so a cut or a killed process costs at most one piece. Bytes are taken
//! for the photo only if their SHA-256 is its name. They go with the document for which they were fetched.

use http::header::{HeaderValue, RANGE};
use http::{Request, Response, StatusCode};

use super::Replica;
use super::budget::Photos;
use super::http_reply::{header, length, refusal_in};
use super::photos::{PhotoKind, PhotoRow};
use super::store::{UploadState, Write};
use crate::document::{Document, DocumentKind};
use crate::error::{ErrorCode, Refusal};
use crate::ids::{CommandId, DocumentId, PhotoHash};
use crate::limits::{PHOTO_BYTES_MAX, PHOTO_CHUNK_BYTES, PREVIEW_BYTES_MAX};
use crate::model::{Case, Photo, Preview, Round};

/// Replies in a row that bring a photo no further, before the fetch is given up.
const STALLS_MAX: u8 = 4;

/// Bytes that a document names and that are not on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedPhoto {
    /// SHA-256 of them.
    pub hash: PhotoHash,
    /// Their number.
    pub size: u64,
    /// The photo, as the document names it, whose bytes or whose preview's bytes they are.
    pub of: PhotoHash,
}

/// One photo on its way to this device. Nothing is missed when it is dropped.
#[derive(Debug)]
pub struct PhotoFetch {
    document: DocumentId,
    hash: PhotoHash,
    size: u64,
    offset: u64,
    stalls: u8,
    arrived: bool,
}

impl PhotoFetch {
    /// How many bytes are here, of how many.
    pub const fn progress(&self) -> (u64, u64) {
        (self.offset, self.size)
    }
}

impl Replica {
    /// What a case or round names and this device does not have, in stamp order: previews, and photos that have
    /// none and are no larger than one; with [`Photos::All`] the photos too, behind them. Empty if the document
    /// is not on this device.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn wanted_photos(
        &mut self,
        document: DocumentId,
        which: Photos,
    ) -> Result<Vec<WantedPhoto>, Refusal> {
        let photos = self.photos_in(document)?;
        let small = photos.iter().filter_map(|photo| {
            let (hash, size) = match photo.preview {
                Some(Preview { hash, size }) => (hash, size),
                None if photo.size <= PREVIEW_BYTES_MAX => (photo.hash, photo.size),
                None => return None,
            };
            Some(WantedPhoto { hash, size, of: photo.hash })
        });
        let whole =
            photos.iter().map(|photo| WantedPhoto { hash: photo.hash, size: photo.size, of: photo.hash });
        let all: Vec<_> = match which {
            Photos::All => small.chain(whole).collect(),
            Photos::AsTheLinkAllows | Photos::PreviewsOnly => small.collect(),
            Photos::None => Vec::new(),
        };
        let mut wanted: Vec<WantedPhoto> = Vec::new();
        for one in all {
            // If the photo itself is here, its preview is of no use.
            let here = self.store.photo(one.hash)?.is_some() || self.store.photo(one.of)?.is_some();
            if !here && !wanted.iter().any(|known| known.hash == one.hash) {
                wanted.push(one);
            }
        }
        Ok(wanted)
    }

    /// Begins to fetch a photo or preview that a document here names, or goes on where an earlier fetch was cut.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if the document does not name it, [`ErrorCode::PhotoTooLarge`], `store_…` codes.
    pub fn start_fetch(&mut self, document: DocumentId, hash: PhotoHash) -> Result<PhotoFetch, Refusal> {
        let named = self.photos_in(document)?.into_iter().find_map(|photo| match photo.preview {
            Some(preview) if preview.hash == hash => Some(preview.size),
            Some(_) | None => (photo.hash == hash).then_some(photo.size),
        });
        let size = named.ok_or_else(|| not_named(document, hash))?;
        if size > PHOTO_BYTES_MAX {
            let message = format!("photo {hash} has {size} bytes; at most {PHOTO_BYTES_MAX} are taken");
            return Err(Refusal::new(ErrorCode::PhotoTooLarge, message));
        }
        let arrived = self.store.photo(hash)?.is_some();
        let offset = if arrived { size } else { length(self.store.parts(hash)?.len()).min(size) };
        Ok(PhotoFetch { document, hash, size, offset, stalls: 0, arrived })
    }

    /// The next request to send; `None` once the photo is here. Asked for a second time without a reply in
    /// between, it takes the reply for lost.
    ///
    /// # Errors
    /// As [`Replica::signed_get`].
    pub fn next_fetch_request(
        &mut self,
        fetch: &mut PhotoFetch,
    ) -> Result<Option<Request<Vec<u8>>>, Refusal> {
        if fetch.arrived {
            return Ok(None);
        }
        let mut request = self.signed_get(&format!("/v1/photos/{}", fetch.hash))?;
        let last = fetch.offset.saturating_add(length(PHOTO_CHUNK_BYTES)).min(fetch.size).saturating_sub(1);
        // A preview goes in one piece, and what is asked for whole needs no word about it.
        if fetch.offset > 0 || last + 1 < fetch.size {
            let range = HeaderValue::from_str(&format!("bytes={}-{last}", fetch.offset));
            let range = range.map_err(|error| Refusal::new(ErrorCode::BadRequest, error.to_string()))?;
            request.headers_mut().insert(RANGE, range);
        }
        Ok(Some(request))
    }

    /// Takes in the reply to the last request. What it brought is on disk when this returns.
    ///
    /// # Errors
    /// What the server refused with; [`ErrorCode::PhotoHashMismatch`] if the bytes are not the photo, which are
    /// thrown away; [`ErrorCode::ReplyMalformed`]; [`ErrorCode::NotFound`] if the document has left this device;
    /// `store_…` codes. The fetch stands as before, and may be tried again later.
    pub fn apply_fetch(&mut self, fetch: &mut PhotoFetch, reply: &Response<Vec<u8>>) -> Result<(), Refusal> {
        let (hash, document) = (fetch.hash, fetch.document);
        if self.photos_in(document)?.is_empty() {
            self.commit(vec![Write::DropParts(hash)])?;
            return Err(not_named(document, hash));
        }
        fetch.stalls += 1;
        if fetch.stalls > STALLS_MAX {
            return Err(Refusal::new(ErrorCode::LinkFailed, format!("photo {hash} does not arrive")));
        }
        match reply.status() {
            StatusCode::OK => fetch.offset = 0,
            StatusCode::PARTIAL_CONTENT if range_start(reply) == Some(fetch.offset) => {}
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
                // Another part than was asked for: it is asked for from the beginning.
                fetch.offset = 0;
                return Ok(self.commit(vec![Write::DropParts(hash)])?);
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return self.signed_get_refused(reply),
            _ => return Err(refusal_in(reply)),
        }
        let bytes = reply.body();
        let end = fetch.offset.saturating_add(length(bytes.len()));
        if bytes.is_empty() || end > fetch.size {
            let message = format!("bytes up to {end} of a photo of {}", fetch.size);
            return Err(Refusal::new(ErrorCode::ReplyMalformed, message));
        }
        if end < fetch.size {
            let mut writes = vec![Write::PutPart(hash, document, fetch.offset, bytes.clone())];
            if fetch.offset == 0 {
                writes.insert(0, Write::DropParts(hash));
            }
            self.commit(writes)?;
        } else {
            let mut whole = if fetch.offset == 0 { Vec::new() } else { self.store.parts(hash)? };
            whole.extend_from_slice(bytes);
            if PhotoHash::of(&whole) != hash {
                fetch.offset = 0;
                self.commit(vec![Write::DropParts(hash)])?;
                let message = format!("what came as photo {hash} has another hash");
                return Err(Refusal::new(ErrorCode::PhotoHashMismatch, message));
            }
            let upload = UploadState { stored: true, ..UploadState::default() };
            let row = PhotoRow {
                hash,
                seq: 0,
                size: fetch.size,
                case: document,
                // No edit of this device names it.
                command: CommandId::from_bytes([0; 16]),
                upload,
                kind: PhotoKind::Fetched,
            };
            self.commit(vec![Write::PutPhoto(row, whole), Write::DropParts(hash)])?;
            fetch.arrived = true;
        }
        fetch.offset = end;
        fetch.stalls = 0;
        Ok(())
    }

    /// The photos that a case or round on this device names, in stamp order.
    fn photos_in(&mut self, document: DocumentId) -> Result<Vec<Photo>, Refusal> {
        let Some(head) = self.store.head(document)? else { return Ok(Vec::new()) };
        let photos = |document: &Document| match head.kind {
            DocumentKind::Case => Case::read(document).photos,
            DocumentKind::Round => {
                Round::read(document).photos.into_iter().map(|mention| mention.photo).collect()
            }
            DocumentKind::Contact | DocumentKind::Site => Vec::new(),
        };
        Ok(self.look(document, head.kind, photos)?.unwrap_or_default())
    }
}

/// Where the bytes of a partial reply begin.
fn range_start(reply: &Response<Vec<u8>>) -> Option<u64> {
    header(reply.headers(), "content-range")?.strip_prefix("bytes ")?.split_once('-')?.0.parse().ok()
}

fn not_named(document: DocumentId, hash: PhotoHash) -> Refusal {
    Refusal::new(ErrorCode::NotFound, format!("no document {document} on this phone names photo {hash}"))
}
