//! The built-in playbooks: that they are whole, that every case type has one, and that the rules that
//! must never be missing stand where they belong.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

mod content;
mod mistakes;

use super::{Playbook, playbooks};

fn book(id: &str) -> &'static Playbook {
    playbooks().iter().find(|book| book.id == id).unwrap_or_else(|| panic!("no playbook has the id {id}"))
}
