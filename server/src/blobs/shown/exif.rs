//! The one EXIF field that a shown picture needs: which way up it belongs.
//!
//! EXIF is a TIFF file in small (TIFF 6.0, section 2): a byte order, the offset of the first
//! directory, and there 12 bytes a field.

/// How a viewer turns or mirrors the stored picture; never the value 1, which says 'not at all'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Orientation(u8);

/// What stands before the TIFF bytes in a JPEG, and by mistake in some WebP files.
pub(super) const PREFIX: &[u8] = b"Exif\0\0";

const ORIENTATION_TAG: u16 = 0x0112;
const SHORT: u16 = 3;
/// Real first directories have a few dozen fields.
const FIELDS_MAX: u16 = 1000;

/// The orientation that EXIF bytes give, with or without [`PREFIX`]; `None` if they give none, are
/// damaged before it, or say that the picture is right as it is.
pub(super) fn orientation(exif: &[u8]) -> Option<Orientation> {
    let tiff = exif.strip_prefix(PREFIX).unwrap_or(exif);
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let bytes = tiff.get(at..)?.first_chunk()?;
        Some(if little { u16::from_le_bytes(*bytes) } else { u16::from_be_bytes(*bytes) })
    };
    let offset = tiff.get(4..)?.first_chunk()?;
    let offset = if little { u32::from_le_bytes(*offset) } else { u32::from_be_bytes(*offset) };
    let directory = usize::try_from(offset).ok()?;
    let fields = u16_at(directory)?.min(FIELDS_MAX);
    let first = directory.checked_add(2)?;
    let value = (0..usize::from(fields)).find_map(|field| {
        let at = first.checked_add(field * 12)?;
        let wanted = u16_at(at)? == ORIENTATION_TAG && u16_at(at.checked_add(2)?)? == SHORT;
        if wanted { u16_at(at.checked_add(8)?) } else { None }
    })?;
    let value = u8::try_from(value).ok()?;
    (2..=8).contains(&value).then_some(Orientation(value))
}

/// The TIFF bytes that say only this, without [`PREFIX`].
pub(super) fn minimal(Orientation(value): Orientation) -> [u8; 26] {
    let mut tiff = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0?\0\0\0\0\0\0\0";
    tiff[18] = value;
    tiff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_back_says_what_was_read_in_either_byte_order() {
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        assert_eq!(orientation(big), Some(Orientation(6)));
        for value in 2..=8 {
            assert_eq!(orientation(&minimal(Orientation(value))), Some(Orientation(value)));
        }
    }

    #[test]
    fn upright_absurd_and_cut_off_orientations_are_none() {
        for value in [0, 1, 9, 255] {
            assert_eq!(orientation(&minimal(Orientation(value))), None);
        }
        let whole = minimal(Orientation(6));
        for end in 0..20 {
            assert_eq!(orientation(&whole[..end]), None, "cut at {end}");
        }
        assert_eq!(orientation(b"II*\0\xff\xff\xff\xff"), None);
    }
}
