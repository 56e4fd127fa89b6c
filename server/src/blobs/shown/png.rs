//! PNG (W3C, third edition): a signature, then chunks of length, kind, contents and CRC.

use super::{exif, take, take_array};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The copy and its width and height, or `None` if no picture begins in these bytes.
///
/// CRCs are copied, not checked: that is for whoever draws the picture. A picture that is cut off
/// somewhere in its data is copied as far as its last whole chunk.
pub(super) fn copy(original: &[u8]) -> Option<(Vec<u8>, (u32, u32))> {
    let mut rest = original.strip_prefix(SIGNATURE)?;
    let mut copy = Vec::with_capacity(original.len());
    copy.extend(SIGNATURE);
    let header = next_chunk(&mut rest).filter(|chunk| chunk.kind == *b"IHDR")?;
    copy.extend(header.whole);
    let after_header = copy.len();
    let [w0, w1, w2, w3, h0, h1, h2, h3] = *header.contents.first_chunk()?;
    let dimensions = (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
    let mut orientation = None;
    let mut has_data = false;
    while let Some(chunk) = next_chunk(&mut rest) {
        if chunk.kind == *b"eXIf" {
            orientation = orientation.or_else(|| exif::orientation(chunk.contents));
        }
        if is_needed(chunk.kind) {
            copy.extend(chunk.whole);
        }
        has_data |= chunk.kind == *b"IDAT";
        if chunk.kind == *b"IEND" {
            break;
        }
    }
    if let Some(orientation) = orientation {
        copy.splice(after_header..after_header, chunk_of(*b"eXIf", &exif::minimal(orientation)));
    }
    has_data.then_some((copy, dimensions))
}

struct Chunk<'a> {
    kind: [u8; 4],
    contents: &'a [u8],
    whole: &'a [u8],
}

fn next_chunk<'a>(rest: &mut &'a [u8]) -> Option<Chunk<'a>> {
    let all = *rest;
    let length = usize::try_from(u32::from_be_bytes(take_array(rest)?)).ok()?;
    let kind = take_array(rest)?;
    let contents = take(rest, length)?;
    take_array::<4>(rest)?;
    Some(Chunk { kind, contents, whole: all.get(..length.checked_add(12)?)? })
}

/// Whether a decoder needs this to draw the picture, in its right colours and, if it moves, its
/// movement. Texts, times and private chunks are not among them.
fn is_needed(kind: [u8; 4]) -> bool {
    matches!(
        &kind,
        b"PLTE"
            | b"IDAT"
            | b"IEND"
            | b"tRNS"
            | b"bKGD"
            | b"pHYs"
            | b"sBIT"
            | b"cHRM"
            | b"gAMA"
            | b"iCCP"
            | b"sRGB"
            | b"cICP"
            | b"mDCV"
            | b"cLLI"
            | b"acTL"
            | b"fcTL"
            | b"fdAT"
    )
}

fn chunk_of(kind: [u8; 4], contents: &[u8]) -> Vec<u8> {
    // Callers pass a few bytes; the length of anything longer than a u32 would be refused by readers.
    let length = u32::try_from(contents.len()).unwrap_or(u32::MAX);
    let named = [&kind, contents].concat();
    [&length.to_be_bytes(), &named[..], &crc(&named).to_be_bytes()].concat()
}

/// The CRC of annex D, bit by bit: it is only ever taken of 30 bytes.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_that_every_png_ends_with() {
        assert_eq!(chunk_of(*b"IEND", b""), b"\0\0\0\0IEND\xae\x42\x60\x82");
    }
}
