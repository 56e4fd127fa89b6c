//! The one-time code that makes a phone a device.
//!
//! Usually read from a QR picture, sometimes typed: hence Crockford's base32, which has no letters that
//! look alike and forgives those that people type instead.

use std::fmt;

use rand_core::Rng;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BITS_PER_SYMBOL: u32 = 5;
/// 128 bits need 26 symbols of 5 bits; the first one holds only the top 3 bits.
const SYMBOLS: usize = 26;
const TOP_SYMBOL_MAX: u128 = 0b111;
const GROUP: usize = 5;
/// Far more than any way of writing a code with dashes and spaces.
const TEXT_BYTES_MAX: usize = 128;

/// A one-time enrolment code of 128 bits. Shown once and never stored; the server keeps its [`EnrolCodeDigest`].
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolCode(Zeroizing<u128>);

/// SHA-256 of an enrolment code: what the server stores and looks up.
///
/// A plain hash is enough, because 128 bits of chance cannot be tried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EnrolCodeDigest([u8; 32]);

impl EnrolCode {
    /// A fresh code from the chance handed in.
    pub fn generate(rng: &mut dyn Rng) -> Self {
        let mut bytes = [0u8; 16];
        rng.fill_bytes(&mut bytes);
        Self(Zeroizing::new(u128::from_be_bytes(bytes)))
    }

    /// Reads a code as people write it: any case, dashes and spaces anywhere or nowhere, O for 0, I or L for 1.
    ///
    /// # Errors
    /// [`ErrorCode::EnrolCodeUnknown`] if the text cannot be a code at all.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let refusal = |message: &str| Refusal::new(ErrorCode::EnrolCodeUnknown, message);
        if text.len() > TEXT_BYTES_MAX {
            return Err(refusal("the enrolment code is too long"));
        }
        let mut code = 0u128;
        let mut symbols = 0;
        for letter in text.chars().filter(|c| *c != '-' && !c.is_whitespace()) {
            let value = symbol_value(letter)
                .ok_or_else(|| refusal("the enrolment code has a letter that no code has"))?;
            symbols += 1;
            if symbols > SYMBOLS || (symbols == 1 && value > TOP_SYMBOL_MAX) {
                return Err(refusal("the enrolment code is not one that a server gave"));
            }
            code = code << BITS_PER_SYMBOL | value;
        }
        if symbols < SYMBOLS {
            return Err(refusal("the enrolment code is not complete; it has 26 letters and digits"));
        }
        Ok(Self(Zeroizing::new(code)))
    }

    /// What to store, and what to look for when a phone shows the code.
    pub fn digest(&self) -> EnrolCodeDigest {
        let mut hash = Sha256::new();
        hash.update(b"roundsman/enrol-code/1\0");
        hash.update(self.0.to_be_bytes());
        EnrolCodeDigest(hash.finalize().into())
    }

    /// The code as it is shown: `XXXXX-XXXXX-XXXXX-XXXXX-XXXXXX`. A secret until it is used.
    pub fn reveal(&self) -> String {
        let mut text = String::with_capacity(SYMBOLS + SYMBOLS / GROUP);
        for at in 0..SYMBOLS {
            // No group of a single letter at the end: the last one takes it.
            if at > 0 && at % GROUP == 0 && at + 1 < SYMBOLS {
                text.push('-');
            }
            let shift = BITS_PER_SYMBOL * u32::try_from(SYMBOLS - 1 - at).unwrap_or(0);
            let value = usize::try_from(*self.0 >> shift & 0b1_1111).unwrap_or(0);
            text.push(char::from(ALPHABET[value]));
        }
        text
    }
}

fn symbol_value(letter: char) -> Option<u128> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let at = ALPHABET.iter().position(|one| char::from(*one) == letter)?;
    u128::try_from(at).ok()
}

impl fmt::Debug for EnrolCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolCode(hidden)")
    }
}

impl EnrolCodeDigest {
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

    const EXAMPLE: &str = "01234-56789-ABCDE-FGHJK-MNPQRS";

    fn refused(text: &str) -> bool {
        EnrolCode::parse(text).is_err_and(|refusal| refusal.code == ErrorCode::EnrolCodeUnknown)
    }

    #[test]
    fn a_code_is_read_as_people_write_it() {
        let code = EnrolCode::parse(EXAMPLE).unwrap();
        assert_eq!(code.reveal(), EXAMPLE);
        for written in [
            "0123456789ABCDEFGHJKMNPQRS",
            "01234-56789-abcde-fghjk-mnpqrs",
            "  O1234 56789 ABCDE FGHJK MNPQR-S\n",
            "oI234-56789-ABCDE-FGHJK-MNPQRS",
            "0L234-56789-ABCDE-FGHJK-MNPQRS",
            "0l234-56789-ABCDE-FGHJK-MNPQRS",
        ] {
            assert_eq!(EnrolCode::parse(written), Ok(code.clone()), "{written}");
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_refused() {
        for text in [
            "",
            "-----",
            "01234-56789-ABCDE-FGHJK-MNPQR",
            "01234-56789-ABCDE-FGHJK-MNPQRST",
            // U is in no code; 8 at the start would be a 129th bit.
            "U1234-56789-ABCDE-FGHJK-MNPQRS",
            "81234-56789-ABCDE-FGHJK-MNPQRS",
            "0１234-56789-ABCDE-FGHJK-MNPQRS",
            "01234_56789_ABCDE_FGHJK_MNPQRS",
        ] {
            assert!(refused(text), "{text}");
        }
        assert!(refused(&" ".repeat(1_000)));
    }

    #[test]
    fn the_digest_follows_the_code_and_not_its_spelling() {
        let digest = |text: &str| EnrolCode::parse(text).unwrap().digest();
        assert_eq!(digest(EXAMPLE), digest(&EXAMPLE.to_lowercase()));
        assert_ne!(digest(EXAMPLE), digest("01234-56789-ABCDE-FGHJK-MNPQRT"));
    }

    #[test]
    fn printing_a_code_for_a_log_hides_it() {
        let code = EnrolCode::parse(EXAMPLE).unwrap();
        assert_eq!(format!("{code:?}"), "EnrolCode(hidden)");
    }

    proptest! {
        #[test]
        fn every_code_reads_back(bits in any::<u128>()) {
            let code = EnrolCode(Zeroizing::new(bits));
            prop_assert_eq!(EnrolCode::parse(&code.reveal()), Ok(code));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,150}") {
            let _ = EnrolCode::parse(&text);
        }
    }
}
