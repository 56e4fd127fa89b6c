//! Money, in whole fen: a tenth of a jiao, a hundredth of a yuan.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// A sum in fen (分). Never negative: nobody is charged less than nothing.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Fen(#[n(0)] pub u64);

/// A text that is no sum of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no sum in yuan such as 120 or 120.50, and not below zero")]
pub struct NotMoney(String);

impl fmt::Display for Fen {
    /// In yuan with two decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl FromStr for Fen {
    type Err = NotMoney;

    /// Reads yuan, with at most two decimals.
    fn from_str(text: &str) -> Result<Self, NotMoney> {
        let wrong = || NotMoney(text.to_owned());
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let (yuan, rest) = text.split_once('.').unwrap_or((text, "0"));
        if yuan.is_empty() || rest.is_empty() || rest.len() > 2 || !digits(yuan) || !digits(rest) {
            return Err(wrong());
        }
        let yuan: u64 = yuan.parse().map_err(|_| wrong())?;
        let scale = if rest.len() == 1 { 10 } else { 1 };
        let fen: u64 = rest.parse::<u64>().map_err(|_| wrong())? * scale;
        yuan.checked_mul(100).and_then(|sum| sum.checked_add(fen)).map(Self).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_read_as_people_write_them_and_nothing_else_does() {
        for (text, fen) in [("0", 0), ("120", 12_000), ("120.5", 12_050), ("120.05", 12_005), ("0.01", 1)] {
            assert_eq!(text.parse(), Ok(Fen(fen)), "{text}");
        }
        for text in
            ["", "-5", "+5", "1.", ".5", "1.234", "1,000", "１２", "99999999999999999999", "1e3", "NaN"]
        {
            assert!(text.parse::<Fen>().is_err(), "{text}");
        }
        assert_eq!(Fen(12_005).to_string(), "120.05");
    }
}
