//! Who asks: freshness and upload tokens, replay, enrolment codes, passwords and sessions.
//!
//! Time and chance are handed in. Only [`accounts`], [`api_keys`] and [`answers`] touch tables; what else must
//! be stored is named by each part, and is never the secret itself where a digest will do.

pub mod accounts;
pub mod answers;
pub mod api_keys;
pub mod enrol_code;
pub mod password;
pub mod rates;
pub mod replay;
pub mod scope;
pub mod session;
pub mod staff;
pub mod subscriber;
pub mod throttle;
pub mod token;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// A MAC that has already taken in what it is for.
///
/// The label keeps a token of one kind from ever being read as one of another kind. It ends in a zero
/// byte, so no label is the start of another.
fn labelled_mac(secret: &[u8; 32], label: &str) -> Hmac<Sha256> {
    // HMAC fills a short key with zeros up to its block (RFC 2104); doing so here cannot fail.
    let mut key = zeroize::Zeroizing::new([0u8; 64]);
    key[..secret.len()].copy_from_slice(secret);
    let mut mac = Hmac::new((&*key).into());
    mac.update(label.as_bytes());
    mac.update(&[0]);
    mac
}
