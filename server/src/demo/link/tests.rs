#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use rand::SeedableRng;

use super::*;

/// A server that reads to the end and answers with the same bytes twice.
fn echo_twice() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = Vec::new();
            if stream.read_to_end(&mut bytes).is_ok() {
                let _ = stream.write_all(&[bytes.as_slice(), &bytes].concat());
            }
        }
    });
    address
}

fn say(link: &Link, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(link.address()).unwrap();
    let mut answer = Vec::new();
    // In bad weather any step may fail.
    let _ = stream.write_all(bytes).and_then(|()| stream.shutdown(Shutdown::Write));
    let _ = stream.read_to_end(&mut answer);
    answer
}

#[test]
fn in_good_weather_every_byte_crosses_and_is_counted() {
    let link = Link::open(echo_twice(), StdRng::seed_from_u64(1)).unwrap();
    let bytes = vec![7; 100_000];
    assert_eq!(say(&link, &bytes), [bytes.as_slice(), &bytes].concat());
    let counts = link.counts();
    assert_eq!((counts.bytes_up, counts.bytes_down), (100_000, 200_000));
    assert_eq!((counts.refused, counts.cut_up, counts.cut_down), (0, 0, 0));
}

#[test]
fn in_bad_weather_each_fault_of_the_deck_comes_and_half_of_all_gets_through() {
    let link = Link::open(echo_twice(), StdRng::seed_from_u64(2)).unwrap();
    link.set_bad(true);
    let bytes = vec![7; 100_000];
    let whole = (0..DECK.len()).filter(|_| say(&link, &bytes).len() == 200_000).count();
    let counts = link.counts();
    assert_eq!((counts.refused, counts.cut_up, counts.cut_down, whole), (1, 2, 2, 5));
}

#[test]
fn a_planned_kill_comes_once_in_the_middle_of_its_connection() {
    let link = Link::open(echo_twice(), StdRng::seed_from_u64(3)).unwrap();
    let kills = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&kills);
    link.set_bad(true);
    link.kill_at(
        1,
        Box::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        }),
    );
    say(&link, &[7; 600]);
    assert!(link.kill_is_pending());
    for _ in 0..6 {
        say(&link, &[7; 600]);
    }
    assert_eq!((kills.load(Ordering::Relaxed), link.kill_is_pending()), (1, false));
}
