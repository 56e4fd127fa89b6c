//! A phone was away while some of its documents changed.

use super::first::Phones;
use super::one_stream;
use super::town::{FEW, MANY, Town};
use crate::bench::estate::Estate;
use crate::bench::{BenchError, Row, Run};

/// How many documents change.
const CHANGED: [usize; 4] = [1, 10, 100, 1_000];

pub(super) fn measure(
    run: &mut Run<'_>,
    town: &Town,
    estate: &mut Estate,
    phones: &mut Phones,
) -> Result<(), BenchError> {
    // The same documents are on both phones: all that one of them holds, a tenth of what the other holds.
    let shared = &town.cases[FEW..FEW + MANY];
    for k in CHANGED {
        phones.many.sync()?;
        phones.all.sync()?;
        let idle = phones.all.sync()?.bytes;
        let db = estate.folder().reader()?;
        let before = crate::log::head(&db)?;
        estate.remark(&shared[..k])?;
        let few = phones.many.sync()?;
        let all = phones.all.sync()?;

        let mut plain = Vec::new();
        let mut statement =
            db.prepare("SELECT document, source FROM changes WHERE accepted > ?1 ORDER BY accepted")?;
        let mut rows = statement.query([before.cast_signed()])?;
        while let Some(row) = rows.next()? {
            let (id, source): ([u8; 16], i64) = (row.get(0)?, row.get(1)?);
            if let (_, crate::log::LogEntry::Change { change, .. }) =
                crate::log::read(&db, source.unsigned_abs())?
            {
                plain.extend_from_slice(&id);
                plain.extend_from_slice(&change);
            }
        }
        let limit = one_stream(&plain)?;
        let limit_is = "bytes of one zstd stream, level 3, of (id, change) for every change that was made";
        let what = format!("{k} of 10,000 documents changed; bytes above what an idle sync costs");
        let row = Row::told("sync.catchup.bytes", what, k as u64, all.bytes - idle, "bytes");
        let row = row.at_most(1.25, limit, limit_is);
        // A single change pays for the reply's own words.
        run.add(if k < 10 { Row { target: None, ok: true, ..row } } else { row });
        let what =
            format!("{k} documents changed, for a phone that holds 10,000; the whole sync over loopback");
        let row = Row::told("sync.catchup.seconds", what, k as u64, all.seconds, "s");
        let row = row.at_most(1.5, few.seconds, "the same changes for a phone that holds 1,000 documents");
        // A single change takes a few milliseconds, most of them the disk's.
        run.add(if k < 10 { Row { target: None, ok: true, ..row } } else { row });
    }
    Ok(())
}
