//! Numbers and lengths in bytes of unknown origin.

use super::ScanError;
use crate::limits::ACTOR_BYTES_MAX;

/// Whether bytes are UTF-8. Keys are short and ASCII, which is seen faster.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    bytes.is_ascii() || std::str::from_utf8(bytes).is_ok()
}

/// A place in the bytes of a change; for a column, bytes that end where the column ends.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    #[cold]
    pub(super) fn malformed(&self, what: &'static str) -> ScanError {
        ScanError::Malformed { what, at: self.at }
    }

    pub(super) fn take(&mut self, count: usize, what: &'static str) -> Result<&'a [u8], ScanError> {
        let end = self.at.checked_add(count).ok_or_else(|| self.malformed(what))?;
        let taken = self.bytes.get(self.at..end).ok_or_else(|| self.malformed(what))?;
        self.at = end;
        Ok(taken)
    }

    /// The next so many bytes as a reader of their own, which tells places as this one does.
    pub(super) fn part(&mut self, count: u64, what: &'static str) -> Result<Self, ScanError> {
        let at = self.at;
        self.take(usize::try_from(count).map_err(|_| self.malformed(what))?, what)?;
        Ok(Self { bytes: &self.bytes[..self.at], at })
    }

    fn byte(&mut self, what: &'static str) -> Result<u8, ScanError> {
        let byte = *self.bytes.get(self.at).ok_or_else(|| self.malformed(what))?;
        self.at += 1;
        Ok(byte)
    }

    /// Unsigned LEB128 in its shortest form.
    #[allow(
        clippy::inline_always,
        reason = "nearly every number is one byte, and a call costs as much as reading it"
    )]
    #[inline(always)]
    pub(super) fn number(&mut self, what: &'static str) -> Result<u64, ScanError> {
        let first = self.byte(what)?;
        if first & 0x80 == 0 { Ok(u64::from(first)) } else { self.long_number(first, what) }
    }

    #[cold]
    #[inline(never)]
    fn long_number(&mut self, first: u8, what: &'static str) -> Result<u64, ScanError> {
        let mut value = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let byte = self.byte(what)?;
            // The tenth byte has one bit of the number.
            if shift == 63 && byte > 1 {
                return Err(self.malformed(what));
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                // A last byte of nothing says what a shorter form says.
                return if byte == 0 {
                    Err(self.malformed("a number in its shortest form"))
                } else {
                    Ok(value)
                };
            }
        }
        Err(self.malformed(what))
    }

    /// Signed LEB128 in its shortest form.
    #[allow(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    pub(super) fn signed(&mut self, what: &'static str) -> Result<i64, ScanError> {
        let first = self.byte(what)?;
        if first & 0x80 == 0 {
            // Seven bits, the uppermost of which is the sign.
            Ok(i64::from((first << 1).cast_signed() >> 1))
        } else {
            self.long_signed(first, what)
        }
    }

    #[cold]
    #[inline(never)]
    fn long_signed(&mut self, first: u8, what: &'static str) -> Result<i64, ScanError> {
        let (mut value, mut before) = (i64::from(first & 0x7f), first);
        for shift in (7..64).step_by(7) {
            let byte = self.byte(what)?;
            // The tenth byte has one bit of the number, and that is its sign.
            if shift == 63 && byte != 0 && byte != 0x7f {
                return Err(self.malformed(what));
            }
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let is_negative = byte & 0x40 != 0;
                // A last byte that only repeats the sign of the one before says nothing.
                if (byte == 0 || byte == 0x7f) && is_negative == (before & 0x40 != 0) {
                    return Err(self.malformed("a number in its shortest form"));
                }
                return Ok(if is_negative && shift < 57 { value | (-1 << (shift + 7)) } else { value });
            }
            before = byte;
        }
        Err(self.malformed(what))
    }

    /// Each operation that is expanded holds copies of its authors' names, so they are short.
    pub(super) fn actor(&mut self, what: &'static str) -> Result<&'a [u8], ScanError> {
        let actor = self.prefixed(what)?;
        if actor.is_empty() || actor.len() > ACTOR_BYTES_MAX {
            Err(self.malformed("an actor of 1 to 32 bytes"))
        } else {
            Ok(actor)
        }
    }

    /// Bytes after their length.
    pub(super) fn prefixed(&mut self, what: &'static str) -> Result<&'a [u8], ScanError> {
        let length = self.number(what)?;
        self.take(usize::try_from(length).map_err(|_| self.malformed(what))?, what)
    }
}
