//! Words of what happens on the spot.

use roundsman_sync_core::model::fact as core;

use crate::convert::words;

words! {
    /// How a point was read.
    ScanMeans = core::ScanMeans {
        /// A tag that was touched.
        Nfc,
        /// A printed code that was photographed.
        Qr,
    }
}
