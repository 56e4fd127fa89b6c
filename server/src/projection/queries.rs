//! What the console and the API read.
