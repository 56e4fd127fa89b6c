//! Names of uploads.

use std::fmt;
use std::str::FromStr;

use rand::Rng;
use roundsman_sync_core::error::Refusal;

use super::unknown;

/// The name of one upload: 128 random bits, written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UploadId(pub(super) u128);

impl UploadId {
    pub(super) fn mint(rng: &mut dyn Rng) -> Self {
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        Self(u128::from_be_bytes(random))
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UploadId({self})")
    }
}

impl FromStr for UploadId {
    type Err = Refusal;

    /// Takes exactly what [`fmt::Display`] writes, so that one upload has one address.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        let id = u128::from_str_radix(text, 16).map(Self).ok();
        id.filter(|id| id.to_string() == text).ok_or_else(unknown)
    }
}
