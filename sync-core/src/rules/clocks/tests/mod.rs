#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

mod appointments;
mod estates;
mod laws;
mod limits;
mod pauses;
mod rounds;

use super::*;
use crate::rules::story::Story;

/// The first clock of a rule in a story, under the built-in policy.
fn clock(story: &Story, id: &str) -> Clock {
    all(story, id).into_iter().next().unwrap_or_else(|| panic!("no clock {id} in {:?}", story.case.entries))
}

/// Every clock of a rule in a story.
fn all(story: &Story, id: &str) -> Vec<Clock> {
    clocks(&story.case, Policy::built_in()).into_iter().filter(|clock| clock.id == id).collect()
}
