//! The copy of a photo that pages show: the same picture without what else the camera wrote.
//!
//! Location, serial numbers, names, comments, edit history, embedded previews and anything appended
//! after the picture stay in the original only. Nothing is decoded: the file is cut into the parts
//! of its format, and only parts that are needed to draw the picture are copied. A part of an
//! unknown kind may hold a position, so it is left out; a list of what to drop would miss the next
//! invention. Which way up the picture belongs is kept: it is written back as the only EXIF field.
//!
//! Written by hand rather than with a metadata library: those found keep all that follows the first
//! scan of a JPEG as it is, and there phones append whole pictures with positions of their own.
//!
//! Every walk is one pass, takes bytes to be hostile, and needs no memory but the copy itself.

mod exif;
mod jpeg;
mod png;
mod webp;

use super::sniff::PhotoType;

/// The largest file that is copied for showing: above what phones take at full resolution.
/// Larger ones are kept and can be fetched as they are, by whoever may.
pub const SHOWN_BYTES_MAX: usize = 32 * 1024 * 1024;
/// The longest side of a picture that a browser is asked to draw.
pub const SHOWN_SIDE_PX_MAX: u32 = 10_000;
/// The most pixels of a picture that a browser is asked to draw: 160 MB once decoded.
pub const SHOWN_PIXELS_MAX: u64 = 40_000_000;

/// A picture that may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCopy {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// Its type, always one that browsers draw.
    pub photo_type: PhotoType,
    /// Its width and height in pixels before it is turned the right way up.
    pub dimensions_px: (u32, u32),
}

/// The copy to show of a photo with these bytes.
///
/// `None` means that a placeholder with type and size is shown: for types that browsers do not draw
/// or whose parts are not understood here, for pictures beyond the bounds of this module, and for
/// files that are not well formed as far as their header.
pub fn shown_copy(original: &[u8]) -> Option<ShownCopy> {
    if original.len() > SHOWN_BYTES_MAX {
        return None;
    }
    let photo_type = PhotoType::of(original);
    let (bytes, dimensions_px) = match photo_type {
        PhotoType::Jpeg => jpeg::copy(original)?,
        PhotoType::Png => png::copy(original)?,
        PhotoType::Webp => webp::copy(original)?,
        PhotoType::Gif
        | PhotoType::Heic
        | PhotoType::Avif
        | PhotoType::Bmp
        | PhotoType::Tiff
        | PhotoType::Unknown => return None,
    };
    drawable(dimensions_px).then_some(ShownCopy { bytes, photo_type, dimensions_px })
}

/// Whether a picture of that size may be drawn. One of no size is not a picture.
fn drawable((width, height): (u32, u32)) -> bool {
    let sides = 1..=SHOWN_SIDE_PX_MAX;
    let pixels = u64::from(width) * u64::from(height);
    sides.contains(&width) && sides.contains(&height) && pixels <= SHOWN_PIXELS_MAX
}

/// Takes the first `count` bytes off `rest`.
fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

/// Takes the first `N` bytes off `rest` as an array, for numbers and names.
fn take_array<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk()?;
    *rest = left;
    Some(*taken)
}

#[cfg(test)]
mod tests;
