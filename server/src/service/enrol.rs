//! `POST /v1/enrol`: a phone presents its one-time code and its key.

use http::{HeaderName, Request, Response};
use rand::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::limits::FIELD_CHARS_MAX;
use roundsman_sync_core::protocol::messages::{EnrolReply, EnrolRequest};
use roundsman_sync_core::protocol::version::{self, VERSIONS, VERSIONS_HEADER};
use roundsman_sync_core::protocol::{MEDIA_TYPE, packing};

use super::Service;
use crate::database::DatabaseError;
use crate::error::Problem;
use crate::feed;

/// A code, a key, a name and a signature; nobody needs more.
const BODY_BYTES_MAX: usize = 4 * 1024;

impl Service {
    pub(super) fn enrol(
        &self,
        now: Timestamp,
        rng: &mut dyn Rng,
        request: &Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, Problem> {
        let body = request.body();
        if body.len() > BODY_BYTES_MAX {
            let why = format!("an enrolment takes at most {BODY_BYTES_MAX} bytes");
            return Err(Problem::new(ErrorCode::BodyTooLarge, why));
        }
        let asked: EnrolRequest = asked(body, BODY_BYTES_MAX)?;
        check_protocol(asked.protocol)?;
        if asked.name.chars().count() > FIELD_CHARS_MAX || asked.name.chars().any(char::is_control) {
            let why = format!("the phone's name must be one line of at most {FIELD_CHARS_MAX} letters");
            return Err(Problem::new(ErrorCode::TextTooLong, why));
        }
        let proof = EnrolRequest::proof_input(&asked.code, &asked.key);
        asked.key.verify(&proof, &asked.proof).map_err(|_| {
            Refusal::new(ErrorCode::SignatureInvalid, "the phone does not hold the key it presents")
        })?;
        let (device, person) =
            self.write(|batch, office| office.enrol(batch, rng, now, &asked.code, &asked.key, &asked.name))?;
        let (person_name, roles) = self.read::<_, DatabaseError>(|read| {
            let name =
                read.query_row("SELECT name FROM people WHERE person = ?1", [person.as_bytes()], |row| {
                    row.get(0)
                })?;
            Ok((name, feed::roles_of(read, device)?))
        })?;
        let roles = roles.into_iter().map(|(_, grant)| grant).collect();
        let identity = self.identity();
        let reply = EnrolReply {
            org: identity.office.org,
            device,
            person,
            person_name,
            roles,
            log: identity.log,
            token: identity.office.secret.issue_freshness(now, self.epoch),
            server_time: now,
            server_key: identity.office.signer.public_key(),
        };
        Ok(packed(packing::pack(&reply)))
    }
}

/// What a request of every version of the protocol begins with.
#[derive(minicbor::Decode)]
struct Version {
    #[n(0)]
    protocol: u32,
}

/// The request in a body. One of another version may be of any form after its first field, and is told of
/// the versions that are spoken here.
pub(super) fn asked<T: for<'b> minicbor::Decode<'b, ()>>(
    body: &[u8],
    bytes_max: usize,
) -> Result<T, Problem> {
    packing::unpack(body, bytes_max).map_err(|refusal| {
        let version = packing::unpack::<Version>(body, bytes_max).ok();
        let other = version.and_then(|version| check_protocol(version.protocol).err());
        other.unwrap_or_else(|| refusal.into())
    })
}

/// Whether this server speaks that version.
pub(super) fn check_protocol(asked: u32) -> Result<(), Problem> {
    if VERSIONS.contains(&asked) {
        return Ok(());
    }
    let versions = version::spelt(&VERSIONS);
    let why = format!("this server speaks protocol {versions}, not {asked}");
    let header = HeaderName::from_static(VERSIONS_HEADER);
    Err(Problem::new(ErrorCode::ProtocolUnsupported, why).with_header(header, &versions))
}

/// A reply of the protocol.
pub(super) fn packed(body: Vec<u8>) -> Response<Vec<u8>> {
    let mut reply = Response::new(body);
    let media_type = http::HeaderValue::from_static(MEDIA_TYPE);
    reply.headers_mut().insert(http::header::CONTENT_TYPE, media_type);
    reply
}
