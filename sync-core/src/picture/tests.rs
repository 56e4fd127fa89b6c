#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageEncoder, ImageFormat, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;
use crate::limits::{PICTURE_PIXELS_MAX, PICTURE_SIDE_PX_MAX};

/// The four corners, each of its own colour: red, green, blue and white, row by row.
fn corners(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (x * 2 < width, y * 2 < height) {
        (true, true) => image::Rgb([255, 0, 0]),
        (false, true) => image::Rgb([0, 255, 0]),
        (true, false) => image::Rgb([0, 0, 255]),
        (false, false) => image::Rgb([255, 255, 255]),
    })
}

/// A JPEG that says that it belongs another way up, beside where and when it was taken.
fn jpeg(picture: &RgbImage, orientation: u8) -> Vec<u8> {
    let mut exif =
        b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0?\0\0\0\0\0\0\0 31.2304 N 121.4737 E".to_vec();
    exif[18] = orientation;
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, 90);
    encoder.set_exif_metadata(exif).unwrap();
    encoder.encode_image(picture).unwrap();
    file
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut file = Vec::new();
    picture.into().write_to(&mut Cursor::new(&mut file), format).unwrap();
    file
}

fn drawn(preview: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(preview, ImageFormat::Jpeg).unwrap().into_rgb8()
}

fn named(picture: &RgbImage, x: u32, y: u32) -> char {
    match picture.get_pixel(x, y).0.map(|part| part > 127) {
        [true, false, false] => 'r',
        [false, true, false] => 'g',
        [false, false, true] => 'b',
        [true, true, true] => 'w',
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_preview_stands_upright_is_small_and_tells_nothing_else() {
    // EXIF 2.32, 4.6.4 A: which side of the scene the first row and the first column of the file show.
    #[rustfmt::skip]
    let table = [
        (1, "rgbw", (320, 160)), (2, "grwb", (320, 160)), (3, "wbgr", (320, 160)), (4, "bwrg", (320, 160)),
        (5, "rbgw", (160, 320)), (6, "brwg", (160, 320)), (7, "wgbr", (160, 320)), (8, "gwrb", (160, 320)),
    ];
    for (orientation, expected, sides) in table {
        let photo = jpeg(&corners(800, 400), orientation);
        let preview = preview_of(&photo).unwrap();
        check_preview(&preview).unwrap();
        let picture = drawn(&preview);
        assert_eq!(picture.dimensions(), sides, "{orientation}");
        let (right, low) = (sides.0 - 20, sides.1 - 20);
        let found: String = [(20, 20), (right, 20), (20, low), (right, low)]
            .map(|(x, y)| named(&picture, x, y))
            .iter()
            .collect();
        assert_eq!(found, expected, "{orientation}");
        assert!(photo.windows(7).any(|bytes| bytes == b"31.2304"));
        assert!(
            !preview.windows(7).any(|bytes| bytes == b"31.2304") && !preview.windows(4).any(|b| b == b"Exif")
        );
    }
}

#[test]
fn each_type_that_is_drawn_has_a_preview_and_glass_is_white() {
    let clear = RgbaImage::from_pixel(640, 480, Rgba([10, 20, 30, 0]));
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let preview = preview_of(&encoded(clear.clone(), format)).unwrap();
        let picture = drawn(&preview);
        assert_eq!((picture.dimensions(), named(&picture, 100, 100)), ((320, 240), 'w'), "{format:?}");
    }
    let wide = DynamicImage::from(corners(640, 480)).into_luma16();
    assert!(preview_of(&encoded(wide, ImageFormat::Png)).is_some());
}

#[test]
fn a_small_picture_is_not_blown_up_and_a_thin_one_keeps_a_pixel() {
    let preview = preview_of(&encoded(corners(40, 30), ImageFormat::Png)).unwrap();
    assert_eq!(drawn(&preview).dimensions(), (40, 30));
    let preview = preview_of(&encoded(corners(4_000, 2), ImageFormat::Png)).unwrap();
    assert_eq!(drawn(&preview).dimensions(), (320, 1));
}

#[test]
fn noise_fits_the_bound_too() {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let picture = RgbImage::from_fn(320, 320, |_, _| image::Rgb([noise(), noise(), noise()]));
    let preview = preview_of(&encoded(picture, ImageFormat::Png)).unwrap();
    check_preview(&preview).unwrap();
}

#[test]
fn what_claims_to_be_past_the_bounds_is_never_decoded() {
    // A PNG header alone: were it decoded, the missing rest would be the reason, and memory would be taken.
    let claiming = |width: u32, height: u32| {
        let mut file = encoded(corners(2, 2), ImageFormat::Png);
        file[16..20].copy_from_slice(&width.to_be_bytes());
        file[20..24].copy_from_slice(&height.to_be_bytes());
        let crc = crc32(&file[12..29]);
        file[29..33].copy_from_slice(&crc.to_be_bytes());
        file
    };
    assert!(preview_of(&claiming(2, 2)).is_some(), "the header is made right");
    let side = PICTURE_SIDE_PX_MAX;
    let tall = u32::try_from(PICTURE_PIXELS_MAX / u64::from(side)).unwrap() + 1;
    for (width, height) in [(side + 1, 1), (1, side + 1), (side, tall), (u32::MAX, u32::MAX), (0, 5)] {
        assert_eq!(preview_of(&claiming(width, height)), None, "{width} × {height}");
    }
}

/// As PNG asks for it (ISO/IEC 15948, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[test]
fn a_preview_that_is_handed_in_is_looked_at() {
    let mut exact = Vec::new();
    JpegEncoder::new(&mut exact).encode_image(&corners(320, 240)).unwrap();
    let webp = encoded(corners(320, 320), ImageFormat::WebP);
    for fine in [&exact, &webp] {
        check_preview(fine).unwrap();
    }
    let large = encoded(corners(321, 240), ImageFormat::WebP);
    let heavy = [exact.as_slice(), &vec![0; 65_536]].concat();
    let png = encoded(corners(10, 10), ImageFormat::Png);
    let mut lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x40\x01\xf0\0".to_vec();
    assert_eq!(header::sides_px(&lossy), Some((320, 240)));
    lossy[26] = 0x41;
    let extended = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x3f\x01\0\xef\0\0".to_vec();
    assert_eq!(header::sides_px(&extended), Some((320, 240)));
    #[rustfmt::skip]
    let table: [(&str, &[u8], ErrorCode); 7] = [
        ("nothing", b"", ErrorCode::PhotoEmpty),
        ("too many bytes", &heavy, ErrorCode::PhotoTooLarge),
        ("too wide", &large, ErrorCode::ValueOutOfRange),
        ("too wide, the other way", &lossy, ErrorCode::ValueOutOfRange),
        ("another type", &png, ErrorCode::ValueOutOfRange),
        ("cut off", &exact[..20], ErrorCode::ValueOutOfRange),
        ("text", b"a picture of a leak", ErrorCode::ValueOutOfRange),
    ];
    for (what, bytes, code) in table {
        assert_eq!(check_preview(bytes).unwrap_err().code, code, "{what}");
    }
}

proptest! {
    #[test]
    fn damaged_pictures_give_a_sound_preview_or_none(
        at in 0_usize..2_000, byte: u8, cut in 0_usize..4_000, which in 0_usize..4,
    ) {
        let picture = corners(64, 48);
        let mut file = match which {
            0 => jpeg(&picture, 6),
            1 => encoded(picture, ImageFormat::Png),
            2 => encoded(picture, ImageFormat::WebP),
            _ => encoded(picture, ImageFormat::Gif),
        };
        let at = at % file.len();
        file[at] = byte;
        file.truncate(cut.max(1));
        if let Some(preview) = preview_of(&file) {
            prop_assert!(check_preview(&preview).is_ok());
        }
        let _ = check_preview(&file);
    }
}
