//! Width and height as the header of a file says them. Works without any decoder, for builds that have none.

/// Segments that are looked at before the picture has to begin. Cameras write about twenty.
const SEGMENTS_MAX: usize = 200;

/// The sides of a JPEG or WebP in pixels, before any turning; `None` for anything else and for headers that
/// are cut off.
pub(super) fn sides_px(file: &[u8]) -> Option<(u32, u32)> {
    match file {
        [0xff, 0xd8, rest @ ..] => jpeg(rest),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', rest @ ..] => webp(rest),
        _ => None,
    }
}

/// ITU T.81, B.2: segments, each a marker and a length, until the frame header.
fn jpeg(mut rest: &[u8]) -> Option<(u32, u32)> {
    for _ in 0..SEGMENTS_MAX {
        let [0xff, marker, high, low, ..] = *rest else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let segment = rest.get(4..2 + length)?;
        match marker {
            // Start of frame, but for DHT, JPG and DAC, which lie among them.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let [_, h1, h0, w1, w0, ..] = *segment else { return None };
                return Some((u16::from_be_bytes([w1, w0]).into(), u16::from_be_bytes([h1, h0]).into()));
            }
            // The picture begins without a frame header, or ends before it began.
            0xd8..=0xda => return None,
            _ => rest = rest.get(2 + length..)?,
        }
    }
    None
}

/// RFC 9649, section 2: the first chunk says the sides, in one of three ways.
fn webp(chunk: &[u8]) -> Option<(u32, u32)> {
    let (name, body) = (chunk.get(..4)?, chunk.get(8..)?);
    match name {
        b"VP8 " => {
            let [_, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1, ..] = *body else { return None };
            // Fourteen bits of length, two of scale.
            let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
            Some((side(w0, w1), side(h0, h1)))
        }
        b"VP8L" => {
            let [0x2f, b0, b1, b2, b3, ..] = *body else { return None };
            let bits = u32::from_le_bytes([b0, b1, b2, b3]);
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => {
            let [_, _, _, _, w0, w1, w2, h0, h1, h2, ..] = *body else { return None };
            Some((u32::from_le_bytes([w0, w1, w2, 0]) + 1, u32::from_le_bytes([h0, h1, h2, 0]) + 1))
        }
        _ => None,
    }
}
