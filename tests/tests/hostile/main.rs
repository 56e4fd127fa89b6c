//! Bytes made to do harm, nearly all of them in envelopes that an enrolled phone has rightly signed: each is
//! refused with a clear code, and what honest people do before, around and after it is taken and read.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod changes;
mod doors;
mod envelopes;
mod flips;
mod hunted;
mod many;
mod names;
