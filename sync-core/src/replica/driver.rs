//! One sync: requests out, replies in, no I/O of its own.
//!
//! ```text
//! let mut session = replica.start_sync(SyncBudget::default());
//! while let Some(request) = replica.next_request(&mut session)? {
//!     if let Ok(reply) = send(request) { replica.apply(&mut session, &reply)?; }   // or give up, or wait
//! }
//! ```
//!
//! A session holds nothing that is missed when it is dropped. Asked for a request twice without a reply in
//! between, it takes the reply for lost: records go again as they are, an upload asks where it stands.

use std::collections::{BTreeMap, BTreeSet};

use http::{Request, Response, StatusCode};
use minicbor::bytes::ByteVec;

use super::Replica;
use super::budget::{Stop, SyncBudget, Uploads};
use super::http_reply::{header_bytes, length, refusal_in};
use super::outbox::EditState;
use super::photos::{PhotoKind, to_ask_about};
use super::repair::{Answered, Repair, Step};
use super::reply::Taken;
use super::store::Write;
use super::upload::{Progress, Upload};
use crate::clock::ClockReading;
use crate::error::{ErrorCode, Refusal};
use crate::ids::{DocumentId, PhotoHash};
use crate::limits::{REPLY_BYTES_MAX, REQUEST_ENVELOPES_MAX, REQUEST_RECOVERED_MAX};
use crate::protocol::MEDIA_TYPE;
use crate::protocol::messages::{SyncReply, SyncRequest, UploadGrant};
use crate::protocol::packing::{pack, unpack};

/// How often everything held is compared, even if no sum differs.
const COMPARE_EVERY_MS: i64 = 24 * 3600 * 1000;
const SYNC_PATH: &str = "/v1/sync";
/// How often one session signs anew because the server asked for another token or counter.
const SIGN_AGAIN_MAX: u8 = 2;

/// What a sync has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncCounts {
    /// Requests that were answered.
    pub round_trips: u32,
    /// Bytes of requests, lost ones included: line, headers and body, without what the transport adds.
    pub bytes_up: u64,
    /// Bytes of replies: line, headers and body.
    pub bytes_down: u64,
    /// Edits that were accepted.
    pub accepted: u32,
    /// Edits that were refused for good.
    pub refused: u32,
    /// Photos and drawn signatures whose last byte the server has.
    pub photos_sent: u32,
    /// Previews whose last byte the server has.
    pub previews_sent: u32,
    /// How often everything held was compared with the server's side: because the sums differed, which
    /// they never do in honest runs, once a day, or because the office wished it.
    pub repairs: u32,
    /// How often the cursors were set back because a repair did not mend what differed.
    pub resyncs: u32,
    /// What of the budget was used up, if that ended the sync.
    pub stopped: Option<Stop>,
    /// The budget ended the sync while there was more to do. What a budget leaves out of its own choice, such
    /// as photos on a metered link, is not more.
    pub more: bool,
}

/// See the module.
#[derive(Debug)]
pub struct SyncSession {
    number: u64,
    budget: SyncBudget,
    phase: Phase,
    /// Edits that were answered in this session with 'wait'; they are not sent twice in it.
    waiting: BTreeSet<u64>,
    asked_photos: BTreeSet<PhotoHash>,
    tried_photos: BTreeSet<PhotoHash>,
    /// In the order in which they are to be used.
    grants: BTreeMap<(PhotoKind, u64, PhotoHash), UploadGrant>,
    repair: Option<Repair>,
    signed_again: u8,
    started: ClockReading,
    /// An answer was taken in; until then no budget is used up.
    answered: bool,
    handed_over: Vec<HandedOver>,
    counts: SyncCounts,
}

/// A photo whose bytes somebody else carries to the server: one `PATCH` of tus 1.0 from `offset` to the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedOver {
    /// SHA-256 of the photo.
    pub hash: PhotoHash,
    /// The case or round that names it.
    pub document: DocumentId,
    /// The path of the upload.
    pub path: String,
    /// The headers to send: offset, media type, token, version.
    pub headers: Vec<(&'static str, String)>,
    /// The first byte that the server does not have.
    pub offset: u64,
    /// Length of the photo.
    pub size: u64,
}

#[derive(Debug)]
enum Phase {
    Ask,
    Asked(Asked),
    Upload(Box<Upload>),
    Done,
}

/// A sync request under way.
#[derive(Debug)]
struct Asked {
    sent: Vec<u64>,
    photos: Vec<PhotoHash>,
    recovered: usize,
    at: ClockReading,
}

impl SyncSession {
    /// What the sync has done so far.
    pub fn counts(&self) -> SyncCounts {
        self.counts
    }

    /// Photos that the budget left to somebody else, each with what its one request needs. Nobody has to answer
    /// for them: the next sync asks the server how far it has them.
    pub fn handed_over(&self) -> &[HandedOver] {
        &self.handed_over
    }

    fn spent(&self) -> u64 {
        self.counts.bytes_up.saturating_add(self.counts.bytes_down)
    }
}

impl Replica {
    /// Begins a sync. An earlier session that is still open can no longer go on.
    pub fn start_sync(&mut self, budget: SyncBudget) -> SyncSession {
        self.sessions += 1;
        SyncSession {
            number: self.sessions,
            budget,
            phase: Phase::Ask,
            waiting: BTreeSet::new(),
            asked_photos: BTreeSet::new(),
            tried_photos: BTreeSet::new(),
            grants: BTreeMap::new(),
            repair: None,
            signed_again: 0,
            started: self.env.clock.read(),
            answered: false,
            handed_over: Vec::new(),
            counts: SyncCounts::default(),
        }
    }

    /// The next request to send, by its path alone; `None` when the sync is done or its budget used up.
    ///
    /// # Errors
    /// [`ErrorCode::NotEnrolled`], [`ErrorCode::DeviceRevoked`], `store_…` codes, or
    /// [`ErrorCode::BadRequest`] for a session that a newer one has replaced.
    pub fn next_request(&mut self, session: &mut SyncSession) -> Result<Option<Request<Vec<u8>>>, Refusal> {
        self.is_newest(session)?;
        let spent = session.spent();
        if !matches!(session.phase, Phase::Done) && session.answered {
            let now = self.env.clock.read();
            if let Some(stop) = session.budget.used_up(spent, session.started, now) {
                session.counts.stopped = Some(stop);
                session.counts.more = true;
                session.phase = Phase::Done;
            }
        }
        self.hand_over(session)?;
        let request = match &mut session.phase {
            Phase::Done => return Ok(None),
            Phase::Ask | Phase::Asked(_) => self.ask(session)?,
            Phase::Upload(upload) => upload.request(&*self.store, session.budget.piece_bytes(spent))?,
        };
        let line =
            length(request.method().as_str().len() + request.uri().path().len() + "  HTTP/1.1\r\n".len());
        session.counts.bytes_up += line + header_bytes(request.headers()) + length(request.body().len());
        Ok(Some(request))
    }

    /// Takes in the reply to the last request. All of it is on disk when this returns.
    ///
    /// # Errors
    /// What the server refused with; [`ErrorCode::LinkFailed`] or [`ErrorCode::ReplyMalformed`] for a reply
    /// that says nothing usable; `store_…` codes. Nothing has changed then, except after
    /// [`ErrorCode::DeviceRevoked`], and the next request repeats what was not answered.
    pub fn apply(&mut self, session: &mut SyncSession, reply: &Response<Vec<u8>>) -> Result<(), Refusal> {
        self.is_newest(session)?;
        session.counts.round_trips += 1;
        let line = length("HTTP/1.1 200 \r\n".len() + reply.status().canonical_reason().unwrap_or("").len());
        session.counts.bytes_down += line + header_bytes(reply.headers()) + length(reply.body().len());
        match std::mem::replace(&mut session.phase, Phase::Ask) {
            Phase::Asked(asked) => {
                let outcome = self.take_answer(session, &asked, reply);
                if outcome.is_err() {
                    session.phase = Phase::Asked(asked);
                }
                outcome
            }
            Phase::Upload(mut upload) => {
                let outcome = self.take_upload_answer(session, &mut upload, reply);
                session.answered |= outcome.is_ok();
                match outcome {
                    Ok(true) => self.move_on(session, false),
                    Ok(false) => {
                        session.phase = Phase::Upload(upload);
                        Ok(())
                    }
                    Err(refusal) => {
                        session.phase = Phase::Upload(upload);
                        Err(refusal)
                    }
                }
            }
            phase @ (Phase::Ask | Phase::Done) => {
                session.phase = phase;
                Err(Refusal::new(ErrorCode::BadRequest, "a reply came without a request"))
            }
        }
    }

    /// Leaves the photos whose uploads stand ready to somebody else, if the budget says so.
    fn hand_over(&mut self, session: &mut SyncSession) -> Result<(), Refusal> {
        if session.budget.uploads == Uploads::Here {
            return Ok(());
        }
        while let Phase::Upload(upload) = &session.phase
            && let Some((path, offset)) = upload.stands_at()
            && let Some(row) = self.store.photo(upload.grant().hash)?
            && row.kind == PhotoKind::Original
        {
            session.handed_over.push(HandedOver {
                hash: row.hash,
                document: row.case,
                path: path.to_owned(),
                headers: upload.piece_headers(offset).to_vec(),
                offset,
                size: row.size,
            });
            self.move_on(session, false)?;
        }
        Ok(())
    }

    fn is_newest(&self, session: &SyncSession) -> Result<(), Refusal> {
        if session.number == self.sessions {
            Ok(())
        } else {
            Err(Refusal::new(ErrorCode::BadRequest, "another sync was started since"))
        }
    }

    /// The request that does everything.
    fn ask(&mut self, session: &mut SyncSession) -> Result<Request<Vec<u8>>, Refusal> {
        self.enrolment()?;
        let at = self.env.clock.read();
        let spent = session.spent();
        let meta = &self.meta;
        let mut writes = Vec::new();
        let mut sent = Vec::new();
        let mut envelopes: Vec<ByteVec> = Vec::new();
        let mut envelope_bytes = 0;
        for row in self.store.unsettled()? {
            if session.waiting.contains(&row.seq) {
                continue;
            }
            envelope_bytes += row.envelope_bytes;
            let full =
                envelope_bytes > session.budget.push_bytes(spent) || sent.len() == REQUEST_ENVELOPES_MAX;
            if full && !sent.is_empty() {
                break;
            }
            let Some(edit) = self.store.edit(row.seq)? else { continue };
            sent.push(row.seq);
            envelopes.push(edit.envelope);
            if edit.state == EditState::OnThisPhone {
                writes.push(Write::SetEditState(row.seq, EditState::Sent));
            }
        }
        let photos = to_ask_about(&*self.store, &session.budget, &session.asked_photos, &sent)?;
        let photos: Vec<_> = photos.into_iter().map(|row| row.hash).collect();
        let message = SyncRequest {
            protocol: self.version,
            log: meta.log.ok_or_else(|| Refusal::new(ErrorCode::NotEnrolled, "no log is known"))?,
            base: meta.base,
            behind: meta.behind.clone(),
            envelopes,
            time: meta.claim(at),
            budget_bytes: session.budget.page_bytes(spent, meta.base == 0 || !meta.behind.is_empty()),
            photos: photos.clone(),
            rights: meta.rights_digest(),
            repair: session.repair.as_ref().map(Repair::question),
            recovered: self.store.recovered(REQUEST_RECOVERED_MAX)?,
        };
        let recovered = message.recovered.len();
        let body = pack(&message);
        let request = Request::post(SYNC_PATH).header("content-type", MEDIA_TYPE);
        let request = self.sign(request, "POST", SYNC_PATH, body)?;
        self.hand_out(writes)?;
        session.phase = Phase::Asked(Asked { sent, photos, recovered, at });
        Ok(request)
    }

    fn take_answer(
        &mut self,
        session: &mut SyncSession,
        asked: &Asked,
        reply: &Response<Vec<u8>>,
    ) -> Result<(), Refusal> {
        if reply.status() != StatusCode::OK {
            return self.take_refusal(session, reply);
        }
        let message: SyncReply = unpack(reply.body(), REPLY_BYTES_MAX)
            .map_err(|refusal| Refusal::new(ErrorCode::ReplyMalformed, refusal.message))?;
        if message.protocol != self.version {
            let what = format!("the server speaks protocol {}", message.protocol);
            return Err(Refusal::new(ErrorCode::ProtocolUnsupported, what));
        }
        let may_resync = session.counts.resyncs == 0;
        let repaired = session.counts.repairs > 0 && session.repair.is_none();
        let taken = self.take_reply(&asked.sent, asked.at, message, may_resync, repaired)?;
        let Taken {
            settled,
            made_again,
            grants,
            more,
            resync,
            differs,
            asked_to_compare,
            repair,
            level,
            recovered,
        } = taken;
        session.answered = true;
        session.counts.accepted += settled.accepted;
        session.counts.refused += settled.refused;
        session.counts.resyncs += u32::from(resync);
        session.asked_photos.extend(&asked.photos);
        session.waiting.extend(&asked.sent);
        session.waiting.retain(|seq| !made_again.contains(seq));
        for grant in grants {
            if let Some(row) = self.store.photo(grant.hash)?
                && session.tried_photos.insert(grant.hash)
            {
                session.grants.insert((row.kind, row.seq, row.hash), grant);
            }
        }
        let repairing = self.go_on_repairing(session, repair, differs || asked_to_compare, level)?;
        // What a restored server may have lost goes on being handed back for as long as it is taken.
        let handing_back = (asked.recovered == 0 || recovered > 0) && !self.store.recovered(1)?.is_empty();
        self.move_on(session, more || repairing || handing_back)
    }

    /// Begins a repair, takes it further or ends it. True if there is more to ask for it.
    fn go_on_repairing(
        &mut self,
        session: &mut SyncSession,
        answer: Option<Answered>,
        wished: bool,
        level: bool,
    ) -> Result<bool, Refusal> {
        match (session.repair.take(), answer) {
            (Some(repair), Some(answer)) => match repair.step(answer)? {
                Step::On(repair) => session.repair = Some(repair),
                Step::Done { void } => self.end_repair(&void)?,
            },
            // The answer was lost, or the server speaks of another log: the question stands.
            (Some(repair), None) => session.repair = Some(repair),
            (None, _) => {
                let due = level
                    && self.meta.compared_at.is_some_and(|at| {
                        self.env.clock.read().wall.millis_since(at).abs() > COMPARE_EVERY_MS
                    });
                if session.counts.repairs > 0 || !(wished || due) {
                    return Ok(false);
                }
                let feeds: Vec<_> = self.meta.feeds.iter().map(|grant| grant.feed).collect();
                session.repair = Some(Repair::begin(&*self.store, &feeds)?);
                session.counts.repairs += 1;
            }
        }
        Ok(true)
    }

    /// Chooses what comes next: records before photos, and one more look for receipts after them.
    fn move_on(&mut self, session: &mut SyncSession, more: bool) -> Result<(), Refusal> {
        let unsent = self.store.unsettled()?.iter().any(|row| !session.waiting.contains(&row.seq));
        if more || unsent {
            session.phase = Phase::Ask;
            return Ok(());
        }
        let unasked = to_ask_about(&*self.store, &session.budget, &session.asked_photos, &[])?;
        // More photos may wait than one request asks about: those that go first are granted first.
        let earlier = |kind: PhotoKind| {
            kind == PhotoKind::Original && unasked.first().is_some_and(|row| row.kind < PhotoKind::Original)
        };
        while let Some(((kind, ..), _)) = session.grants.first_key_value()
            && !earlier(*kind)
            && let Some((_, grant)) = session.grants.pop_first()
        {
            // A grant for what is not here, or not of that size, grants nothing.
            if let Some(row) = self.store.photo(grant.hash)?
                && !row.upload.stored
                && row.size == grant.size
            {
                session.phase = Phase::Upload(Box::new(Upload::new(grant, &row.upload)));
                return Ok(());
            }
        }
        session.phase = if unasked.is_empty() { Phase::Done } else { Phase::Ask };
        Ok(())
    }

    /// An answer that is not 200.
    fn take_refusal(&mut self, session: &mut SyncSession, reply: &Response<Vec<u8>>) -> Result<(), Refusal> {
        let refusal = refusal_in(reply);
        if refusal.code == ErrorCode::DeviceRevoked {
            self.wipe(&refusal.message)?;
        }
        if session.signed_again == SIGN_AGAIN_MAX || !self.learn_to_sign(&refusal, reply.headers())? {
            return Err(refusal);
        }
        session.signed_again += 1;
        session.phase = Phase::Ask;
        Ok(())
    }

    /// True if this photo is through with for now.
    fn take_upload_answer(
        &mut self,
        session: &mut SyncSession,
        upload: &mut Upload,
        reply: &Response<Vec<u8>>,
    ) -> Result<bool, Refusal> {
        let hash = upload.grant().hash;
        let Some(row) = self.store.photo(hash)? else { return Ok(true) };
        let mut state = row.upload.clone();
        let progress = upload.reply(reply, &mut state)?;
        if state != row.upload {
            self.commit(vec![Write::SetUpload(hash, state)])?;
        }
        match progress {
            Progress::Going => Ok(false),
            Progress::Failed => Ok(true),
            Progress::Complete => {
                match row.kind {
                    PhotoKind::Preview => session.counts.previews_sent += 1,
                    PhotoKind::Strokes | PhotoKind::Small | PhotoKind::Original | PhotoKind::Fetched => {
                        session.counts.photos_sent += 1;
                    }
                }
                // Asked about once more, for the receipt.
                session.asked_photos.remove(&hash);
                Ok(true)
            }
        }
    }
}
