//! The one task that looks at the database and wakes streams.

use std::sync::Arc;
use std::time::Duration;

use roundsman_sync_core::limits::{EVENT_LOOK_MS_MAX, EVENT_LOOK_MS_MIN};
use rusqlite::{Connection, Transaction};

use super::look::news;
use crate::database::DatabaseError;
use crate::service::Service;

/// Looks after each commit of this process, and now and then for what other processes have written, until
/// the streams are closed. A look that fails is made again.
pub async fn watch(service: Arc<Service>) {
    let hints = service.hints();
    let mut eye = Some(Eye::default());
    loop {
        tokio::select! {
            () = hints.committed.notified() => {}
            () = tokio::time::sleep(Duration::from_millis(EVENT_LOOK_MS_MAX)) => {}
            () = hints.closed.notified() => return,
        }
        // Commits that follow each other are one look; and whoever has just pushed has its reply by
        // then and is not hinted at its own edits.
        tokio::time::sleep(Duration::from_millis(EVENT_LOOK_MS_MIN)).await;
        let (service, mut looking) = (Arc::clone(&service), eye.take().unwrap_or_default());
        let looked = tokio::task::spawn_blocking(move || {
            if let Err(error) = looking.look(&service) {
                tracing::error!(%error, "hints: the database could not be looked at");
                return Eye::default();
            }
            looking
        });
        eye = looked.await.ok();
    }
}

/// A connection of its own: to SQLite every other connection, also the writer of this process, is
/// somebody else, so its `data_version` moves with every commit.
#[derive(Default)]
struct Eye {
    reader: Option<Connection>,
    data_version: i64,
}

impl Eye {
    fn look(&mut self, service: &Service) -> Result<(), DatabaseError> {
        let reader = match self.reader.take() {
            Some(reader) => reader,
            None => service.connect()?,
        };
        let reader = self.reader.insert(reader);
        let version: i64 = reader.pragma_query_value(None, "data_version", |row| row.get(0))?;
        if version == self.data_version {
            return Ok(());
        }
        let read: Transaction<'_> = reader.unchecked_transaction()?;
        let news = news(&read, service.hints())?;
        drop(read);
        service.hints().tell(&news);
        self.data_version = version;
        Ok(())
    }
}
