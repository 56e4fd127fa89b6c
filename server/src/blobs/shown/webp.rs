//! WebP (RFC 9649): a RIFF file of chunks, each a name, a little-endian length, its contents, and
//! one byte more if the length is odd. Extended files say in `VP8X` which chunks there are.

use super::{exif, take, take_array};

/// Flags in the first byte of `VP8X`.
const HAS_XMP: u8 = 0x04;
const HAS_EXIF: u8 = 0x08;
/// Length of `VP8X`: flags, three reserved bytes, width − 1 and height − 1 in three bytes each.
const EXTENDED_BYTES: usize = 10;

/// The copy and its width and height, or `None` if no picture begins in these bytes.
pub(super) fn copy(original: &[u8]) -> Option<(Vec<u8>, (u32, u32))> {
    let mut rest = original.strip_prefix(b"RIFF")?;
    let declared = usize::try_from(u32::from_le_bytes(take_array(&mut rest)?)).ok()?;
    // What stands after the declared end is no part of the picture.
    rest = &rest[..declared.min(rest.len())];
    rest = rest.strip_prefix(b"WEBP")?;
    let mut copy = Vec::with_capacity(original.len());
    copy.extend(b"RIFF\0\0\0\0WEBP");
    let mut orientation = None;
    let mut extended_at = None;
    let mut dimensions: Option<(u32, u32)> = None;
    let mut has_picture = false;
    while let Some((name, contents)) = next_chunk(&mut rest) {
        match &name {
            b"VP8X" if extended_at.is_none() && !has_picture => {
                let [_, _, _, _, w0, w1, w2, h0, h1, h2] = *contents.first_chunk::<EXTENDED_BYTES>()?;
                let width = u32::from_le_bytes([w0, w1, w2, 0]) + 1;
                let height = u32::from_le_bytes([h0, h1, h2, 0]) + 1;
                dimensions = Some((width, height));
                extended_at = Some(copy.len() + 8);
                push(&mut copy, name, &contents[..EXTENDED_BYTES]);
            }
            b"VP8 " | b"VP8L" => {
                let frame = if name == *b"VP8 " { lossy(contents)? } else { lossless(contents)? };
                // The canvas of an extended file is its picture, unless it moves.
                if dimensions.is_some_and(|canvas| canvas != frame) {
                    return None;
                }
                dimensions = Some(frame);
                has_picture = true;
                push(&mut copy, name, contents);
            }
            b"ANMF" => {
                has_picture = true;
                push(&mut copy, name, contents);
            }
            b"ALPH" | b"ANIM" | b"ICCP" => push(&mut copy, name, contents),
            b"EXIF" => orientation = orientation.or_else(|| exif::orientation(contents)),
            _ => {}
        }
    }
    // Only an extended file can say which way up it belongs.
    if let Some(at) = extended_at {
        copy[at] &= !(HAS_XMP | HAS_EXIF);
        if let Some(orientation) = orientation {
            copy[at] |= HAS_EXIF;
            push(&mut copy, *b"EXIF", &exif::minimal(orientation));
        }
    }
    let length = u32::try_from(copy.len() - 8).ok()?;
    copy[4..8].copy_from_slice(&length.to_le_bytes());
    has_picture.then_some((copy, dimensions?))
}

fn next_chunk<'a>(rest: &mut &'a [u8]) -> Option<([u8; 4], &'a [u8])> {
    let name = take_array(rest)?;
    let length = usize::try_from(u32::from_le_bytes(take_array(rest)?)).ok()?;
    let contents = take(rest, length)?;
    // Some writers leave the filling byte out at the very end.
    take(rest, (length % 2).min(rest.len()))?;
    Some((name, contents))
}

fn push(copy: &mut Vec<u8>, name: [u8; 4], contents: &[u8]) {
    // It was read from a length of the same width, or is a few bytes of our own.
    let length = u32::try_from(contents.len()).unwrap_or(u32::MAX);
    copy.extend(name);
    copy.extend(length.to_le_bytes());
    copy.extend(contents);
    if contents.len() % 2 == 1 {
        copy.push(0);
    }
}

/// Width and height in a lossy key frame (RFC 6386, 9.1): after a 3-byte tag and a start code.
fn lossy(frame: &[u8]) -> Option<(u32, u32)> {
    let [w0, w1, h0, h1] = *frame.get(3..)?.strip_prefix(b"\x9d\x01\x2a")?.first_chunk()?;
    // The two highest bits say how to scale, not how large.
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    Some((side(w0, w1), side(h0, h1)))
}

/// Width − 1 and height − 1 in a lossless picture: 14 bits each after one byte of signature.
fn lossless(picture: &[u8]) -> Option<(u32, u32)> {
    let bits = u32::from_le_bytes(*picture.strip_prefix(b"\x2f")?.first_chunk()?);
    Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
}
