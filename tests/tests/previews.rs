//! Previews of real photos, broken ones and bombs among them.
//!
//! The files are not part of this project: `ROUNDSMAN_SHARED` names the folder in whose `photos` they are; without
//! it they are looked for beside the repository. Where they are absent the tests say so and pass.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may stop at the first surprise and speak"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use image::RgbImage;
use roundsman_sync_core::limits::{PICTURE_PIXELS_MAX, PICTURE_SIDE_PX_MAX};
use roundsman_sync_core::picture::{check_preview, preview_of};

fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("ROUNDSMAN_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
    let photos = shared.join("photos");
    let there = photos.is_dir();
    if !there {
        eprintln!("no photos in {}: set ROUNDSMAN_SHARED to try them", photos.display());
    }
    there.then_some(photos)
}

/// Every file of the folder, by name.
fn files(folder: &std::path::Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for folder in [folder.to_path_buf(), folder.join("derived")] {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn drawn(preview: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(preview, image::ImageFormat::Jpeg).unwrap().into_rgb8()
}

#[test]
fn every_photo_has_a_sound_preview_or_none_and_bombs_have_none() {
    let Some(folder) = folder() else { return };
    let files = files(&folder);
    let mut with = 0;
    for (name, bytes) in &files {
        let claimed = image::ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format().unwrap();
        let sides = claimed.into_dimensions().ok();
        let past = sides.is_some_and(|(width, height)| {
            width.max(height) > PICTURE_SIDE_PX_MAX
                || u64::from(width) * u64::from(height) > PICTURE_PIXELS_MAX
        });
        match preview_of(bytes) {
            Some(preview) => {
                assert!(!past, "{name} is past the bounds and was decoded");
                check_preview(&preview).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
                assert!(!preview.windows(4).any(|part| part == b"Exif"), "{name}");
                with += 1;
            }
            // What cannot be drawn: HEIC, icons, notes about the files, and what is broken.
            None => assert!(
                past || !name.ends_with(".jpg") || name.contains("zero") || bytes.starts_with(b"\0\0\0"),
                "{name} is an ordinary photo and has no preview"
            ),
        }
    }
    assert!(with >= 25, "{with} of {}", files.len());
    for bomb in ["pixels_30000x30000.png", "pil-decompression_bomb.gif", "pil-decompression_bomb.ico"] {
        assert_eq!(preview_of(&files[bomb]), None, "{bomb}");
    }
}

/// How far apart two pictures of one size are, summed over their points.
fn distance(one: &RgbImage, other: &RgbImage) -> u64 {
    one.iter().zip(other.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum()
}

#[test]
fn photos_of_one_scene_look_alike_whichever_way_the_camera_was_held() {
    let Some(folder) = folder() else { return };
    let files = files(&folder);
    let names = [2, 4, 6, 7, 8].map(|way| format!("exs-orient-landscape_{way}.jpg"));
    let pictures = names.map(|name| drawn(&preview_of(&files[&name]).unwrap()));
    for picture in &pictures {
        assert_eq!(picture.dimensions(), (320, 240));
        let apart = distance(picture, &pictures[0]);
        // The photographer moved a little between two pictures; upside down or mirrored, the scene is another.
        use image::imageops::{flip_horizontal, flip_vertical, rotate180};
        for turned in [flip_horizontal(picture), flip_vertical(picture), rotate180(picture)] {
            let wrong = distance(&turned, &pictures[0]);
            assert!(2 * apart < wrong, "{apart} upright, {wrong} turned");
        }
    }
    let upright = drawn(&preview_of(&files["exs-orient-portrait_6.jpg"]).unwrap());
    assert_eq!(upright.dimensions(), (240, 320));
}
