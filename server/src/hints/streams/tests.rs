#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::cell::RefCell;
use std::rc::Rc;

use super::*;

const A: DeviceId = DeviceId::from_bytes([1; 16]);
const B: DeviceId = DeviceId::from_bytes([2; 16]);
const OWN: FeedNumber = FeedNumber(1);
const OTHER: FeedNumber = FeedNumber(2);

#[derive(Clone, Debug, Default)]
struct Heard(Rc<RefCell<Vec<String>>>);

impl Heard {
    fn all(&self) -> Vec<String> {
        self.0.take()
    }
}

impl Told for Heard {
    fn hint(&self, pos: Pos) {
        self.0.borrow_mut().push(format!("hint {pos}"));
    }
    fn take_back(&self) {}
    fn end(&self) {
        self.0.borrow_mut().push("end".to_owned());
    }
}

fn seen(head: Pos, feeds: &[FeedNumber], newest: Pos) -> Seen {
    Seen { head, feeds: feeds.to_vec(), newest, is_revoked: false }
}

fn touched(head: Pos, feeds: &[(FeedNumber, Pos)]) -> News {
    News { head, feeds: feeds.to_vec(), devices: Vec::new() }
}

#[test]
fn only_who_has_the_feed_is_told_and_once_until_it_has_synced() {
    let mut streams = Streams::new(9);
    let (a, b) = (Heard::default(), Heard::default());
    streams.open(A, &seen(10, &[OWN], 4), None, a.clone()).unwrap();
    streams.open(B, &seen(10, &[OTHER], 4), None, b.clone()).unwrap();
    streams.tell(&touched(12, &[(OWN, 11)]));
    streams.tell(&touched(14, &[(OWN, 13)]));
    assert_eq!((a.all(), b.all()), (vec!["hint 12".to_owned()], vec![]));
    // It has seen 11 but not 13.
    streams.synced(A, 12);
    assert_eq!(a.all(), ["hint 14"]);
    streams.synced(A, 14);
    streams.tell(&touched(15, &[(OTHER, 15)]));
    assert_eq!((a.all(), b.all()), (vec![], vec!["hint 15".to_owned()]));
}

#[test]
fn what_a_sync_has_told_is_not_hinted() {
    let mut streams = Streams::new(9);
    let a = Heard::default();
    streams.open(A, &seen(10, &[OWN], 4), None, a.clone()).unwrap();
    streams.synced(A, 20);
    streams.tell(&touched(20, &[(OWN, 19)]));
    assert_eq!(a.all(), Vec::<String>::new());
}

#[test]
fn a_stream_that_goes_on_is_told_at_once_if_something_is_newer() {
    for (from, told) in [
        (None, vec![]),
        (Some(10), vec![]),
        (Some(4), vec![]),
        (Some(3), vec!["hint 10"]),
        (Some(0), vec!["hint 10"]),
        // The log never went so far: the server was restored.
        (Some(11), vec!["hint 10"]),
    ] {
        let mut streams = Streams::new(9);
        let a = Heard::default();
        streams.open(A, &seen(10, &[OWN], 4), from, a.clone()).unwrap();
        assert_eq!(a.all(), told, "{from:?}");
    }
}

#[test]
fn tables_read_before_the_last_look_open_no_stream() {
    let mut streams = Streams::new(9);
    streams.tell(&touched(12, &[]));
    let a = Heard::default();
    assert_eq!(streams.open(A, &seen(11, &[OWN], 4), None, a.clone()), Err(NotOpened::Stale));
    streams.open(A, &seen(12, &[OWN], 4), None, a).unwrap();
}

#[test]
fn a_right_given_brings_its_feeds_and_a_right_lost_takes_them() {
    let mut streams = Streams::new(9);
    let a = Heard::default();
    streams.open(A, &seen(10, &[OWN], 4), None, a.clone()).unwrap();
    let given = News { head: 12, feeds: Vec::new(), devices: vec![(A, seen(12, &[OTHER], 12))] };
    streams.tell(&given);
    assert_eq!(a.all(), ["hint 12"]);
    streams.synced(A, 12);
    streams.tell(&touched(14, &[(OWN, 13)]));
    assert_eq!(a.all(), Vec::<String>::new());
    streams.tell(&touched(15, &[(OTHER, 15)]));
    assert_eq!(a.all(), ["hint 15"]);
}

#[test]
fn a_revoked_phone_is_told_once_more_and_its_stream_ends() {
    let mut streams = Streams::new(9);
    let a = Heard::default();
    let number = streams.open(A, &seen(10, &[OWN], 4), None, a.clone()).unwrap();
    let revoked = Seen { head: 11, newest: 11, is_revoked: true, ..Seen::default() };
    streams.tell(&News { head: 11, feeds: Vec::new(), devices: vec![(A, revoked)] });
    assert_eq!(a.all(), ["hint 11", "end"]);
    assert_eq!((streams.len(), streams.by_feed.len()), (0, 0));
    streams.leave(A, number);
}

#[test]
fn a_stream_that_leaves_takes_nothing_of_the_one_that_replaced_it() {
    let mut streams = Streams::new(1);
    let (older, newer) = (Heard::default(), Heard::default());
    let first = streams.open(A, &seen(10, &[OWN], 4), None, older.clone()).unwrap();
    let second = streams.open(A, &seen(10, &[OWN], 4), None, newer.clone()).unwrap();
    streams.leave(A, first);
    assert_eq!((older.all(), streams.len()), (vec!["end".to_owned()], 1));
    assert_eq!(streams.open(B, &seen(10, &[OWN], 4), None, newer.clone()), Err(NotOpened::Full));
    streams.tell(&touched(12, &[(OWN, 12)]));
    assert_eq!(newer.all(), ["hint 12"]);
    streams.leave(A, second);
    assert_eq!((streams.len(), streams.by_feed.len()), (0, 0));
}

#[test]
fn a_server_that_stops_ends_every_stream_and_opens_none() {
    let mut streams = Streams::new(9);
    let a = Heard::default();
    streams.open(A, &seen(10, &[OWN], 4), None, a.clone()).unwrap();
    streams.close();
    assert_eq!(a.all(), ["end"]);
    assert_eq!(streams.open(B, &seen(10, &[OWN], 4), None, a), Err(NotOpened::Closing));
}
