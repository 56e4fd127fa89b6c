//! Previews: small copies of photos, bytes in, bytes out.
//!
//! **What holds.** Whatever the bytes are, nothing panics and nothing is decoded past the bounds in
//! [`limits`](crate::limits): the sides are read from the header first. A preview is a JPEG (or, handed in by
//! the app, a WebP) of at most [`PREVIEW_SIDE_PX_MAX`] a side and [`PREVIEW_BYTES_MAX`] bytes. One made here
//! is the right way up and holds nothing but the picture: no place, no time, no camera.

mod header;
#[cfg(feature = "picture")]
mod make;

#[cfg(feature = "picture")]
pub use make::preview_of;

use crate::error::{ErrorCode, Refusal};
use crate::limits::{PREVIEW_BYTES_MAX, PREVIEW_SIDE_PX_MAX};

/// The preview of a photo: none, because this build cannot draw.
#[cfg(not(feature = "picture"))]
pub const fn preview_of(_photo: &[u8]) -> Option<Vec<u8>> {
    None
}

/// Whether bytes that the app hands in can stand as a preview: what it says of itself is believed as far as
/// its header goes.
///
/// # Errors
/// [`ErrorCode::PhotoEmpty`], [`ErrorCode::PhotoTooLarge`], or [`ErrorCode::ValueOutOfRange`] for another
/// type of file or sides past the bound.
pub fn check_preview(preview: &[u8]) -> Result<(), Refusal> {
    if preview.is_empty() {
        return Err(Refusal::new(ErrorCode::PhotoEmpty, "the preview has no bytes"));
    }
    let size = preview.len();
    if u64::try_from(size).is_ok_and(|size| size > PREVIEW_BYTES_MAX) {
        let message = format!("the preview has {size} bytes; at most {PREVIEW_BYTES_MAX} are taken");
        return Err(Refusal::new(ErrorCode::PhotoTooLarge, message));
    }
    let Some((width, height)) = header::sides_px(preview) else {
        return Err(Refusal::new(ErrorCode::ValueOutOfRange, "the preview is neither a JPEG nor a WebP"));
    };
    let sides = 1..=PREVIEW_SIDE_PX_MAX;
    if !(sides.contains(&width) && sides.contains(&height)) {
        let message =
            format!("the preview is {width} × {height} px; at most {PREVIEW_SIDE_PX_MAX} a side are taken");
        return Err(Refusal::new(ErrorCode::ValueOutOfRange, message));
    }
    Ok(())
}

#[cfg(all(test, feature = "picture"))]
mod tests;
