//! Enrolment: the phone presents its one-time code and its key, once.

use http::{Request, Response};

use super::Replica;
use super::http_reply::refusal_in;
use super::meta::{Enrolment, ServerClock};
use crate::error::{ErrorCode, Refusal};
use crate::limits::REQUEST_BYTES_MAX;
use crate::protocol::messages::{EnrolReply, EnrolRequest};
use crate::protocol::packing::{pack, unpack};
use crate::protocol::{MEDIA_TYPE, PROTOCOL};

/// Where a phone enrols.
const ENROL_PATH: &str = "/v1/enrol";

impl Replica {
    /// The request that enrols this replica with the code a person typed. Sending it again after its
    /// reply was lost gives the same enrolment.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`] if it is enrolled already, `store_failed` if the key cannot sign.
    pub fn enrol_request(&mut self, code: &str, phone_name: &str) -> Result<Request<Vec<u8>>, Refusal> {
        self.not_enrolled()?;
        let key = self.signer.public_key();
        let proof = self
            .signer
            .sign(&EnrolRequest::proof_input(code, &key))
            .map_err(|error| Refusal::new(ErrorCode::StoreFailed, error.to_string()))?;
        let message = EnrolRequest {
            protocol: PROTOCOL,
            code: code.to_owned(),
            key,
            name: phone_name.to_owned(),
            proof,
        };
        self.enrol_asked = Some(self.env.clock.read());
        Request::post(ENROL_PATH)
            .header("content-type", MEDIA_TYPE)
            .body(pack(&message))
            .map_err(|error| Refusal::new(ErrorCode::BadRequest, error.to_string()))
    }

    /// Takes in the answer to [`Replica::enrol_request`].
    ///
    /// # Errors
    /// The server's code (`enrol_code_…`), [`ErrorCode::LinkFailed`] or [`ErrorCode::ReplyMalformed`].
    /// The replica is then not enrolled.
    pub fn enrol_apply(&mut self, reply: &Response<Vec<u8>>) -> Result<(), Refusal> {
        self.not_enrolled()?;
        let Some(asked) = self.enrol_asked else {
            return Err(Refusal::new(ErrorCode::BadRequest, "no enrolment was asked for"));
        };
        if !reply.status().is_success() {
            return Err(refusal_in(reply));
        }
        let reply: EnrolReply = unpack(reply.body(), REQUEST_BYTES_MAX)
            .map_err(|refusal| Refusal::new(ErrorCode::ReplyMalformed, refusal.message))?;
        let now = self.env.clock.read();
        let mut meta = self.meta.clone();
        meta.enrolment = Some(Enrolment {
            org: reply.org,
            device: reply.device,
            person: reply.person,
            person_name: reply.person_name,
            server_key: reply.server_key,
        });
        meta.roles = reply.roles;
        meta.log = Some(reply.log);
        meta.see_token(reply.token, now);
        meta.server_clock = Some(ServerClock::from_reply(asked, now, reply.server_time));
        self.commit(vec![meta.write()])?;
        self.meta = meta;
        self.enrol_asked = None;
        Ok(())
    }

    /// Where the server is, as the app said last.
    pub fn server(&self) -> Option<&str> {
        self.meta.server.as_deref()
    }

    /// Remembers where the server is: `https://host[:port]`, without a path. Nothing else changes: a server that
    /// moved is still the one this device is enrolled with.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`] for an address of another form, `store_…` codes.
    pub fn set_server(&mut self, address: &str) -> Result<(), Refusal> {
        let address = address.trim().trim_end_matches('/');
        let uri: Option<http::Uri> = address.parse().ok();
        let sound = uri.is_some_and(|uri| {
            let named = uri.authority().is_some_and(|authority| !authority.host().is_empty());
            matches!(uri.scheme_str(), Some("http" | "https"))
                && named
                && uri.path() == "/"
                && uri.query().is_none()
        });
        if !sound {
            let message = format!("'{address}' is no address of a server, such as https://roundsman.example");
            return Err(Refusal::new(ErrorCode::BadRequest, message));
        }
        let mut meta = self.meta.clone();
        meta.server = Some(address.to_owned());
        self.commit(vec![meta.write()])?;
        self.meta = meta;
        Ok(())
    }

    fn not_enrolled(&self) -> Result<(), Refusal> {
        match &self.meta.enrolment {
            None => Ok(()),
            Some(enrolment) => {
                let message = format!("this replica is already enrolled as {}", enrolment.device);
                Err(Refusal::new(ErrorCode::BadRequest, message))
            }
        }
    }
}
