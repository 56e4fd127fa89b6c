//! axum around the service: thin handlers, one noun a file.

pub mod address;
pub mod devices;
pub mod doors;
pub mod events;
pub mod headers;
pub mod health;
pub mod metrics;
pub mod office;
pub mod openapi;
mod photos;
mod range;
pub mod request_id;
