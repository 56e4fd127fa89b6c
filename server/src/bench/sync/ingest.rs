//! 64 phones bring what they have, all at once.
//!
//! Each request carries a visit to four cases, five changes to each: as twenty envelopes of one change, or as
//! one envelope of twenty. The limit does with the same envelopes exactly what cannot be left out, on one
//! thread, without a network, judging nothing and keeping no tables but one of the changes.

use std::sync::Barrier;
use std::thread;

use http::StatusCode;
use roundsman_sync_core::document::{Document, DocumentKind, ParsedChange};
use roundsman_sync_core::error::Refusal;
use roundsman_sync_core::ids::DocumentId;
use roundsman_sync_core::protocol::envelope::Envelope;
use roundsman_sync_core::protocol::key::{Algorithm, PublicKey, Signer};
use roundsman_sync_core::protocol::messages::{SyncReply, Verdict};
use roundsman_sync_core::protocol::{TOKEN_HEADER, packing};
use rusqlite::Connection;

use super::pen::{CHANGES_EACH, Pen};
use super::town::{PUSHING, Town};
use crate::bench::http::Connection as Wire;
use crate::bench::{BenchError, Row, Run, Server, own_cpu_s};
use crate::database;

/// Cases in one request.
const CASES: usize = 4;
/// Changes in one request.
const CHANGES: usize = CASES * CHANGES_EACH;
/// Requests of each phone.
const REQUESTS: usize = 4;
/// Changes in one transaction of the limit: what a round of all phones brings.
const BATCH: usize = PUSHING * CHANGES;
/// The system counts processor time in steps of 10 ms; the limit is repeated until that is one per cent.
const LIMIT_S_MIN: f64 = 1.0;

const LIMIT_IS: &str = "changes per CPU-second of one thread in process: each envelope decoded, scanned and verified \
    once; for each document in it one load of its snapshot, each of its changes applied as the server does, one save; the changes inserted into one SQLite table, 1,280 a durable transaction";

/// What one run came to, in changes a CPU-second.
struct Measured {
    server: f64,
    limit: f64,
    wall: f64,
    generator: f64,
}

/// Both algorithms, both sizes of envelopes, both towns.
pub(super) fn measure(run: &mut Run<'_>, small: &Town, large: &Town) -> Result<(), BenchError> {
    for (algorithm, name) in [(Algorithm::Es256, "ES256"), (Algorithm::Ed25519, "Ed25519")] {
        for size in [1, CHANGES] {
            let mut rates = Vec::new();
            for town in [small, large] {
                let measured = push(run, town, algorithm, size)?;
                let what = format!("64 phones push over HTTP, durable; {name}, {size} changes an envelope");
                let row = Row::told(
                    "sync.ingest.changes_per_s",
                    what,
                    town.len(),
                    measured.server,
                    "changes/CPU-s",
                );
                run.add(row.at_least(0.5, measured.limit, LIMIT_IS));
                let what = format!("the same by the clock; {name}, {size} an envelope");
                run.add(Row::told(
                    "sync.ingest.wall_changes_per_s",
                    what,
                    town.len(),
                    measured.wall,
                    "changes/s",
                ));
                let what = format!("the load generator meanwhile; {name}, {size} an envelope");
                let row = Row::told(
                    "sync.ingest.generator_us",
                    what,
                    town.len(),
                    1e6 / measured.generator,
                    "µs CPU a change",
                );
                run.add(row);
                rates.push(measured.server);
            }
            if let [few, many] = rates[..] {
                let what = format!("10,000 documents at the server against 250; {name}, {size} an envelope");
                let row = Row::told("sync.ingest.flat", what, large.len(), many, "changes/CPU-s");
                run.add(row.at_least(0.8, few, "the same with 250 documents at the server"));
            }
        }
    }
    Ok(())
}

fn push(
    run: &mut Run<'_>,
    town: &Town,
    algorithm: Algorithm,
    changes_per_envelope: usize,
) -> Result<Measured, BenchError> {
    let path = run.fresh_folder();
    let mut estate = town.copy(&path)?;
    let enrolled = town.technicians.iter().map(|&person| estate.enrol(person, algorithm));
    let enrolled = enrolled.collect::<Result<Vec<_>, _>>()?;
    let db = estate.folder().reader()?;
    let identity = estate.identity();
    let from = (identity.office.org, identity.log, crate::log::head(&db)?);
    let server = Server::start(&path)?;

    let mut phones = Vec::new();
    for (n, enrolled) in enrolled.into_iter().enumerate() {
        let cases = town.cases_of(n);
        let mut wire = Wire::open(server.address())?;
        let mut pen = Pen::new(&db, enrolled, from, &cases, n as u64)?;
        // The first request of a phone after a start of the server is always turned away, with a token.
        let reply = wire.exchange(&pen.request(&[])?)?;
        let token = reply.headers().get(TOKEN_HEADER).and_then(|token| token.to_str().ok());
        pen.token = token.unwrap_or_default().to_owned();
        let mut envelopes = Vec::new();
        let mut requests = Vec::new();
        for request in 0..REQUESTS {
            let visited: Vec<_> = cases.iter().cycle().skip(request * CASES).take(CASES).copied().collect();
            let sealed = pen.work(&visited, changes_per_envelope)?;
            requests.push(wire.written(&pen.request(&sealed)?));
            envelopes.extend(sealed);
        }
        phones.push((pen.enrolled.signer.public_key(), envelopes, wire, requests));
    }
    let all = (PUSHING * REQUESTS * CHANGES) as f64;
    let (limit, held): (Vec<_>, Vec<_>) = phones
        .into_iter()
        .map(|(key, envelopes, wire, requests)| ((key, envelopes), (wire, requests)))
        .unzip();
    let limit = all_alone(run, &db, &limit)?;

    let (server_before, own_before) = (server.cpu_s()?, own_cpu_s()?);
    let started = std::time::Instant::now();
    let replies = at_once(held)?;
    let wall = started.elapsed().as_secs_f64();
    let (server_s, own_s) = (server.cpu_s()? - server_before, own_cpu_s()? - own_before);
    check(&replies)?;
    drop(server);
    drop(db);
    drop(estate);
    let _ = std::fs::remove_dir_all(&path);
    Ok(Measured { server: all / server_s, limit, wall: all / wall, generator: all / own_s })
}

/// Every phone in a thread of its own sends its requests, one after the other.
fn at_once(phones: Vec<(Wire, Vec<Vec<u8>>)>) -> Result<Vec<http::Response<Vec<u8>>>, BenchError> {
    let start = Barrier::new(phones.len());
    let start = &start;
    thread::scope(|scope| {
        let threads: Vec<_> = phones
            .into_iter()
            .map(|(mut wire, requests)| {
                scope.spawn(move || {
                    start.wait();
                    requests.iter().map(|request| wire.exchange_written(request)).collect::<Vec<_>>()
                })
            })
            .collect();
        let failed = |_| BenchError::Server("a phone's thread failed".to_owned());
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(failed))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect()
    })
}

/// Only what was accepted counts.
fn check(replies: &[http::Response<Vec<u8>>]) -> Result<(), BenchError> {
    for reply in replies {
        if reply.status() != StatusCode::OK {
            let said = String::from_utf8_lossy(reply.body()).into_owned();
            return Err(BenchError::Server(format!("a push was answered with {}: {said}", reply.status())));
        }
        let reply: SyncReply = packing::unpack(reply.body(), roundsman_sync_core::limits::REPLY_BYTES_MAX)?;
        let verdicts: Vec<_> = reply.verdicts.iter().flatten().collect();
        let accepted = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Accepted { .. })).count();
        if accepted != CHANGES {
            return Err(BenchError::Server(format!(
                "{accepted} of {CHANGES} changes were accepted: {verdicts:?}"
            )));
        }
    }
    Ok(())
}

/// The limit: see [`LIMIT_IS`].
fn all_alone(
    run: &mut Run<'_>,
    db: &Connection,
    phones: &[(PublicKey, Vec<Vec<u8>>)],
) -> Result<f64, BenchError> {
    let folder = run.fresh_folder();
    std::fs::create_dir_all(&folder).map_err(BenchError::io("making a folder"))?;
    let table = database::open_writer(&database::path_in(&folder))?;
    let mut snapshots = std::collections::HashMap::new();
    for (_, envelopes) in phones {
        for envelope in envelopes {
            for item in Envelope::open(envelope)?.envelope.items {
                let snapshot: Vec<u8> = db
                    .prepare_cached("SELECT snapshot FROM documents WHERE id = ?1")?
                    .query_row([item.document.as_bytes()], |row| row.get(0))?;
                snapshots.insert(item.document, snapshot);
            }
        }
    }
    let before = own_cpu_s()?;
    let (mut changes, mut pos) = (0_u64, 0_i64);
    while own_cpu_s()? - before < LIMIT_S_MIN {
        // A later envelope of a case builds on an earlier one, so what was saved is what is loaded next.
        let mut snapshots = snapshots.clone();
        let mut waiting: Vec<Vec<u8>> = Vec::new();
        for (key, envelopes) in phones {
            for bytes in envelopes {
                let scanned = Envelope::open(bytes)?;
                scanned.verify(key)?;
                let mut open: Option<(DocumentId, Document)> = None;
                for (item, change) in scanned.envelope.items.iter().zip(&scanned.changes) {
                    let document = match open.take() {
                        Some((id, document)) if id == item.document => document,
                        other => {
                            if let Some((id, document)) = other {
                                snapshots.insert(id, document.save());
                            }
                            let snapshot = snapshots.get(&item.document).map_or(&[][..], Vec::as_slice);
                            Document::load(DocumentKind::Case, snapshot).map_err(Refusal::from)?
                        }
                    };
                    let change = ParsedChange::of(&item.change, change.clone()).map_err(Refusal::from)?;
                    let document = document.with(change).map_err(Refusal::from)?;
                    open = Some((item.document, document));
                    waiting.push(item.change.to_vec());
                }
                if let Some((id, document)) = open {
                    snapshots.insert(id, document.save());
                }
                if waiting.len() >= BATCH {
                    changes += insert(&table, &mut waiting, &mut pos)?;
                }
            }
        }
        changes += insert(&table, &mut waiting, &mut pos)?;
    }
    Ok(changes as f64 / (own_cpu_s()? - before))
}

fn insert(table: &Connection, changes: &mut Vec<Vec<u8>>, pos: &mut i64) -> Result<u64, BenchError> {
    let transaction = table.unchecked_transaction()?;
    let count = changes.len() as u64;
    {
        let mut insert = transaction.prepare_cached("INSERT INTO log (pos, at, body) VALUES (?1, 0, ?2)")?;
        for change in changes.drain(..) {
            *pos += 1;
            insert.execute((*pos, change))?;
        }
    }
    transaction.commit()?;
    Ok(count)
}
