//! A new phone fetches everything that is for it.

use std::path::Path;
use std::time::Instant;

use roundsman_sync_core::error::Refusal;
use roundsman_sync_core::replica::SqliteStore;
use rusqlite::Connection;
use rusqlite::types::Value;

use super::one_stream;
use super::phone::{Phone, Synced};
use super::town::{FEW, MANY, Town};
use crate::bench::estate::Estate;
use crate::bench::{BenchError, Row, Run, Server};

/// Phones of one person, so that a slow moment of the machine is not taken for the code's.
const TRIES: usize = 3;

const ROWS_ARE: &str = "seconds to insert the very rows that the phone then holds (documents, snapshots, summaries, \
    memberships) into an empty file of the same schema and settings, in as many transactions as there were replies; \
    the best of three, as is the value";

/// Phones that are level with the server.
pub(super) struct Phones {
    pub(super) few: Phone,
    pub(super) many: Phone,
    pub(super) all: Phone,
    pub(super) one_feed: Phone,
    pub(super) thirty_feeds: Phone,
}

pub(super) fn measure(
    run: &mut Run<'_>,
    town: &Town,
    estate: &mut Estate,
    server: &Server,
) -> Result<Phones, BenchError> {
    let folder = run.fresh_folder();
    let mut tries: Vec<Synced> = Vec::new();
    let mut inserts = Vec::new();
    for n in 0..TRIES {
        let code = estate.invite(town.with_all)?;
        let mut phone = Phone::enrol(&folder, &format!("all-{n}"), server, &code)?;
        tries.push(phone.sync()?);
        let path = phone.close();
        inserts.push(insert_same(&path, &folder.join(format!("same-{n}.db")), tries[n].round_trips)?);
    }
    let best = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::INFINITY, f64::min);
    let n = town.len();

    let mut plain = Vec::new();
    let db = estate.folder().reader()?;
    let mut statement =
        db.prepare("SELECT id, snapshot, summary FROM documents WHERE kind = 1 ORDER BY newest")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, snapshot, summary): ([u8; 16], Vec<u8>, Option<Vec<u8>>) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        plain.extend_from_slice(&id);
        plain.extend_from_slice(&snapshot);
        plain.extend(summary.unwrap_or_default());
    }
    drop(rows);
    let limit_is =
        "bytes of one zstd stream, level 3, of snapshots, ids and summaries as they lie at the server";
    let what = "first sync of a supervisor's phone, all headers included";
    let row = Row::told("sync.first.bytes", what, n, tries[0].bytes, "bytes");
    run.add(row.at_most(1.05, one_stream(&plain)?, limit_is));
    run.add(Row::told(
        "sync.first.round_trips",
        "requests of it",
        n,
        tries[0].round_trips as f64,
        "requests",
    ));
    let device = best(&mut tries.iter().map(|synced| synced.device_s));
    let row =
        Row::told("sync.first.seconds", "time of the phone for it, without server and link", n, device, "s");
    run.add(row.at_most(2.0, best(&mut inserts.into_iter()), ROWS_ARE));
    let whole = best(&mut tries.iter().map(|synced| synced.seconds));
    run.add(Row::told(
        "sync.first.whole_seconds",
        "first sync over loopback, server included",
        n,
        whole,
        "s",
    ));

    let mut level = |person, name: &str, held: usize| -> Result<Phone, BenchError> {
        let mut phone = Phone::enrol(&folder, name, server, &estate.invite(person)?)?;
        let synced = phone.sync()?;
        run.tell(&format!("{name}: {held} cases, {} bytes", synced.bytes));
        Ok(phone)
    };
    Ok(Phones {
        few: level(town.with_few, "few", FEW)?,
        many: level(town.with_many, "many", MANY)?,
        all: level(town.with_all, "all", town.cases.len())?,
        one_feed: level(town.one_feed, "one-feed", 0)?,
        thirty_feeds: level(town.thirty_feeds, "thirty-feeds", 0)?,
    })
}

/// The limit: see [`ROWS_ARE`].
fn insert_same(phone: &Path, fresh: &Path, transactions: u64) -> Result<f64, BenchError> {
    let from = Connection::open(phone)?;
    drop(SqliteStore::open(fresh).map_err(Refusal::from)?);
    let to = Connection::open(fresh)?;
    for (name, value) in [
        ("locking_mode", "EXCLUSIVE"),
        ("journal_mode", "WAL"),
        ("synchronous", "EXTRA"),
        ("secure_delete", "ON"),
    ] {
        to.pragma_update(None, name, value)?;
    }
    let mut tables = Vec::new();
    for table in ["documents", "snapshots", "changes", "summaries", "memberships"] {
        let mut statement = from.prepare(&format!("SELECT * FROM {table}"))?;
        let columns = statement.column_count();
        let rows = statement
            .query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?
            .collect::<Result<Vec<Vec<Value>>, _>>()?;
        let places = vec!["?"; columns].join(", ");
        tables.push((format!("INSERT INTO {table} VALUES ({places})"), rows));
    }
    let parts = usize::try_from(transactions).unwrap_or(1).max(1);
    let started = Instant::now();
    for part in 0..parts {
        let transaction = to.unchecked_transaction()?;
        for (sql, rows) in &tables {
            let mut insert = transaction.prepare_cached(sql)?;
            for row in &rows[rows.len() * part / parts..rows.len() * (part + 1) / parts] {
                insert.execute(rusqlite::params_from_iter(row))?;
            }
        }
        transaction.commit()?;
    }
    Ok(started.elapsed().as_secs_f64())
}
