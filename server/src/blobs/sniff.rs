//! What a photo really is, by its first bytes. The name it came under is never asked.

/// How many of the first bytes decide; more are not looked at.
pub const SNIFF_BYTES: usize = 64;

/// The kinds of file that cameras, phones and screenshots make, and everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhotoType {
    /// JPEG, also the multi-picture files that begin with one.
    Jpeg,
    /// PNG, still or animated.
    Png,
    /// WebP, still or animated.
    Webp,
    /// GIF.
    Gif,
    /// HEIF with HEVC inside: what iPhones take.
    Heic,
    /// HEIF with AV1 inside.
    Avif,
    /// Windows bitmap.
    Bmp,
    /// TIFF, and the raw formats of cameras that build on it.
    Tiff,
    /// None of these. Kept as evidence all the same.
    Unknown,
}

impl PhotoType {
    /// Every type there is.
    pub const ALL: &'static [Self] = &[
        Self::Jpeg,
        Self::Png,
        Self::Webp,
        Self::Gif,
        Self::Heic,
        Self::Avif,
        Self::Bmp,
        Self::Tiff,
        Self::Unknown,
    ];

    /// The type of a file that begins with `head`; [`SNIFF_BYTES`] of it are enough.
    pub fn of(head: &[u8]) -> Self {
        let head = &head[..head.len().min(SNIFF_BYTES)];
        if head.starts_with(b"\xff\xd8\xff") {
            Self::Jpeg
        } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
            Self::Png
        } else if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
            Self::Webp
        } else if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
            Self::Gif
        } else if head.get(4..8) == Some(b"ftyp") {
            of_brands(head)
        } else if is_bitmap(head) {
            Self::Bmp
        } else if head.starts_with(b"II*\0") || head.starts_with(b"MM\0*") {
            Self::Tiff
        } else {
            Self::Unknown
        }
    }

    /// The media type, as in a `Content-Type` header.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Heic => "image/heic",
            Self::Avif => "image/avif",
            Self::Bmp => "image/bmp",
            Self::Tiff => "image/tiff",
            Self::Unknown => "application/octet-stream",
        }
    }

    /// The usual ending of a file name, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Heic => "heic",
            Self::Avif => "avif",
            Self::Bmp => "bmp",
            Self::Tiff => "tif",
            Self::Unknown => "bin",
        }
    }

    /// The type with this media type; [`PhotoType::Unknown`] for any other text.
    pub fn from_media_type(text: &str) -> Self {
        let known = Self::ALL.iter().find(|known| known.media_type() == text);
        known.copied().unwrap_or(Self::Unknown)
    }
}

/// The brands of an ISO base media file (ISO/IEC 14496-12, 4.3): the major one, a version, then the
/// compatible ones until the box ends. Only brands inside `head` are read.
fn of_brands(head: &[u8]) -> PhotoType {
    let declared = head.first_chunk().map_or(0, |&size| u32::from_be_bytes(size));
    let end = usize::try_from(declared).map_or(head.len(), |size| size.min(head.len()));
    let body = head.get(8..end).unwrap_or_default();
    let (brands, _) = body.as_chunks::<4>();
    let mut compatible = brands.iter().enumerate().filter(|&(at, _)| at != 1);
    compatible
        .find_map(|(_, brand)| match brand {
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some(PhotoType::Heic),
            b"avif" | b"avis" => Some(PhotoType::Avif),
            _ => None,
        })
        .unwrap_or(PhotoType::Unknown)
}

/// `BM` alone would take in too much text. The size of the second header tells bitmaps apart from
/// it: 12 in the oldest, 40 to 124 in all later ones.
fn is_bitmap(head: &[u8]) -> bool {
    head.starts_with(b"BM") && head.get(14..18).is_some_and(|size| matches!(size, [12 | 40..=124, 0, 0, 0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_is_known_by_its_first_bytes() {
        let bitmap = *b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0";
        for (head, expected) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF\0"[..], PhotoType::Jpeg),
            (b"\xff\xd8\xff\xe1", PhotoType::Jpeg),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", PhotoType::Png),
            (b"RIFF\x24\0\0\0WEBPVP8 ", PhotoType::Webp),
            (b"GIF89a\x01\0\x01\0", PhotoType::Gif),
            (b"GIF87a\x01\0\x01\0", PhotoType::Gif),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", PhotoType::Heic),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", PhotoType::Heic),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", PhotoType::Avif),
            (&bitmap, PhotoType::Bmp),
            (b"II*\0\x08\0\0\0", PhotoType::Tiff),
            (b"MM\0*\0\0\0\x08", PhotoType::Tiff),
        ] {
            assert_eq!(PhotoType::of(head), expected, "{head:?}");
        }
    }

    #[test]
    fn what_only_resembles_a_photo_is_kept_as_unknown() {
        for head in [
            &b""[..],
            b"\xff\xd8",
            b"%PDF-1.7",
            b"RIFF\x24\0\0\0WAVEfmt ",
            b"BMW service manual, page 1",
            b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
            // The brand stands after the end of its box, so it is not one.
            b"\0\0\0\x10ftypisom\0\0\0\0heic",
            b"<svg xmlns='http://www.w3.org/2000/svg'>",
            b"<html><script>",
        ] {
            assert_eq!(PhotoType::of(head), PhotoType::Unknown, "{head:?}");
        }
    }

    #[test]
    fn a_media_type_reads_back() {
        for &kind in PhotoType::ALL {
            assert_eq!(PhotoType::from_media_type(kind.media_type()), kind);
        }
        assert_eq!(PhotoType::from_media_type("text/html"), PhotoType::Unknown);
    }
}
