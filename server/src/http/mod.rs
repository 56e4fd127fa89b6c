//! axum around the service: thin handlers, one noun a file.

pub mod devices;
pub mod events;
pub mod health;
pub mod office;
mod photos;
mod range;
pub mod request_id;
