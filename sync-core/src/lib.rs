//! The core of Roundsman: what a phone, a browser and the server decide alike.
//!
//! The crate does no I/O of its own accord. Time, randomness, keys and transport are handed in, so a
//! whole shift can be simulated and replayed from a seed.
//!
//! Modules, each of which names only those to its left:
//! `error`, `limits`, `ids`, `clock` → `picture` → `document` → `model` → `rules` → `protocol` → `replica`.

#![forbid(unsafe_code)]

pub mod clock;
pub mod document;
pub mod error;
pub mod ids;
pub mod limits;
pub mod model;
pub mod picture;
pub mod protocol;
pub mod replica;
pub mod rules;
