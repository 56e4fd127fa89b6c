//! JPEG (ITU-T T.81, annex B): markers `FF xx`, most with a length and that many bytes after them;
//! after each start of scan comes picture data up to the next marker.

use super::{exif, take, take_array};

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP1: u8 = 0xe1;

/// The copy and its width and height, or `None` if no picture begins in these bytes.
///
/// A picture that is cut off somewhere in its data is copied as far as it goes.
pub(super) fn copy(original: &[u8]) -> Option<(Vec<u8>, (u32, u32))> {
    let mut rest = original.strip_prefix(&[0xff, SOI])?;
    let mut copy = Vec::with_capacity(original.len());
    copy.extend([0xff, SOI]);
    let mut orientation = None;
    let mut dimensions = None;
    let mut scans = 0;
    while let Some(marker) = next_marker(&mut rest) {
        match marker {
            // A second start would be a second picture.
            EOI | SOI => break,
            // Markers that stand alone and mean something only inside a scan.
            0x01 | 0xd0..=0xd7 => continue,
            _ => {}
        }
        let Some(contents) = contents(&mut rest) else { break };
        if marker == APP1 && contents.starts_with(exif::PREFIX) {
            orientation = orientation.or_else(|| exif::orientation(contents));
        }
        if is_frame(marker) {
            let [_, high_h, low_h, high_w, low_w] = *contents.first_chunk()?;
            let width = u32::from(u16::from_be_bytes([high_w, low_w]));
            let height = u32::from(u16::from_be_bytes([high_h, low_h]));
            // A later frame of a hierarchical file is never larger in an honest one.
            if dimensions.is_some_and(|first| first != (width, height)) {
                return None;
            }
            dimensions = Some((width, height));
        }
        if is_needed(marker, contents) {
            let length = u16::try_from(contents.len() + 2).ok()?;
            copy.extend([0xff, marker]);
            copy.extend(length.to_be_bytes());
            copy.extend(contents);
        }
        if marker == SOS {
            scans += 1;
            let data = data_length(rest);
            copy.extend(take(&mut rest, data)?);
        }
    }
    copy.extend([0xff, EOI]);
    if let Some(orientation) = orientation {
        let tiff = exif::minimal(orientation);
        let length = u16::try_from(2 + exif::PREFIX.len() + tiff.len()).ok()?;
        let head = [&[0xff, APP1], &length.to_be_bytes()[..], exif::PREFIX, &tiff].concat();
        copy.splice(2..2, head);
    }
    (scans > 0).then_some((copy, dimensions?))
}

/// The next marker's code. Decoders skip what stands before it, so it is skipped here too.
fn next_marker(rest: &mut &[u8]) -> Option<u8> {
    loop {
        let at = rest.iter().position(|&byte| byte == 0xff)?;
        take(rest, at)?;
        let fill = rest.iter().position(|&byte| byte != 0xff)?;
        take(rest, fill)?;
        let [code] = take_array(rest)?;
        if code != 0 {
            return Some(code);
        }
    }
}

/// What belongs to a marker that has a length.
fn contents<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::from(u16::from_be_bytes(take_array(rest)?));
    take(rest, length.checked_sub(2)?)
}

/// How many bytes of picture data stand before the next marker that is not part of them.
fn data_length(rest: &[u8]) -> usize {
    let mut from = 0;
    while let Some(at) = rest[from..].iter().position(|&byte| byte == 0xff) {
        let at = from + at;
        match rest.get(at + 1) {
            // A stuffed FF, or a restart marker.
            Some(0 | 0xd0..=0xd7) => from = at + 2,
            // A fill byte before a marker.
            Some(0xff) => from = at + 1,
            Some(_) => return at,
            None => break,
        }
    }
    rest.len()
}

/// Start of frame, of any coding.
fn is_frame(marker: u8) -> bool {
    // C4, C8 and CC lie among them but define tables or are reserved.
    matches!(marker, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf)
}

/// Whether a decoder needs this to draw the picture, in its right colours.
fn is_needed(marker: u8, contents: &[u8]) -> bool {
    match marker {
        // Frames, tables, scans.
        0xc0..=0xcf | SOS..=0xdf => true,
        // Pixel shape; the preview that may follow it is of the same picture.
        0xe0 => contents.starts_with(b"JFIF\0"),
        0xe2 => contents.starts_with(b"ICC_PROFILE\0"),
        // Whether colours are YCbCr or CMYK.
        0xee => contents.starts_with(b"Adobe"),
        _ => false,
    }
}
