//! What happens in an estate, told from the first call to the review: on phones that were offline, over the
//! server, to what `roundsman case show` prints. Each follows the procedure of its kind.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod anonymous_noise;
mod burst_pipe;
mod charging_point;
mod paid_repair;
mod settlement;
mod smoke_detector;
mod town;
mod trapped;
mod warranty;
