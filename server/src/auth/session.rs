//! Sessions of the office: token, cookie, lifetime. Where they are stored is not decided here.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac as _;
use rand_core::Rng;
use roundsman_sync_core::clock::Timestamp;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::labelled_mac;

/// A session ends after this long without a request: a working day with its breaks, not a night.
pub const SESSION_IDLE_MS_MAX: i64 = 12 * 3600 * 1000;
/// A session ends after this long whatever happens, so a stolen cookie is good for a week at most.
pub const SESSION_AGE_MS_MAX: i64 = 7 * 24 * 3600 * 1000;

const CSRF_LABEL: &str = "roundsman/csrf/1";
const SECURE_COOKIE: &str = "__Host-roundsman";
const PLAIN_COOKIE: &str = "roundsman";

/// What the browser holds: 256 bits of chance. The server stores only the [`SessionDigest`].
pub struct SessionToken(Zeroizing<[u8; 32]>);

/// SHA-256 of a session token: whoever reads the database cannot act as anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionDigest([u8; 32]);

impl SessionToken {
    /// A fresh token from the chance handed in.
    pub fn generate(rng: &mut dyn Rng) -> Self {
        let mut bytes = Zeroizing::new([0u8; 32]);
        rng.fill_bytes(bytes.as_mut());
        Self(bytes)
    }

    /// The token that the browser sent in its `Cookie` header, if it sent one of the right form.
    pub fn from_cookies(header: &str, secure: bool) -> Option<Self> {
        header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == cookie_name(secure))
            .find_map(|(_, value)| Self::parse(value))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0u8; 32]);
        // The slice form refuses what is longer, and never allocates.
        let length = URL_SAFE_NO_PAD.decode_slice(text, bytes.as_mut()).ok()?;
        (length == bytes.len()).then_some(Self(bytes))
    }

    /// What to store, and what to look for when the browser comes back.
    pub fn digest(&self) -> SessionDigest {
        let mut hash = Sha256::new();
        hash.update(b"roundsman/session/1\0");
        hash.update(*self.0);
        SessionDigest(hash.finalize().into())
    }

    /// The value of the `Set-Cookie` header that hands this token to the browser.
    ///
    /// `secure` is whether the browser reached us by TLS. Over plain HTTP, which is for loopback only,
    /// some browsers drop `Secure` cookies, and with them the `__Host-` prefix that demands them.
    pub fn set_cookie(&self, secure: bool) -> String {
        let value = URL_SAFE_NO_PAD.encode(*self.0);
        cookie(&value, SESSION_AGE_MS_MAX / 1000, secure)
    }

    /// The text that each form carries beside the cookie, so that another site cannot send it.
    ///
    /// Derived from the token: it needs no storage and ends with the session. It does not tell the token.
    pub fn csrf_token(&self) -> String {
        let tag = labelled_mac(&self.0, CSRF_LABEL).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode(tag)
    }

    /// Whether a form carried the right text. Compared in constant time.
    pub fn csrf_matches(&self, given: &str) -> bool {
        let mut tag = [0u8; 32];
        URL_SAFE_NO_PAD
            .decode_slice(given, &mut tag)
            .is_ok_and(|length| labelled_mac(&self.0, CSRF_LABEL).verify_slice(&tag[..length]).is_ok())
    }
}

/// The name of the session cookie; see [`SessionToken::set_cookie`] for `secure`.
pub const fn cookie_name(secure: bool) -> &'static str {
    if secure { SECURE_COOKIE } else { PLAIN_COOKIE }
}

/// The value of the `Set-Cookie` header that makes the browser forget its session.
pub fn clear_cookie(secure: bool) -> String {
    cookie("", 0, secure)
}

fn cookie(value: &str, age_s: i64, secure: bool) -> String {
    let name = cookie_name(secure);
    let flag = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Strict{flag}")
}

/// Whether a session made at `created` and last used at `last_used` still counts at `now`.
pub const fn is_live(created: Timestamp, last_used: Timestamp, now: Timestamp) -> bool {
    now.millis_since(last_used) <= SESSION_IDLE_MS_MAX && now.millis_since(created) <= SESSION_AGE_MS_MAX
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(hidden)")
    }
}

impl SessionDigest {
    /// The digest with exactly these bytes, as read from a table.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use proptest::prelude::*;

    use super::*;

    const ENCODED: &str = "KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio";

    fn token() -> SessionToken {
        SessionToken(Zeroizing::new([0x2a; 32]))
    }

    fn found(header: &str, secure: bool) -> Option<SessionDigest> {
        SessionToken::from_cookies(header, secure).map(|token| token.digest())
    }

    #[test]
    fn the_cookie_is_bound_to_host_and_tls_where_there_is_tls() {
        assert_eq!(
            token().set_cookie(true),
            format!("__Host-roundsman={ENCODED}; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict; Secure")
        );
        assert_eq!(
            token().set_cookie(false),
            format!("roundsman={ENCODED}; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict")
        );
    }

    #[test]
    fn leaving_clears_the_same_cookie() {
        assert_eq!(
            clear_cookie(true),
            "__Host-roundsman=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure"
        );
        assert!(clear_cookie(false).starts_with("roundsman=; "));
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let digest = Some(token().digest());
        assert_eq!(found(&format!("__Host-roundsman={ENCODED}"), true), digest);
        assert_eq!(found(&format!("a=b; roundsman={ENCODED};lang=zh"), false), digest);
        assert_eq!(found(&format!("roundsman=; roundsman={ENCODED}"), false), digest);
    }

    #[test]
    fn what_is_not_our_cookie_is_no_session() {
        for header in [
            "",
            ";",
            "roundsman",
            "roundsman=",
            "roundsman=KioqKio",
            "roundsman=KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKipA",
            "Roundsman=KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio",
            "xroundsman=KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio",
        ] {
            assert_eq!(found(header, false), None, "{header}");
        }
        // A cookie set without TLS is worth nothing with it: another port of the host could have set it.
        assert_eq!(found(&format!("roundsman={ENCODED}"), true), None);
    }

    #[test]
    fn a_form_passes_only_with_the_text_of_its_own_session() {
        let csrf = token().csrf_token();
        assert!(token().csrf_matches(&csrf));
        assert!(!SessionToken(Zeroizing::new([0x2b; 32])).csrf_matches(&csrf));
        assert!(!token().csrf_matches(""));
        assert!(!token().csrf_matches(&csrf[..42]));
        assert!(!token().csrf_matches(ENCODED));
        let bytes = URL_SAFE_NO_PAD.decode(&csrf).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(!token().csrf_matches(&URL_SAFE_NO_PAD.encode(bytes)));
        }
    }

    #[test]
    fn a_session_ends_by_idleness_and_by_age() {
        let start = Timestamp::from_millis(1_773_000_000_000);
        let at = |ms| start.plus_millis(ms);
        assert!(is_live(start, start, at(SESSION_IDLE_MS_MAX)));
        assert!(!is_live(start, start, at(SESSION_IDLE_MS_MAX + 1)));
        let used = at(SESSION_AGE_MS_MAX - 1);
        assert!(is_live(start, used, at(SESSION_AGE_MS_MAX)));
        assert!(!is_live(start, used, at(SESSION_AGE_MS_MAX + 1)));
        assert!(is_live(start, start, at(-5)));
    }

    #[test]
    fn printing_a_token_for_a_log_hides_it() {
        assert_eq!(format!("{:?}", token()), "SessionToken(hidden)");
    }

    proptest! {
        #[test]
        fn no_cookie_header_makes_the_parser_panic(header in "((__Host-)?roundsman=)?.{0,100}") {
            let _ = SessionToken::from_cookies(&header, true);
            let _ = SessionToken::from_cookies(&header, false);
            let _ = token().csrf_matches(&header);
        }
    }
}
