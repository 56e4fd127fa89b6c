//! `POST /v1/sync`: one idempotent request does everything. Nothing is remembered between requests but
//! what the device itself says: its cursors.

use http::{Request, Response};
use minicbor::bytes::ByteVec;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{DeviceId, PhotoHash};
use roundsman_sync_core::limits::{
    PHOTO_BYTES_MAX, REQUEST_BYTES_MAX, REQUEST_ENVELOPES_MAX, REQUEST_FEEDS_MAX, REQUEST_OPERATIONS_MAX,
    REQUEST_PHOTOS_MAX, REQUEST_RECOVERED_MAX,
};
use roundsman_sync_core::protocol::messages::{SyncReply, SyncRequest, UploadGrant, Verdict};
use roundsman_sync_core::protocol::packing;
use rusqlite::OptionalExtension;

use super::Service;
use super::enrol::{asked, check_protocol, packed};
use super::signed::{Standing, shut_out};
use crate::auth::token;
use crate::data_folder::backed_up;
use crate::database::DatabaseError;
use crate::error::Problem;
use crate::feed::{self, Pull, Pulled, pull};
use crate::ingest::{Opened, hears_of_loss};
use crate::log::LogEntry;

impl Service {
    pub(super) fn sync(
        &self,
        now: Timestamp,
        request: &Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, Problem> {
        if request.body().len() > REQUEST_BYTES_MAX {
            let why = format!("a sync takes at most {REQUEST_BYTES_MAX} bytes");
            return Err(Problem::new(ErrorCode::BodyTooLarge, why));
        }
        let (device, standing) = self.who_signed(now, request)?;
        // What it has is kept on the phone, to come when the office has looked.
        if standing == Standing::Frozen {
            let why = "this phone used names of changes that were taken; the office has to look at it first";
            return Err(Problem::new(ErrorCode::DeviceFrozen, why));
        }
        let mut asked: SyncRequest = asked(request.body(), REQUEST_BYTES_MAX)?;
        check_protocol(asked.protocol)?;
        check_counts(&asked)?;

        let envelopes: Vec<Vec<u8>> =
            std::mem::take(&mut asked.envelopes).into_iter().map(ByteVec::into).collect();
        let secret = &self.identity().office.secret;
        let recovered = self.take_recovered(now, device, &asked)?;
        let verdicts = match envelopes.as_slice() {
            [] => Vec::new(),
            _ => {
                // Before the queue, on this request's own thread: the writer is one for all.
                let opened: Vec<Opened> = self.read::<_, DatabaseError>(|read| {
                    envelopes.iter().map(|bytes| Opened::of(read, device, bytes)).collect()
                })?;
                let operations: u64 = opened.iter().map(Opened::operations).sum();
                if operations > REQUEST_OPERATIONS_MAX {
                    let why =
                        format!("{operations} operations in one request; at most {REQUEST_OPERATIONS_MAX}");
                    return Err(Problem::new(ErrorCode::BodyTooLarge, why));
                }
                let verdicts = self.commit.push(now, secret, opened)?;
                self.counts.count(&verdicts);
                verdicts
            }
        };
        // What a revoked phone brought is kept as evidence before it is turned away.
        if standing == Standing::Revoked {
            return Err(shut_out());
        }
        if envelopes.is_empty() {
            self.hear_of_loss(now, device, &asked)?;
        }
        Ok(packed(packing::pack(&self.answer(now, device, &asked, verdicts, recovered)?)))
    }

    /// Writes down that a phone knows of a right that its person has lost. Looked for by a reader first: hardly
    /// ever is there anything to write.
    fn hear_of_loss(&self, now: Timestamp, device: DeviceId, asked: &SyncRequest) -> Result<(), Problem> {
        let up_to = asked.base;
        if asked.log == self.identity().log
            && self.read::<_, DatabaseError>(|read| hears_of_loss(read, now, device, up_to))?
        {
            let heard = LogEntry::LossHeard { device, up_to };
            self.write::<_, DatabaseError>(|batch, _| batch.append(now, &heard))?;
        }
        Ok(())
    }

    fn answer(
        &self,
        now: Timestamp,
        device: DeviceId,
        asked: &SyncRequest,
        verdicts: Vec<Vec<Verdict>>,
        recovered: u32,
    ) -> Result<SyncReply, Problem> {
        let identity = self.identity();
        let same_log = asked.log == identity.log;
        let (pulled, photos, repair, resync, backed_up) = self.read::<_, Problem>(|read| {
            let ask =
                Pull { device, base: asked.base, behind: &asked.behind, budget_bytes: asked.budget_bytes };
            let pulled = if same_log { Some(pull(read, &ask)?) } else { None };
            let repair = match &asked.repair {
                Some(question) if same_log => Some(feed::repair(read, device, question, asked.budget_bytes)?),
                Some(_) | None => None,
            };
            let photos = owed(read, device, &asked.photos)?;
            Ok((pulled, photos, repair, resync_asked(read, device)?, backed_up(read)?))
        })?;
        let (pages, base, checksum, more, rights) = match pulled {
            Some(Pulled { rights, pages, base, checksum, more }) => {
                let unsaid = rights.digest() == asked.rights;
                (pages, base, checksum, more, (!unsaid).then_some(rights))
            }
            // Cursors of another log mean nothing here: the device sets them back and asks again.
            None => (Vec::new(), 0, None, true, None),
        };
        if same_log && !more {
            self.hints.synced(device, base);
        }
        let mut receipts = Vec::new();
        let mut grants = Vec::new();
        for (hash, state) in photos {
            match state {
                Owed::Stored => receipts.push(hash),
                Owed::Expected { size } => {
                    let grant = token::UploadGrant::given(now, device, hash, size);
                    let token = identity.office.secret.issue_upload(&grant);
                    grants.push(UploadGrant { hash, size, token });
                }
                Owed::Unknown => {}
            }
        }
        Ok(SyncReply {
            protocol: asked.protocol,
            log: identity.log,
            verdicts,
            rights,
            pages,
            receipts,
            grants,
            checksum,
            base,
            token: identity.office.secret.issue_freshness(now, self.epoch),
            server_time: now,
            more,
            backed_up,
            repair,
            resync,
            continues: if same_log { None } else { identity.continues(asked.log) },
            recovered,
        })
    }

    /// Writes down what a device holds of others' work that this server may have lost. Only a restored
    /// server has lost anything; any other would let a phone fill the quarantine with anybody's words.
    fn take_recovered(&self, now: Timestamp, device: DeviceId, asked: &SyncRequest) -> Result<u32, Problem> {
        if asked.recovered.is_empty() || self.identity().parents.is_empty() || self.is_revoked(device)? {
            return Ok(0);
        }
        self.write::<_, DatabaseError>(|batch, _| batch.recover(now, device, &asked.recovered))?;
        Ok(u32::try_from(asked.recovered.len()).unwrap_or(u32::MAX))
    }
}

fn check_counts(asked: &SyncRequest) -> Result<(), Problem> {
    let counts = [
        ("envelopes", asked.envelopes.len(), REQUEST_ENVELOPES_MAX),
        ("feeds", asked.behind.len(), REQUEST_FEEDS_MAX),
        ("photos", asked.photos.len(), REQUEST_PHOTOS_MAX),
        ("recovered changes", asked.recovered.len(), REQUEST_RECOVERED_MAX),
    ];
    for (what, count, max) in counts {
        if count > max {
            return Err(Problem::new(
                ErrorCode::BadRequest,
                format!("{count} {what} in one request; at most {max}"),
            ));
        }
    }
    Ok(())
}

/// The position at which the office last asked this device to compare everything it holds.
fn resync_asked(read: &rusqlite::Connection, device: DeviceId) -> Result<Option<u64>, DatabaseError> {
    let asked: Option<Option<i64>> = read
        .prepare_cached("SELECT resync FROM devices WHERE device = ?1")?
        .query_row([device.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(asked.flatten().map(i64::unsigned_abs))
}

/// What the server has to say of a photo that a device asks about.
enum Owed {
    /// All of it is here.
    Stored,
    /// An accepted edit of this device names it.
    Expected {
        /// Its length, as that edit says.
        size: u64,
    },
    /// No accepted edit of this device names it. Knowing a hash grants nothing.
    Unknown,
}

fn owed(
    read: &rusqlite::Connection,
    device: DeviceId,
    hashes: &[PhotoHash],
) -> Result<Vec<(PhotoHash, Owed)>, DatabaseError> {
    let mut statement = read.prepare_cached(
        "SELECT o.size, b.hash IS NOT NULL FROM owed o LEFT JOIN blobs b ON b.hash = o.hash
         WHERE o.hash = ?1 AND o.device = ?2",
    )?;
    hashes
        .iter()
        .map(|&hash| {
            let row: Option<(i64, bool)> = statement
                .query_row((hash.as_bytes(), device.as_bytes()), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let state = match row {
                Some((_, true)) => Owed::Stored,
                Some((size, false)) if size.unsigned_abs() <= PHOTO_BYTES_MAX => {
                    Owed::Expected { size: size.unsigned_abs() }
                }
                Some(_) | None => Owed::Unknown,
            };
            Ok((hash, state))
        })
        .collect()
}
