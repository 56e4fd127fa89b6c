//! The world that end-to-end, simulation and crash tests share.

pub mod crash_vfs;
pub mod hostile;
pub mod layering;
pub mod world;
