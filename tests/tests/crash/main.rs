//! Power losses and failing disks under the real code: the replica's own SQLite store, and the service.
//!
//! The crash VFS remembers which bytes were certain and which were only hoped for, so that power can fail
//! at any operation of the disk and leave any state that a real disk may be found in.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

mod phone;
mod phone_faults;
mod server;
mod work;
