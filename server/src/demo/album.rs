//! What a simulated person photographs and what owners draw: real photos, each with bytes of its own,
//! and signatures made of strokes.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use super::plan::Staff;
use super::sample::photos::PHOTOS;

/// Photos for one phone.
pub(super) struct Album {
    taker: &'static str,
    order: Vec<&'static [u8]>,
    taken: usize,
}

impl Album {
    /// The sample's photos in an order of this phone's own.
    pub(super) fn new(staff: &Staff, mut rng: StdRng) -> Self {
        let mut order: Vec<&[u8]> = PHOTOS.iter().map(|(_, bytes)| *bytes).collect();
        order.shuffle(&mut rng);
        Self { taker: staff.file, order, taken: 0 }
    }

    /// The next photo. No two of one demonstration have the same bytes: each carries a comment that says
    /// which it is, as the same view taken twice would differ too.
    pub(super) fn take(&mut self) -> Vec<u8> {
        let original = self.order[self.taken % self.order.len()];
        self.taken += 1;
        let comment = format!("Roundsman demo: {} no. {}", self.taker, self.taken);
        with_comment(original, &comment)
    }
}

/// The photo with a comment in it. A JPEG takes one right after its first marker; in the box format of
/// HEIC, a box of a kind nobody knows is skipped by every reader.
fn with_comment(photo: &[u8], comment: &str) -> Vec<u8> {
    let length = |extra: usize| comment.len() + extra;
    match photo.strip_prefix(&[0xFF, 0xD8]) {
        Some(rest) => {
            let size = u16::try_from(length(2)).unwrap_or(2);
            [&[0xFF, 0xD8, 0xFF, 0xFE], size.to_be_bytes().as_slice(), comment.as_bytes(), rest].concat()
        }
        None => {
            let size = u32::try_from(length(8)).unwrap_or(8);
            [photo, size.to_be_bytes().as_slice(), b"free", comment.as_bytes()].concat()
        }
    }
}

/// The pixels of a drawn signature.
const SIZE: (u32, u32) = (320, 120);

/// A drawn signature as a PNG: a few strokes that wander from left to right.
pub(super) fn signature(rng: &mut StdRng) -> Vec<u8> {
    let mut image = GrayImage::from_pixel(SIZE.0, SIZE.1, Luma([255]));
    for stroke in 0..rng.random_range(2..=4) {
        let (mut x, mut y) = (30.0 + 60.0 * f64::from(stroke), rng.random_range(30.0..90.0));
        let (mut dx, mut dy) = (rng.random_range(0.5..2.0), rng.random_range(-2.0..2.0_f64));
        for _ in 0..rng.random_range(40..90) {
            dx = (dx + rng.random_range(-0.3..0.3_f64)).clamp(-1.0, 2.2);
            dy = (dy + rng.random_range(-0.8..0.8_f64)).clamp(-2.5, 2.5);
            x += dx;
            y = (y + dy).clamp(8.0, 112.0);
            dot(&mut image, x, y);
        }
    }
    let mut png = Cursor::new(Vec::new());
    // Writing to memory does not fail; an empty signature would be refused, and the demonstration with it.
    let _ = image.write_to(&mut png, ImageFormat::Png);
    png.into_inner()
}

/// A dot as wide as a fingertip on a small screen leaves it. Beyond the edge of the image is nothing.
fn dot(image: &mut GrayImage, x: f64, y: f64) {
    const INK: [(f64, f64); 9] = [
        (-1.0, -1.0),
        (0.0, -1.0),
        (1.0, -1.0),
        (-1.0, 0.0),
        (0.0, 0.0),
        (1.0, 0.0),
        (-1.0, 1.0),
        (0.0, 1.0),
        (1.0, 1.0),
    ];
    for (dx, dy) in INK {
        let at = |value: f64| (0..SIZE.0).find(|&pixel| f64::from(pixel) >= value);
        if let (Some(px), Some(py)) = (at(x + dx), at(y + dy))
            && let Some(pixel) = image.get_pixel_mut_checked(px, py)
        {
            *pixel = Luma([20]);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use std::collections::BTreeSet;

    use rand::SeedableRng;

    use super::super::plan::STAFF;
    use super::*;
    use crate::blobs::sniff::PhotoType;

    #[test]
    fn every_photo_has_bytes_of_its_own_and_is_still_the_photo_it_was() {
        let mut seen = BTreeSet::new();
        for staff in &STAFF {
            let mut album = Album::new(staff, StdRng::seed_from_u64(1));
            for _ in 0..2 * PHOTOS.len() {
                let photo = album.take();
                let original =
                    PHOTOS.iter().find(|(_, bytes)| photo.ends_with(&bytes[2..]) || photo.starts_with(bytes));
                assert_eq!(PhotoType::of(&photo), PhotoType::of(original.unwrap().1));
                assert!(seen.insert(photo));
            }
        }
    }

    #[test]
    fn a_signature_is_a_picture_with_ink_in_it() {
        let png = signature(&mut StdRng::seed_from_u64(3));
        let image = image::load_from_memory(&png).unwrap().to_luma8();
        let ink = image.pixels().filter(|pixel| pixel.0[0] < 128).count();
        assert!(ink > 300, "{ink} dark pixels");
        assert_ne!(png, signature(&mut StdRng::seed_from_u64(4)));
    }
}
