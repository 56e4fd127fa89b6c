//! Real photos that the simulated phones take. Sources and licences: `photos/ATTRIBUTION.md`.

/// The name that the phone gives the file, and its bytes. No two hold the same bytes.
///
/// One has a position in it, two lie on their side, and one is not what its name says: a HEIC file
/// called `.JPG`, as phones make them when a gallery exports.
pub(in crate::demo) const PHOTOS: &[(&str, &[u8])] = &[
    ("DSCN0010.jpg", include_bytes!("photos/hillside-with-position.jpg")),
    ("DSCN0027.jpg", include_bytes!("photos/courtyard-bollard.jpg")),
    ("IMG_20261120_0914.jpg", include_bytes!("photos/water-landscape-to-turn.jpg")),
    ("IMG_20261120_0915.jpg", include_bytes!("photos/water-portrait-to-turn.jpg")),
    ("tower.jpg", include_bytes!("photos/tower-progressive.jpg")),
    ("gate 2 parking.jpeg", include_bytes!("photos/pickup-at-the-fence.jpg")),
    ("20261120_2217.jpg", include_bytes!("photos/animal-small.jpg")),
    ("IMG_0001.JPG", include_bytes!("photos/tiny.heic")),
];
