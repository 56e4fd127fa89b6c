//! Every picture of the collection outside the repository, broken ones and bombs among them: each is stored
//! as it is, and each is asked for small. Where the collection is absent there is nothing to try.

use std::path::PathBuf;

use http::header;
use roundsman_sync_core::ids::PhotoHash;
use roundsman_sync_core::model::PhotoRole;

use super::estate::Estate;

/// The files that are no picture that can be drawn, by name: HEIC, what is broken before its first line, and
/// what says that it is larger than anything that is drawn.
const UNDRAWABLE: [&str; 11] = [
    "IMG_0001.JPG",
    "pixels_30000x30000.png",
    "exs-IMG_5195.HEIC",
    "kam-exif.heic",
    "ph-corrupted.heic",
    "ph-corrupted.hif",
    "ph-invalid_id.heic",
    "ph-truncated-truncated.heic",
    "pil-broken.png",
    "pil-decompression_bomb.gif",
    "pil-decompression_bomb.ico",
];
/// Broken in the middle: whether anything of them is drawn is the decoder's business.
const DAMAGED: [&str; 3] =
    ["pil-broken_data_stream.png", "pil-truncated_image.png", "pil-png_decompression_dos.png"];

fn collection() -> Vec<(String, Vec<u8>)> {
    let shared = std::env::var_os("ROUNDSMAN_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")), PathBuf::from);
    let mut files = Vec::new();
    for folder in [shared.join("photos"), shared.join("photos/derived")] {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for entry in entries.map(Result::unwrap).filter(|entry| entry.path().is_file()) {
            let name = entry.file_name().into_string().unwrap();
            if name != "MANIFEST.tsv" {
                files.push((name, std::fs::read(entry.path()).unwrap()));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn every_file_is_kept_as_it_is_and_drawn_small_if_it_can_be() {
    let mut estate = Estate::new();
    let files = collection();
    for (name, bytes) in &files {
        let added = estate.guard.replica.add_photo(estate.case, bytes, PhotoRole::Evidence, name);
        assert_eq!(added.is_ok(), !bytes.is_empty(), "{name}");
    }
    estate.guard.sync(&estate.service, 5);
    let mut browser = estate.signed_in("lin");
    for (name, bytes) in files.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        let path = format!("/v1/photos/{}", PhotoHash::of(bytes));
        assert_eq!(&browser.get(&path).body, bytes, "{name}");
        let small = browser.get(&format!("{path}?size=320"));
        let drawn = small.status.as_u16() == 200;
        if !DAMAGED.contains(&name.as_str()) {
            assert_eq!(drawn, !UNDRAWABLE.contains(&name.as_str()), "{name}");
        }
        if drawn {
            assert_eq!(small.header(header::CONTENT_TYPE), "image/jpeg", "{name}");
            let picture = image::load_from_memory(&small.body).unwrap();
            assert!(picture.width() <= 320 && picture.height() <= 320, "{name}");
            assert!(!small.body.windows(4).any(|word| word == b"Exif"), "{name} says more than the picture");
        } else {
            small.assert_problem(404, "photo_not_drawable");
        }
    }
    let case = browser.get(&format!("/v1/cases/{}", estate.case)).json();
    assert_eq!(case["complete"], true);
}
