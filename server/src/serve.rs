//! Running the server until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::app::{App, ZONE};
use crate::data_folder::{DataFolder, FolderError, ServeLock};
use crate::database::DatabaseError;
use crate::policy_file::{self, PolicyFileError};
use crate::router::router;
use crate::service::Service;

/// Uploads live for days, so an hour more or less is nothing.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);
/// What leaves a feed after days may do so a minute late.
const TICK_EVERY: Duration = Duration::from_secs(60);

/// Why the server could not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The policy in the data folder.
    #[error(transparent)]
    Policy(#[from] PolicyFileError),
    /// The network or the runtime.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
}

/// The service over a data folder.
///
/// # Errors
/// If the folder cannot be used.
pub fn service_of(folder: &DataFolder) -> Result<Service, FolderError> {
    let mut rng = rand::rng();
    let readers = folder.clone();
    let uploads = folder.uploads()?;
    uploads.sweep(App::now())?;
    let mut writer = folder.writer(&mut rng)?;
    writer.transaction::<_, DatabaseError>(|batch| batch.take_up_held(App::now()))?;
    let connect = Box::new(move || readers.reader());
    Ok(Service::new(writer, connect, uploads, folder.blobs()?, &mut rng)?)
}

/// Serves until SIGTERM or SIGINT, then lets the requests under way end. `ready` is told the address
/// once connections are taken.
///
/// # Errors
/// If the folder or the address cannot be used.
pub fn run(
    folder: &DataFolder,
    listen: SocketAddr,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    let _lock = ServeLock::take(folder)?;
    // A wrong policy never starts a server: clocks would silently run by other figures than people believe.
    policy_file::put_in_force(folder, App::now(), &mut rand::rng())?;
    let app = App::new(Arc::new(service_of(folder)?), ZONE);
    let io = |what: &str| {
        let what = what.to_owned();
        move |source| ServeError::Io { what, source }
    };
    room_for_connections();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(io("starting"))?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await.map_err(io(&format!("listening on {listen}")))?;
        let address = listener.local_addr().map_err(io("listening"))?;
        let stop = stopped().map_err(io("waiting for signals"))?;
        ready(address);
        let hints = Arc::clone(app.service.hints());
        let stop = async move {
            stop.await;
            // They would last for hours.
            hints.close();
        };
        tokio::spawn(sweep(Arc::clone(&app.service)));
        tokio::spawn(tick(Arc::clone(&app.service)));
        let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).with_graceful_shutdown(stop).await.map_err(io("serving"))
    })
}

/// Each phone that waits for hints holds a connection, and systems allow 1,024 files to a process that does
/// not ask for more. What the system's administrator has set as the most stays the most.
#[cfg(unix)]
pub(crate) fn room_for_connections() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
    {
        tracing::warn!(%error, "the number of connections stays at what the system gives by default");
    }
}

#[cfg(not(unix))]
pub(crate) fn room_for_connections() {}

/// Removes uploads whose time is over, again and again. The first time was when the service was made.
async fn sweep(service: Arc<Service>) {
    again_and_again(service, SWEEP_EVERY, |service| match service.uploads().sweep(App::now()) {
        Ok(0) => {}
        Ok(swept) => tracing::info!(swept, "removed uploads whose time was over"),
        Err(error) => tracing::error!(%error, "uploads whose time was over could not be removed"),
    })
    .await;
}

/// Takes documents out of feeds when their time is over.
async fn tick(service: Arc<Service>) {
    again_and_again(service, TICK_EVERY, |service| {
        if let Err(error) = service.tick(App::now()) {
            tracing::error!(%error, "documents whose time was over could not be taken out of feeds");
        }
    })
    .await;
}

/// A chore that may block, every so often. One that panicked was logged where it happened; the next time
/// brings another try.
async fn again_and_again(service: Arc<Service>, every: Duration, chore: fn(&Service)) {
    let mut times = tokio::time::interval_at(tokio::time::Instant::now() + every, every);
    times.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        times.tick().await;
        let service = Arc::clone(&service);
        let _ = App::blocking(move || chore(&service)).await;
    }
}

/// Ends when the process is asked to stop.
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! { _ = term.recv() => {} _ = int.recv() => {} }
    })
}
