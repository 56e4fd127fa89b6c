//! What is asked of the tables. Reads only.

pub mod case_show;
pub mod export;
pub mod lookup;
