//! Passwords of the office.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use rand_core::Rng;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use zeroize::Zeroizing;

/// Memory of one hash: 19 MiB, the least that OWASP's Password Storage Cheat Sheet asks of Argon2id
/// with two passes. More would let a few logins at once push a small server into swapping.
pub const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over that memory; see [`MEMORY_KIB`].
pub const PASSES: u32 = 2;
/// Lanes. One, because a hash runs on one thread and a second lane would only help the attacker.
pub const LANES: u32 = 1;
/// The shortest password a person may choose, in letters (NIST SP 800-63B, section 5.1.1.2).
pub const PASSWORD_CHARS_MIN: usize = 8;
/// The longest password that is looked at, in bytes, so that nobody makes the server hash megabytes.
pub const PASSWORD_BYTES_MAX: usize = 1024;

/// Bytes of salt, as RFC 9106 recommends.
const SALT_BYTES: usize = 16;
/// Groups of a one-time password; each carries 16 bits, so five make 80.
const ONE_TIME_GROUPS: usize = 5;

/// Why a password was not hashed or compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Shorter than [`PASSWORD_CHARS_MIN`].
    #[error("a password has at least {PASSWORD_CHARS_MIN} letters")]
    TooShort,
    /// Longer than [`PASSWORD_BYTES_MAX`].
    #[error("a password has at most {PASSWORD_BYTES_MAX} bytes")]
    TooLong,
    /// The stored text is not a hash that this program can have written.
    #[error("the stored password hash cannot be read")]
    StoredUnreadable,
    /// The hash could not be computed, for want of memory.
    #[error("the password could not be hashed: {0}")]
    HashFailed(Error),
}

/// The PHC string to store for a new password. Takes tens of milliseconds of one core: not for an async thread.
///
/// # Errors
/// [`PasswordError`] if the password is too short or too long, or if there is no memory.
pub fn hash(password: &str, rng: &mut dyn Rng) -> Result<String, PasswordError> {
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(PasswordError::TooShort);
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(PasswordError::TooLong);
    }
    let mut salt = [0u8; SALT_BYTES];
    rng.fill_bytes(&mut salt);
    hash_with_salt(password, &salt)
}

/// Whether this is the password of a stored PHC string. Takes as long as [`hash`].
///
/// Without a stored string (no such login) it works as long and says no, so that the time of the answer
/// does not tell which logins exist.
///
/// # Errors
/// [`PasswordError`] if the stored string is damaged or there is no memory; never for a wrong password.
pub fn matches(password: &str, stored: Option<&str>) -> Result<bool, PasswordError> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Ok(false);
    }
    let Some(stored) = stored else {
        std::hint::black_box(hash_with_salt(password, &[0; SALT_BYTES])?);
        return Ok(false);
    };
    let stored = PasswordHash::new(stored).map_err(|_| PasswordError::StoredUnreadable)?;
    if stored.salt.is_none() || stored.hash.is_none() {
        return Err(PasswordError::StoredUnreadable);
    }
    // The parameters are those of the stored hash, so hashes outlive a change of ours.
    match argon2()?.verify_password(password.as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(Error::Algorithm | Error::Version | Error::EncodingInvalid) => {
            Err(PasswordError::StoredUnreadable)
        }
        Err(error) => Err(PasswordError::HashFailed(error)),
    }
}

/// A password to be used once and then changed, with what is kept of it.
pub struct OneTime {
    text: Zeroizing<String>,
    hash: String,
}

impl OneTime {
    /// A fresh one. Takes as long as [`hash`], so not inside a transaction.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] if there is no memory.
    pub fn draw(rng: &mut dyn Rng) -> Result<Self, Refusal> {
        let text = one_time(rng);
        let hash = hash(&text, rng).map_err(|error| Refusal::new(ErrorCode::Internal, error.to_string()))?;
        Ok(Self { text, hash })
    }

    /// The text to hand to a person. It is told once.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The PHC string to store.
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// A password to be used once and then changed: five pronounceable groups, 80 bits.
///
/// Each group is 16 bits as consonant, vowel, consonant, vowel, consonant ("proquint", arXiv 0901.4016):
/// it can be read out over the telephone, and has no digits to be taken for letters.
fn one_time(rng: &mut dyn Rng) -> Zeroizing<String> {
    // Full length from the start: a string that grows leaves copies of itself behind.
    let mut text = Zeroizing::new(String::with_capacity(ONE_TIME_GROUPS * 6));
    for group in 0..ONE_TIME_GROUPS {
        if group > 0 {
            text.push('-');
        }
        let mut bits = [0u8; 2];
        rng.fill_bytes(&mut bits);
        push_proquint(&mut text, u16::from_be_bytes(bits));
    }
    text
}

fn push_proquint(text: &mut String, bits: u16) {
    const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
    const VOWELS: &[u8; 4] = b"aiou";
    for (letters, shift) in
        [(CONSONANTS.as_slice(), 12), (VOWELS, 10), (CONSONANTS, 6), (VOWELS, 4), (CONSONANTS, 0)]
    {
        // Both alphabets are powers of two long, so the remainder is the lowest 4 or 2 bits.
        let at = usize::from(bits >> shift) % letters.len();
        text.push(char::from(letters[at]));
    }
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| PasswordError::HashFailed(error.into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_with_salt(password: &str, salt: &[u8]) -> Result<String, PasswordError> {
    argon2()?
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash| hash.to_string())
        .map_err(PasswordError::HashFailed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use rand::SeedableRng as _;
    use rand::rngs::ChaCha20Rng;

    use super::*;

    fn rng(seed: u64) -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(seed)
    }

    #[test]
    fn a_password_matches_its_own_hash_only() {
        let stored = hash("正确的密码很长一点", &mut rng(1)).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_eq!(matches("正确的密码很长一点", Some(&stored)), Ok(true));
        assert_eq!(matches("正确的密码很长一", Some(&stored)), Ok(false));
        assert_eq!(matches("", Some(&stored)), Ok(false));
    }

    #[test]
    fn the_salt_comes_from_the_chance_handed_in() {
        let password = "same password";
        assert_eq!(hash(password, &mut rng(1)), hash(password, &mut rng(1)));
        assert_ne!(hash(password, &mut rng(1)), hash(password, &mut rng(2)));
    }

    #[test]
    fn an_unknown_login_never_matches() {
        assert_eq!(matches("any password", None), Ok(false));
    }

    #[test]
    fn hashes_with_older_parameters_are_still_understood() {
        // Made with m=64 KiB, t=1.
        let weaker = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap())
            .hash_password_with_salt(b"old password", &[9; 16])
            .unwrap()
            .to_string();
        assert_eq!(matches("old password", Some(&weaker)), Ok(true));
        assert_eq!(matches("new password", Some(&weaker)), Ok(false));
    }

    #[test]
    fn a_damaged_hash_is_told_from_a_wrong_password() {
        for damaged in ["", "x", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1", "$scrypt$x$y"] {
            assert_eq!(
                matches("any password", Some(damaged)),
                Err(PasswordError::StoredUnreadable),
                "{damaged}"
            );
        }
    }

    #[test]
    fn passwords_have_bounds() {
        assert_eq!(hash("seven77", &mut rng(1)), Err(PasswordError::TooShort));
        let long = "x".repeat(PASSWORD_BYTES_MAX + 1);
        assert_eq!(hash(&long, &mut rng(1)), Err(PasswordError::TooLong));
        assert_eq!(matches(&long, None), Ok(false));
    }

    /// The examples of the proquint paper.
    #[test]
    fn sixteen_bits_become_five_letters() {
        for (bits, letters) in [(0x7f00, "lusab"), (0x0001, "babad"), (0x3f54, "gutih")] {
            let mut text = String::new();
            push_proquint(&mut text, bits);
            assert_eq!(text, letters);
        }
    }

    #[test]
    fn a_one_time_password_is_long_enough_and_differs_each_time() {
        let mut rng = rng(1);
        let (first, second) = (one_time(&mut rng), one_time(&mut rng));
        assert_eq!(first.split('-').map(str::len).collect::<Vec<_>>(), [5; 5]);
        assert_ne!(first, second);
        assert!(hash(&first, &mut rng).is_ok());
    }
}
