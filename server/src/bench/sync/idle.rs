//! A phone asks and nothing is new.

use super::first::Phones;
use super::phone::Phone;
use super::town::{FEW, MANY};
use crate::bench::{BenchError, Row, Run, Server};

/// Bytes both ways that it may cost, with every header and the signature.
const BYTES_MAX: f64 = 1_200.0;
/// Syncs over which processor time is averaged; the system counts in steps of 10 ms.
const SYNCS: u32 = 400;

pub(super) fn measure(run: &mut Run<'_>, phones: &mut Phones, server: &Server) -> Result<(), BenchError> {
    let Phones { few, many, all, one_feed, thirty_feeds } = phones;
    let held = [
        (few, FEW, "few documents"),
        (many, MANY, "many documents"),
        (all, super::LARGE, "every document"),
        (one_feed, 1, "1 feed"),
        (thirty_feeds, 8, "30 feeds"),
    ];
    let mut smallest_us = None;
    for (phone, n, what) in held {
        let n = n as u64;
        let (bytes, round_trips, cpu_us) = idle(phone, server)?;
        let what = format!("nothing is new for a phone with {what}");
        let row = Row::told("sync.idle.bytes", what.as_str(), n, bytes, "bytes");
        run.add(row.at_most(
            1.0,
            BYTES_MAX,
            "the design's bound for both ways, all headers and the signature included",
        ));
        let row = Row::told("sync.idle.round_trips", what.as_str(), n, round_trips, "requests");
        run.add(row.at_most(1.0, 1.0, "one"));
        let row = Row::told("sync.idle.server_cpu_us", what, n, cpu_us, "µs");
        run.add(match smallest_us {
            None => row,
            // Its own noise is about a tenth.
            Some(first) => row.at_most(1.25, first, "the same for the phone with 10 documents"),
        });
        smallest_us.get_or_insert(cpu_us);
    }
    Ok(())
}

/// Bytes and requests of one sync, the most of any; and the server's processor time for each.
fn idle(phone: &mut Phone, server: &Server) -> Result<(f64, f64, f64), BenchError> {
    let (mut bytes, mut round_trips) = (0.0_f64, 0);
    let before = server.cpu_s()?;
    for _ in 0..SYNCS {
        let synced = phone.sync()?;
        bytes = bytes.max(synced.bytes);
        round_trips = round_trips.max(synced.round_trips);
    }
    let cpu_us = (server.cpu_s()? - before) * 1e6 / f64::from(SYNCS);
    Ok((bytes, round_trips as f64, cpu_us))
}
