//! Requests signed by a device: HTTP Message Signatures (RFC 9421) over method, path, digest of the
//! body (RFC 9530) and the server's freshness token.
//!
//! There is exactly one accepted form, so that signer and verifier cannot disagree on what was signed:
//!
//! ```text
//! content-digest: sha-256=:<SHA-256 of the body>:
//! roundsman-token: <the token of the server's last reply>
//! signature-input: r=("@method" "@path" "content-digest" "roundsman-token");nonce="<counter>";keyid="<device>";alg="<algorithm>"
//! signature: r=:<64 bytes>:
//! ```
//!
//! and the signed text, lines parted by a line feed and none at the end, is
//!
//! ```text
//! "@method": POST
//! "@path": /v1/sync
//! "content-digest": sha-256=:…:
//! "roundsman-token": …
//! "@signature-params": ("@method" "@path" "content-digest" "roundsman-token");nonce=…;keyid=…;alg=…
//! ```
//!
//! Freshness never rests on the phone's clock: the token says when the server last spoke to the device,
//! and the counter, strictly rising, makes each signature good for one request. The host is not signed,
//! because the token is bound to its server already and phones reach one server under several names.
//! A query is not signed either, so signed requests carry none.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use sfv::{Dictionary, Parser};
use sha2::{Digest as _, Sha256};

use super::key::{Algorithm, PublicKey, SignFailed, Signature, Signer};
use crate::error::{ErrorCode, Refusal};
use crate::ids::DeviceId;
use crate::limits::TOKEN_CHARS_MAX;

#[cfg(test)]
mod tests;

/// The header that names what is signed and by whom.
pub const SIGNATURE_INPUT: &str = "signature-input";
/// The header that holds the signature.
pub const SIGNATURE: &str = "signature";
/// The header that holds the SHA-256 of the body.
pub const CONTENT_DIGEST: &str = "content-digest";
/// The header that holds the server's freshness token. Empty for a device that has lost it.
pub const ROUNDSMAN_TOKEN: &str = "roundsman-token";

/// The label of our signature among those that proxies may add.
const LABEL: &str = "r";
/// What is signed, in this order and with no parameters of its own.
const COVERED: [&str; 4] = ["@method", "@path", CONTENT_DIGEST, ROUNDSMAN_TOKEN];
/// The parameters of the signature, in this order.
const PARAMETERS: [&str; 3] = ["nonce", "keyid", "alg"];
/// One header value as it is looked at; ours are at most 160 bytes.
const HEADER_BYTES_MAX: usize = 1024;

/// The header lines that sign a request, names in lower case.
///
/// `path` is the path alone, as it stands in the request line. `counter` must be greater than any this
/// device has used since it got `token`.
///
/// # Errors
/// [`SignFailed`] if the key cannot be used, or if method, path or token could not be told apart
/// from the lines around them.
pub fn sign_request(
    method: &str,
    path: &str,
    body: &[u8],
    token: &str,
    counter: u64,
    device: DeviceId,
    signer: &dyn Signer,
) -> Result<Vec<(&'static str, String)>, SignFailed> {
    if !is_target(method, path) {
        return Err(SignFailed::TargetMalformed);
    }
    if !is_token(token) {
        return Err(SignFailed::TokenMalformed);
    }
    let digest = Sha256::digest(body).into();
    let params = signature_params(counter, device, signer.public_key().algorithm());
    let base = signature_base(method, path, &digest, token, &params);
    let signature = signer.sign(base.as_bytes())?;
    Ok(vec![
        (CONTENT_DIGEST, content_digest(&digest)),
        (ROUNDSMAN_TOKEN, token.to_owned()),
        (SIGNATURE_INPUT, format!("{LABEL}={params}")),
        (SIGNATURE, format!("{LABEL}=:{}:", STANDARD.encode(signature.as_bytes()))),
    ])
}

/// What the headers of a request claim. Nothing of it is true before [`SignedRequest::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRequest {
    /// The device that says it asks; its key is what to verify with.
    pub device: DeviceId,
    /// The number of this request, strictly rising for one device under one token.
    pub counter: u64,
    /// The freshness token the device was last given, or empty. Opaque here.
    pub token: String,
    algorithm: Algorithm,
    digest: [u8; 32],
    signature: Signature,
}

impl SignedRequest {
    /// Reads the signature headers of a request.
    ///
    /// # Errors
    /// [`ErrorCode::SignatureMissing`] if one of the four headers is not there;
    /// [`ErrorCode::SignatureInvalid`] if one is there twice or is not of the one accepted form.
    pub fn parse(headers: &HeaderMap) -> Result<Self, Refusal> {
        let input = only(headers, SIGNATURE_INPUT)?;
        let signature = only(headers, SIGNATURE)?;
        let digest = only(headers, CONTENT_DIGEST)?;
        let token = only(headers, ROUNDSMAN_TOKEN)?;

        let (device, counter, algorithm) = parse_input(input)?;
        if !is_token(token) {
            return Err(invalid(ROUNDSMAN_TOKEN, "is not a token of this protocol"));
        }
        Ok(Self {
            device,
            counter,
            token: token.to_owned(),
            algorithm,
            digest: parse_digest(digest)?,
            signature: parse_signature(signature)?,
        })
    }

    /// Checks that the holder of `key` signed this method, path, body and token.
    ///
    /// `path` is the request target as it was received, any query included: a query is never signed,
    /// so a request with one is refused.
    ///
    /// # Errors
    /// [`ErrorCode::SignatureInvalid`] if anything differs from what was signed.
    pub fn verify(&self, method: &str, path: &str, body: &[u8], key: &PublicKey) -> Result<(), Refusal> {
        let refuse = |message: &str| Err(Refusal::new(ErrorCode::SignatureInvalid, message));
        if !is_target(method, path) {
            return refuse("a signed request has a plain path and no query");
        }
        if self.algorithm != key.algorithm() {
            return refuse("the request is signed with another algorithm than the device's key");
        }
        if self.digest != <[u8; 32]>::from(Sha256::digest(body)) {
            return refuse("Content-Digest does not fit the body that arrived");
        }
        let params = signature_params(self.counter, self.device, self.algorithm);
        let base = signature_base(method, path, &self.digest, &self.token, &params);
        key.verify(base.as_bytes(), &self.signature).or_else(|_| {
            refuse("the signature fits neither this method, path, digest, token and counter, nor this device's key")
        })
    }
}

/// `("@method" …);nonce="…";keyid="…";alg="…"`: digits, a UUID and a registered name need no escaping.
fn signature_params(counter: u64, device: DeviceId, algorithm: Algorithm) -> String {
    let [method, path, digest, token] = COVERED;
    let [nonce, keyid, alg] = PARAMETERS;
    let algorithm = algorithm.http_name();
    format!(
        r#"("{method}" "{path}" "{digest}" "{token}");{nonce}="{counter}";{keyid}="{device}";{alg}="{algorithm}""#
    )
}

/// The signature base (RFC 9421, section 2.5). None of the parts holds a line feed or a quote.
fn signature_base(method: &str, path: &str, digest: &[u8; 32], token: &str, params: &str) -> String {
    let digest = content_digest(digest);
    let [method_name, path_name, digest_name, token_name] = COVERED;
    format!(
        "\"{method_name}\": {method}\n\"{path_name}\": {path}\n\"{digest_name}\": {digest}\n\"{token_name}\": {token}\n\"@signature-params\": {params}"
    )
}

fn content_digest(digest: &[u8; 32]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(digest))
}

fn is_token(token: &str) -> bool {
    token.len() <= TOKEN_CHARS_MAX
        && token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_target(method: &str, path: &str) -> bool {
    !method.is_empty()
        && method.bytes().all(|b| b.is_ascii_uppercase())
        && path.starts_with('/')
        && path.bytes().all(|b| b.is_ascii_graphic() && b != b'?' && b != b'#')
}

/// The one value of a header that must be there exactly once.
fn only<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<&'h str, Refusal> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Err(Refusal::new(ErrorCode::SignatureMissing, format!("the request has no {name} header")));
    };
    if values.next().is_some() {
        return Err(invalid(name, "is there more than once"));
    }
    if value.len() > HEADER_BYTES_MAX {
        return Err(invalid(name, "is too long"));
    }
    value.to_str().map_err(|_| invalid(name, "has bytes other than visible ASCII"))
}

fn invalid(header: &'static str, what: &str) -> Refusal {
    Refusal::new(ErrorCode::SignatureInvalid, format!("the {header} header {what}"))
}

fn parse_input(value: &str) -> Result<(DeviceId, u64, Algorithm), Refusal> {
    let refused = |what| invalid(SIGNATURE_INPUT, what);
    let fields: Dictionary = Parser::new(value).parse().map_err(|_| refused("is not a structured field"))?;
    let Some(sfv::ListEntry::InnerList(list)) = fields.get(LABEL) else {
        return Err(refused("has no list under the label r"));
    };
    let covered = list.items.iter().map(|item| item.bare_item.as_string().map(|name| name.as_str()));
    if !covered.eq(COVERED.map(Some)) || list.items.iter().any(|item| !item.params.is_empty()) {
        return Err(refused("must cover exactly @method, @path, content-digest and roundsman-token"));
    }
    if !list.params.keys().map(|key| key.as_str()).eq(PARAMETERS) {
        return Err(refused("must have exactly the parameters nonce, keyid and alg"));
    }
    let text =
        |name| list.params.get(name).and_then(|value| value.as_string()).map_or("", |text| text.as_str());
    let [nonce, keyid, alg] = PARAMETERS.map(text);
    // Parsed and written again, so that one counter and one device have one spelling: no sign, no
    // leading zero, lower case.
    let counter = nonce
        .parse::<u64>()
        .ok()
        .filter(|counter| counter.to_string() == nonce)
        .ok_or_else(|| refused("has a nonce that is not a counter in decimal"))?;
    let device = keyid
        .parse::<DeviceId>()
        .ok()
        .filter(|device| device.to_string() == keyid)
        .ok_or_else(|| refused("has a keyid that is not a device"))?;
    let algorithm = Algorithm::from_http_name(alg)
        .ok_or_else(|| refused("has an alg that this protocol does not know"))?;
    Ok((device, counter, algorithm))
}

fn parse_digest(value: &str) -> Result<[u8; 32], Refusal> {
    // The standard engine takes one spelling only, so the value is exactly what we would write.
    value
        .strip_prefix("sha-256=:")
        .and_then(|rest| rest.strip_suffix(':'))
        .and_then(|encoded| STANDARD.decode(encoded).ok())
        .and_then(|digest| digest.try_into().ok())
        .ok_or_else(|| invalid(CONTENT_DIGEST, "must be one sha-256 digest"))
}

fn parse_signature(value: &str) -> Result<Signature, Refusal> {
    let fields: Dictionary =
        Parser::new(value).parse().map_err(|_| invalid(SIGNATURE, "is not a structured field"))?;
    let bytes = match fields.get(LABEL) {
        Some(sfv::ListEntry::Item(item)) => item.bare_item.as_byte_sequence(),
        Some(sfv::ListEntry::InnerList(_)) | None => None,
    };
    bytes
        .and_then(Signature::from_slice)
        .ok_or_else(|| invalid(SIGNATURE, "has no 64 bytes under the label r"))
}
