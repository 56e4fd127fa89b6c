//! What phones read over real HTTP: the stream of hints, and photos.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

mod ear;
mod hints;
mod many;
mod photos;
mod town;
