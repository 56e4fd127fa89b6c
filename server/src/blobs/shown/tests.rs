#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use image::{DynamicImage, ImageFormat, RgbImage};
use proptest::prelude::*;

use super::*;

const REAL_GPS: &[u8] = include_bytes!("../../../../tests/fixtures/photos/gps-DSCN0010.jpg");
const REAL_TURNED: &[u8] = include_bytes!("../../../../tests/fixtures/photos/orient-landscape_6.jpg");
const REAL_WEBP: &[u8] = include_bytes!("../../../../tests/fixtures/photos/kamadak-exif.webp");

/// A word that no picture has by chance, in every place where metadata can be.
const SECRET: &[u8] = b"39.0513 N 94.2887 W";

fn picture() -> DynamicImage {
    let shade = |at: u32| u8::try_from(at * 28).unwrap();
    RgbImage::from_fn(9, 5, |x, y| image::Rgb([shade(x), shade(y), 99])).into()
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn decoded(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).unwrap()
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// EXIF that says 'turn' and has a position behind it.
fn exif_with(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x02".to_vec();
    tiff.extend(b"\x01\x12\0\x03\0\0\0\x01\0");
    tiff.extend([orientation, 0, 0]);
    tiff.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x26\0\0\0\0");
    tiff.extend(SECRET);
    tiff
}

fn segment(marker: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len() + 2).unwrap();
    [&[0xff, marker], &length.to_be_bytes()[..], contents].concat()
}

fn jpeg_with(orientation: u8) -> Vec<u8> {
    let plain = encoded(ImageFormat::Jpeg);
    let exif = [b"Exif\0\0", &exif_with(orientation)[..]].concat();
    let metadata = [
        segment(0xe1, &exif),
        segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", SECRET].concat()),
        segment(0xed, &[b"Photoshop 3.0\0", SECRET].concat()),
        segment(0xe2, &[b"MPF\0", SECRET].concat()),
        segment(0xfe, SECRET),
    ]
    .concat();
    // Phones append a second picture with metadata of its own after the end of the first.
    [&plain[..2], &metadata, &plain[2..], &plain[..2], &metadata, &plain[2..], SECRET].concat()
}

fn chunk(kind: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let length = u32::try_from(contents.len()).unwrap();
    // The checksum of what is left out does not matter.
    [&length.to_be_bytes(), &kind[..], contents, b"crc?"].concat()
}

fn png_with(orientation: u8) -> Vec<u8> {
    let plain = encoded(ImageFormat::Png);
    let header = 8 + 25;
    let metadata = [
        chunk(b"eXIf", &exif_with(orientation)),
        chunk(b"tEXt", &[b"Comment\0", SECRET].concat()),
        chunk(b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", SECRET].concat()),
        chunk(b"prVt", SECRET),
    ]
    .concat();
    [&plain[..header], &metadata, &plain[header..], SECRET].concat()
}

fn riff_chunk(name: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let length = u32::try_from(contents.len()).unwrap();
    [&name[..], &length.to_le_bytes(), contents, &[0][..contents.len() % 2]].concat()
}

fn webp_with(orientation: u8) -> Vec<u8> {
    let plain = encoded(ImageFormat::WebP);
    let body = [
        b"WEBP".to_vec(),
        riff_chunk(b"VP8X", &[0x0c, 0, 0, 0, 8, 0, 0, 4, 0, 0]),
        plain[12..].to_vec(),
        riff_chunk(b"EXIF", &exif_with(orientation)),
        riff_chunk(b"XMP ", SECRET),
        riff_chunk(b"what", SECRET),
    ]
    .concat();
    let length = u32::try_from(body.len()).unwrap();
    [b"RIFF", &length.to_le_bytes()[..], &body, SECRET].concat()
}

/// The bytes after the mark by which each format introduces EXIF.
fn exif_of(copy: &ShownCopy) -> Option<&[u8]> {
    let (mark, skip): (&[u8], usize) = if copy.photo_type == PhotoType::Jpeg {
        (b"Exif\0\0", 6)
    } else if copy.photo_type == PhotoType::Png {
        (b"eXIf", 4)
    } else {
        (b"EXIF", 8)
    };
    let at = copy.bytes.windows(mark.len()).position(|window| window == mark)?;
    copy.bytes.get(at + skip..)
}

#[test]
fn the_position_goes_and_the_right_way_up_stays_in_every_format() {
    for make in [jpeg_with, png_with, webp_with] {
        let original = make(6);
        assert!(has(&original, SECRET));
        let copy = shown_copy(&original).unwrap();
        assert!(!has(&copy.bytes, SECRET), "{:?}", copy.photo_type);
        assert_eq!(copy.dimensions_px, (9, 5));
        assert_eq!(decoded(&copy.bytes), decoded(&original), "the picture itself is the same");
        let exif = exif_of(&copy).expect("an orientation is written back");
        assert_eq!(exif::orientation(exif), exif::orientation(&exif_with(6)));

        let upright = shown_copy(&make(1)).unwrap();
        assert_eq!(exif_of(&upright), None, "nothing is written back when nothing is to be turned");
    }
}

#[test]
fn what_is_appended_after_the_picture_goes_whole() {
    assert_eq!(shown_copy(&jpeg_with(1)).unwrap().bytes, encoded(ImageFormat::Jpeg));
    assert_eq!(shown_copy(&png_with(1)).unwrap().bytes, encoded(ImageFormat::Png));
}

#[test]
fn a_copy_of_a_copy_is_the_same() {
    for original in [jpeg_with(6), png_with(8), webp_with(3)] {
        let copy = shown_copy(&original).unwrap();
        assert_eq!(shown_copy(&copy.bytes).unwrap(), copy);
    }
}

#[test]
fn real_photos_lose_their_metadata_and_not_one_pixel() {
    let gps = shown_copy(REAL_GPS).unwrap();
    assert!(has(REAL_GPS, b"NIKON") && has(REAL_GPS, b"Exif\0\0"));
    assert!(!has(&gps.bytes, b"NIKON") && !has(&gps.bytes, b"Exif\0\0"));
    assert_eq!(decoded(&gps.bytes), decoded(REAL_GPS));

    let turned = shown_copy(REAL_TURNED).unwrap();
    assert_eq!(turned.dimensions_px, (450, 600));
    assert!(exif::orientation(exif_of(&turned).unwrap()).is_some());
    assert_eq!(decoded(&turned.bytes), decoded(REAL_TURNED));

    let webp = shown_copy(REAL_WEBP).unwrap();
    assert!(has(REAL_WEBP, b"EXIF") && !has(&webp.bytes, b"EXIF"));
    assert_eq!(decoded(&webp.bytes), decoded(REAL_WEBP));
}

#[test]
fn what_browsers_do_not_draw_or_we_do_not_understand_is_not_shown() {
    for original in [
        &b""[..],
        b"GIF89a\x01\0\x01\0",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"\xff\xd8\xff\xd9",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x04\0\0\0WEBP",
    ] {
        assert_eq!(shown_copy(original), None);
    }
}

#[test]
fn a_small_file_that_claims_a_huge_picture_is_not_shown() {
    let mut png = encoded(ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    assert_eq!(shown_copy(&png), None);
    assert!(drawable((10_000, 4_000)));
    assert!(!drawable((10_000, 4_001)));
    assert!(!drawable((10_001, 1)));
    assert!(!drawable((0, 1)));
}

#[test]
fn a_photo_that_was_cut_off_is_shown_as_far_as_it_goes() {
    let cut = &REAL_GPS[..REAL_GPS.len() / 2];
    let copy = shown_copy(cut).unwrap();
    assert!(copy.bytes.ends_with(&[0xff, 0xd9]));
    assert!(!has(&copy.bytes, b"NIKON"));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_or_grow(
        which in 0..3usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = [jpeg_with, png_with, webp_with][which](6);
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(end.index(bytes.len()) + 1);
        if let Some(copy) = shown_copy(&bytes) {
            prop_assert!(copy.bytes.len() <= bytes.len() + 64);
        }
    }
}
