//! Tokens that the server signs for itself, so that it has to remember nothing.
//!
//! A **freshness token** goes with every reply and comes back in the next signed request. It says when
//! the server spoke last: the request cannot be older than that, whatever the phone's clock says.
//! An **upload token** lets whoever holds it send the bytes of one photo, for stock upload clients that
//! cannot sign requests.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac as _;
use rand_core::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{DeviceId, PhotoHash};
use roundsman_sync_core::limits::{TOKEN_AGE_MS_MAX, TOKEN_CHARS_MAX, UPLOAD_TOKEN_AGE_MS_MAX};
use zeroize::Zeroizing;

use super::labelled_mac;

/// Which run of the server: chance drawn at each start.
///
/// Replay counters live in memory, so they begin anew with each run; a token of another run must not
/// be taken as fresh, or requests answered before the restart could be replayed after it.
pub type Epoch = [u8; 8];

const FRESHNESS_LABEL: &str = "roundsman/freshness/1";
const UPLOAD_LABEL: &str = "roundsman/upload/1";
/// 128 bits of MAC: nobody guesses one online, and the header stays short.
const MAC_BYTES: usize = 16;
const FRESHNESS_BYTES: usize = 8 + 8;
const UPLOAD_BYTES: usize = 16 + 32 + 8 + 8;

/// The server's own secret, from which every token is made. Stored in the data folder, in no reply and no log.
pub struct ServerSecret(Zeroizing<[u8; 32]>);

/// What a freshness token of this server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreshnessToken {
    /// When the server issued it. Whoever shows it cannot have made the request before that.
    pub issued: Timestamp,
    /// The run of the server that issued it.
    pub epoch: Epoch,
}

impl FreshnessToken {
    /// Whether a request with this token can be taken by the run `epoch` of the server at `now`.
    ///
    /// A token that is not fresh is still proof of when it was issued. One from the future is taken:
    /// it is this very run's, so only the server's own clock can have gone back.
    pub fn is_fresh(&self, now: Timestamp, epoch: Epoch) -> bool {
        self.epoch == epoch && now.millis_since(self.issued) <= TOKEN_AGE_MS_MAX
    }
}

/// Leave to upload one photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadGrant {
    /// The device whose edit names the photo.
    pub device: DeviceId,
    /// The hash the bytes must have.
    pub photo: PhotoHash,
    /// How many bytes there must be.
    pub size_bytes: u64,
    /// The last moment at which the grant is taken.
    pub expires: Timestamp,
}

impl UploadGrant {
    /// A grant as it is given at `now`.
    pub const fn given(now: Timestamp, device: DeviceId, photo: PhotoHash, size_bytes: u64) -> Self {
        Self { device, photo, size_bytes, expires: now.plus_millis(UPLOAD_TOKEN_AGE_MS_MAX) }
    }
}

impl ServerSecret {
    /// A fresh secret from the chance handed in.
    pub fn generate(rng: &mut dyn Rng) -> Self {
        let mut bytes = Zeroizing::new([0u8; 32]);
        rng.fill_bytes(bytes.as_mut());
        Self(bytes)
    }

    /// The secret with exactly these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The freshness token for a reply given at `now`: 43 characters of base64url.
    pub fn issue_freshness(&self, now: Timestamp, epoch: Epoch) -> String {
        let mut payload = [0u8; FRESHNESS_BYTES];
        payload[..8].copy_from_slice(&now.millis().to_be_bytes());
        payload[8..].copy_from_slice(&epoch);
        self.seal(FRESHNESS_LABEL, &payload)
    }

    /// What a freshness token says, if this server issued it. How old it may be is for
    /// [`FreshnessToken::is_fresh`] to say.
    pub fn read_freshness(&self, text: &str) -> Option<FreshnessToken> {
        let payload: [u8; FRESHNESS_BYTES] = self.open(FRESHNESS_LABEL, text)?;
        let (issued, epoch) = payload.split_first_chunk()?;
        Some(FreshnessToken {
            issued: Timestamp::from_millis(i64::from_be_bytes(*issued)),
            epoch: epoch.try_into().ok()?,
        })
    }

    /// The token that carries this grant: 107 characters of base64url.
    pub fn issue_upload(&self, grant: &UploadGrant) -> String {
        let mut payload = [0u8; UPLOAD_BYTES];
        payload[..16].copy_from_slice(grant.device.as_bytes());
        payload[16..48].copy_from_slice(grant.photo.as_bytes());
        payload[48..56].copy_from_slice(&grant.size_bytes.to_be_bytes());
        payload[56..].copy_from_slice(&grant.expires.millis().to_be_bytes());
        self.seal(UPLOAD_LABEL, &payload)
    }

    /// The grant that an upload token carries, if it can be used at `now`.
    ///
    /// # Errors
    /// [`ErrorCode::UploadTokenInvalid`] if this server did not issue it, or if it has expired.
    pub fn read_upload(&self, text: &str, now: Timestamp) -> Result<UploadGrant, Refusal> {
        let refusal = |message: String| Refusal::new(ErrorCode::UploadTokenInvalid, message);
        let grant = self
            .open(UPLOAD_LABEL, text)
            .and_then(|payload| parse_grant(&payload))
            .ok_or_else(|| refusal("the upload token is not one of this server's".to_owned()))?;
        if now > grant.expires {
            return Err(refusal(format!(
                "the upload token expired at {}; the next sync reply brings a new one",
                grant.expires
            )));
        }
        Ok(grant)
    }

    fn seal(&self, label: &str, payload: &[u8]) -> String {
        let mut mac = labelled_mac(&self.0, label);
        mac.update(payload);
        let tag = mac.finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([payload, &tag[..MAC_BYTES]].concat())
    }

    /// The payload of a token of this label. The MAC is compared in constant time.
    fn open<const PAYLOAD: usize>(&self, label: &str, text: &str) -> Option<[u8; PAYLOAD]> {
        if text.len() > TOKEN_CHARS_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (payload, tag) = bytes.split_first_chunk::<PAYLOAD>()?;
        // The length is checked here, because a MAC cut to one byte would be easy to guess.
        let tag: &[u8; MAC_BYTES] = tag.try_into().ok()?;
        let mut mac = labelled_mac(&self.0, label);
        mac.update(payload);
        mac.verify_truncated_left(tag).ok()?;
        Some(*payload)
    }
}

fn parse_grant(payload: &[u8; UPLOAD_BYTES]) -> Option<UploadGrant> {
    let (device, rest) = payload.split_first_chunk()?;
    let (photo, rest) = rest.split_first_chunk()?;
    let (size, expires) = rest.split_first_chunk()?;
    Some(UploadGrant {
        device: DeviceId::from_bytes(*device),
        photo: PhotoHash::from_bytes(*photo),
        size_bytes: u64::from_be_bytes(*size),
        expires: Timestamp::from_millis(i64::from_be_bytes(expires.try_into().ok()?)),
    })
}

impl fmt::Debug for ServerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerSecret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_773_000_000_000);
    const EPOCH: Epoch = [7; 8];

    fn secret() -> ServerSecret {
        ServerSecret::from_bytes([0x2a; 32])
    }

    fn grant() -> UploadGrant {
        UploadGrant::given(NOW, DeviceId::from_bytes([1; 16]), PhotoHash::from_bytes([2; 32]), 123_456)
    }

    /// Every token that differs from this one in a single bit.
    fn with_one_bit_changed(token: &str) -> impl Iterator<Item = String> {
        let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
        (0..bytes.len() * 8).map(move |bit| {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            URL_SAFE_NO_PAD.encode(bytes)
        })
    }

    #[test]
    fn a_freshness_token_says_when_and_in_which_run_it_was_issued() {
        let token = secret().issue_freshness(NOW, EPOCH);
        // Also the token of the worked example in docs/protocol.md.
        assert_eq!(token, "AAABnM8JAgAHBwcHBwcHBzt3MuvR70sX-WgPf9ZfVJ4");
        assert_eq!(secret().read_freshness(&token), Some(FreshnessToken { issued: NOW, epoch: EPOCH }));
    }

    #[test]
    fn a_freshness_token_with_any_bit_changed_is_nobodys() {
        let token = secret().issue_freshness(NOW, EPOCH);
        for changed in with_one_bit_changed(&token) {
            assert_eq!(secret().read_freshness(&changed), None, "{changed}");
        }
    }

    #[test]
    fn a_cut_or_lengthened_token_is_nobodys() {
        let token = secret().issue_freshness(NOW, EPOCH);
        for length in 0..token.len() {
            assert_eq!(secret().read_freshness(&token[..length]), None);
        }
        for tail in ["A", "AA", "AAAA", "=", " ", "\0"] {
            assert_eq!(secret().read_freshness(&format!("{token}{tail}")), None);
        }
    }

    #[test]
    fn a_token_has_one_spelling() {
        let token = secret().issue_freshness(NOW, EPOCH);
        let (head, last) = token.split_at(token.len() - 1);
        let read = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            .chars()
            .filter(|end| secret().read_freshness(&format!("{head}{end}")).is_some())
            .collect::<String>();
        assert_eq!(read, last);
    }

    #[test]
    fn a_token_of_another_server_is_nobodys() {
        let other = ServerSecret::from_bytes([0x2b; 32]);
        let token = other.issue_freshness(NOW, EPOCH);
        assert_eq!(secret().read_freshness(&token), None);
    }

    #[test]
    fn a_token_of_an_earlier_run_proves_the_time_but_is_not_fresh() {
        let token = secret().issue_freshness(NOW, [6; 8]);
        let read = secret().read_freshness(&token).unwrap();
        assert_eq!(read.issued, NOW);
        assert!(!read.is_fresh(NOW, EPOCH));
    }

    #[test]
    fn a_freshness_token_is_taken_for_seven_days() {
        let read = FreshnessToken { issued: NOW, epoch: EPOCH };
        assert!(read.is_fresh(NOW.plus_millis(TOKEN_AGE_MS_MAX), EPOCH));
        assert!(!read.is_fresh(NOW.plus_millis(TOKEN_AGE_MS_MAX + 1), EPOCH));
        assert!(read.is_fresh(NOW.plus_millis(-5), EPOCH));
    }

    #[test]
    fn an_upload_token_carries_its_grant_until_it_expires() {
        let token = secret().issue_upload(&grant());
        assert_eq!(token.len(), 107);
        let at = |now| secret().read_upload(&token, now);
        assert_eq!(at(NOW), Ok(grant()));
        assert_eq!(at(grant().expires), Ok(grant()));
        assert_eq!(at(grant().expires.plus_millis(1)).unwrap_err().code, ErrorCode::UploadTokenInvalid);
    }

    #[test]
    fn an_upload_token_with_any_bit_changed_is_refused() {
        let token = secret().issue_upload(&grant());
        for changed in with_one_bit_changed(&token) {
            assert_eq!(secret().read_upload(&changed, NOW).unwrap_err().code, ErrorCode::UploadTokenInvalid);
        }
    }

    #[test]
    fn the_mac_of_one_kind_of_token_is_worth_nothing_in_another() {
        let payload = [0u8; UPLOAD_BYTES];
        let mistaken = secret().seal(FRESHNESS_LABEL, &payload);
        assert!(secret().open::<UPLOAD_BYTES>(FRESHNESS_LABEL, &mistaken).is_some());
        assert!(secret().open::<UPLOAD_BYTES>(UPLOAD_LABEL, &mistaken).is_none());
    }

    #[test]
    fn printing_the_secret_never_shows_it() {
        assert_eq!(format!("{:?}", secret()), "ServerSecret(hidden)");
    }

    proptest! {
        #[test]
        fn no_text_passes_for_a_token(text in ".{0,200}") {
            prop_assert_eq!(secret().read_freshness(&text), None);
            prop_assert!(secret().read_upload(&text, NOW).is_err());
        }

        #[test]
        fn any_time_and_run_read_back(millis in any::<i64>(), epoch in any::<[u8; 8]>()) {
            let issued = Timestamp::from_millis(millis);
            let token = secret().issue_freshness(issued, epoch);
            prop_assert_eq!(secret().read_freshness(&token), Some(FreshnessToken { issued, epoch }));
        }
    }
}
