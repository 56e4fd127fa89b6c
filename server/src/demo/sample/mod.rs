//! What is in the program itself: complaints and photos.

pub(super) mod photos;
