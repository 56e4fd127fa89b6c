//! The world that end-to-end, simulation and crash tests share.
