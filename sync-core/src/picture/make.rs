//! Drawing a photo small.

use std::io::Cursor;
use std::panic::catch_unwind;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

use crate::limits::{PICTURE_PIXELS_MAX, PICTURE_SIDE_PX_MAX, PREVIEW_BYTES_MAX, PREVIEW_SIDE_PX_MAX};

/// Bytes that one picture may take while it is decoded: the most pixels at four bytes each.
const DECODED_BYTES_MAX: u64 = PICTURE_PIXELS_MAX * 4;
/// How exactly to draw, the best first. At 70 a face is still a face and an ordinary picture has 10 to 25 KB;
/// noise at 320 × 320 needs the last one.
const QUALITIES: [u8; 4] = [70, 50, 30, 10];

/// The preview of a photo, if this program can draw it: JPEG, PNG, WebP or GIF within the bounds. A build
/// without the feature `picture` draws none. Takes about as long as decoding the photo once.
pub fn preview_of(photo: &[u8]) -> Option<Vec<u8>> {
    // The decoders are fuzzed by their makers, but a panic in one must not cost the evidence: the photo is
    // kept without a preview then.
    catch_unwind(|| draw(photo)).ok().flatten()
}

fn draw(photo: &[u8]) -> Option<Vec<u8>> {
    let (picture, orientation) = decode(photo)?;
    let side = PREVIEW_SIDE_PX_MAX;
    let fits = picture.width() <= side && picture.height() <= side;
    let mut small = if fits { picture } else { picture.thumbnail(side, side) };
    // After shrinking, because turning forty megapixels takes as long as decoding them.
    small.apply_orientation(orientation);
    let flat = on_white(&small);
    let encoded = QUALITIES.iter().filter_map(|&quality| {
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(&flat).ok()?;
        Some(jpeg)
    });
    encoded.into_iter().find(|jpeg| u64::try_from(jpeg.len()).is_ok_and(|size| size <= PREVIEW_BYTES_MAX))
}

/// Decodes a picture that is within the bounds, by what its first bytes say it is.
fn decode(photo: &[u8]) -> Option<(DynamicImage, Orientation)> {
    let format = image::guess_format(photo).ok()?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif) {
        return None;
    }
    let mut reader = ImageReader::with_format(Cursor::new(photo), format);
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(PICTURE_SIDE_PX_MAX);
    limits.max_image_height = Some(PICTURE_SIDE_PX_MAX);
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    reader.limits(limits);
    // Reads the header alone, and refuses sides past the limits.
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    let sides = 1..=PICTURE_SIDE_PX_MAX;
    let within = sides.contains(&width)
        && sides.contains(&height)
        && u64::from(width) * u64::from(height) <= PICTURE_PIXELS_MAX
        && decoder.total_bytes() <= DECODED_BYTES_MAX;
    if !within {
        return None;
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Some((DynamicImage::from_decoder(decoder).ok()?, orientation))
}

/// JPEG knows no transparency: what shows through is white, as on a page.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let clear = picture.to_rgba8();
    RgbImage::from_fn(clear.width(), clear.height(), |x, y| {
        let [r, g, b, alpha] = clear.get_pixel(x, y).0;
        let over = |part: u8| {
            let (part, alpha) = (u16::from(part), u16::from(alpha));
            u8::try_from((part * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        };
        image::Rgb([over(r), over(g), over(b)])
    })
}
