//! Requests on their way, and what the server witnesses of them.

use http::{Request, Response, StatusCode};
use rand::RngExt;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::limits::REQUEST_BYTES_MAX;
use roundsman_sync_core::protocol::envelope::Envelope;
use roundsman_sync_core::protocol::messages::SyncRequest;
use roundsman_sync_core::protocol::packing::unpack;

use super::link::{Fate, Letter, cut};
use super::properties::{Property, Violation, check_received};
use super::recording::Exchange;
use super::trace::short_hash;
use super::{Weather, World, told};

impl World {
    /// Sends a phone's request through the network. `None` if no answer comes back.
    pub(super) fn send(
        &mut self,
        from: usize,
        request: &Request<Vec<u8>>,
    ) -> Result<Option<Response<Vec<u8>>>, Violation> {
        if self.devices[from].offline_until > self.time.now() {
            return Ok(None);
        }
        let weather: Weather = self.weather;
        let fate = weather.fate(&mut self.rng);
        if fate != Fate::Delivered {
            self.note(format!("{} meets {fate:?}", self.devices[from].name));
        }
        match fate {
            Fate::Delivered => self.arrive(from, request),
            Fate::RequestLost => Ok(None),
            Fate::ReplyLost => self.arrive(from, request).map(|_| None),
            Fate::Delayed => {
                let due = self.time.now().plus_millis(self.rng.random_range(1_000..1_800_000));
                self.letters.push(Letter { due, from, request: request.clone() });
                Ok(None)
            }
            Fate::Repeated { hears_second } => {
                let first = self.arrive(from, request)?;
                let second = self.arrive(from, request)?;
                Ok(if hears_second { second } else { first })
            }
            Fate::RequestCut => {
                let begun = cut(request, &mut self.rng);
                self.arrive_cut(from, &begun, request.body().len())?;
                Ok(None)
            }
            Fate::ReplyCut => {
                let mut reply = self.arrive(from, request)?;
                if let Some(reply) = &mut reply {
                    let length = reply.body().len();
                    reply.body_mut().truncate(self.rng.random_range(0..=length / 2));
                }
                Ok(reply)
            }
            Fate::ServerDies => {
                self.arrive(from, request)?;
                self.kill_server();
                Ok(None)
            }
        }
    }

    /// Delivers what is due. Nobody waits for its answer any more.
    pub(super) fn deliver_late(&mut self, everything: bool) -> Result<(), Violation> {
        let now = self.time.now();
        let (due, later) =
            std::mem::take(&mut self.letters).into_iter().partition(|one| everything || one.due <= now);
        self.letters = later;
        let mut due: Vec<Letter> = due;
        due.sort_by_key(|letter| letter.due);
        for letter in due {
            self.note(format!("a late request of {}", self.devices[letter.from].name));
            self.arrive(letter.from, &letter.request)?;
        }
        Ok(())
    }

    /// The request reaches the server whole.
    fn arrive(
        &mut self,
        from: usize,
        request: &Request<Vec<u8>>,
    ) -> Result<Option<Response<Vec<u8>>>, Violation> {
        let now = self.time.now();
        let Some(reply) = self.server.handle(now, request) else { return Ok(None) };
        self.note_reply(from, request, &reply);
        if let Some(wire) = &mut self.wire {
            wire.push(Exchange::of(request, &reply));
        }
        self.witness(request, &reply);
        check_received(self, from, request, &reply)?;
        let code = code_of(&reply);
        let fine = match reply.status() {
            status if status.is_success() => true,
            StatusCode::UNAUTHORIZED => {
                // A grant holds for a week; phones are away for longer now and then.
                matches!(
                    code,
                    Some(ErrorCode::TokenStale | ErrorCode::RequestReplayed | ErrorCode::UploadTokenInvalid)
                )
            }
            // A photo's way: the same piece again, an upload that was swept, a grant that ran out.
            StatusCode::CONFLICT | StatusCode::NOT_FOUND | StatusCode::FORBIDDEN => true,
            _ => false,
        };
        if fine {
            return Ok(Some(reply));
        }
        let body = String::from_utf8_lossy(reply.body()).into_owned();
        let what = format!(
            "{} got {} to an honest {}: {body}",
            self.devices[from].name,
            reply.status(),
            request.uri()
        );
        Err(Violation { property: Property::HonestRunsAreQuiet, what })
    }

    /// Only a part of the body reaches the server. Of a photo that part counts; of anything else nothing.
    fn arrive_cut(&mut self, from: usize, request: &Request<Vec<u8>>, whole: usize) -> Result<(), Violation> {
        let before = self.log_head();
        let now = self.time.now();
        let Some(reply) = self.server.handle(now, request) else { return Ok(()) };
        self.note_reply(from, request, &reply);
        let refused = reply.status().is_client_error();
        let is_photo = request.uri().path().starts_with("/v1/uploads");
        if is_photo || whole == 0 || (refused && before == self.log_head()) {
            return Ok(());
        }
        let what = format!("a cut {} got {}", request.uri(), reply.status());
        Err(Violation { property: Property::HonestRunsAreQuiet, what })
    }

    fn note_reply(&mut self, from: usize, request: &Request<Vec<u8>>, reply: &Response<Vec<u8>>) {
        let name = self.devices[from].name.clone();
        let (sent, got) = (short_hash(request.body()), short_hash(reply.body()));
        let code = code_of(reply).map(|code| format!(" {}", code.as_str())).unwrap_or_default();
        self.note(format!(
            "{name} {} {} {sent}{} -> {}{code} {got}{}",
            request.method(),
            request.uri(),
            told::asked(request),
            reply.status().as_u16(),
            told::answered(request, reply),
        ));
    }

    /// Remembers when each command first reached the server's hands.
    fn witness(&mut self, request: &Request<Vec<u8>>, reply: &Response<Vec<u8>>) {
        let kept = reply.status() == StatusCode::OK || code_of(reply) == Some(ErrorCode::DeviceRevoked);
        if request.uri().path() != "/v1/sync" || !kept {
            return;
        }
        let now = self.time.now();
        let message: SyncRequest = unpack(request.body(), REQUEST_BYTES_MAX).unwrap();
        for bytes in &message.envelopes {
            let opened = Envelope::open(bytes).unwrap();
            for (item, change) in opened.envelope.items.iter().zip(&opened.changes) {
                let command = change.note.unwrap().command;
                self.witnessed.entry((item.document, command)).or_insert(now);
            }
        }
    }

    pub(super) fn log_head(&self) -> u64 {
        let head = |db: &rusqlite::Transaction<'_>| roundsman_server::log::head(db);
        self.server.service().map_or(0, |service| service.read(head).unwrap())
    }

    pub(super) fn kill_server(&mut self) {
        self.server.kill();
        self.down_until = self.time.now().plus_millis(self.rng.random_range(0..600_000));
        self.note("the server is killed");
    }
}

/// The stable code of a problem.
fn code_of(reply: &Response<Vec<u8>>) -> Option<ErrorCode> {
    if reply.status().is_success() {
        return None;
    }
    let problem: serde_json::Value = serde_json::from_slice(reply.body()).ok()?;
    ErrorCode::from_text(problem.get("code")?.as_str()?)
}
