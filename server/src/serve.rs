//! Running the server until it is told to stop.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;
use axum_server::{Handle, Server};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::{App, ZONE};
use crate::data_folder::{DataFolder, FolderError, ServeLock};
use crate::database::DatabaseError;
use crate::policy_file::{self, PolicyFileError};
use crate::router::router;
use crate::service::Service;

/// How long the head of a request may take. A phone at the edge of the network sends one packet in seconds; who
/// takes longer holds a connection for its own sake.
const HEAD_MAX: Duration = Duration::from_secs(60);
/// How long requests under way may go on once the server is told to stop.
const DRAIN_MAX: Duration = Duration::from_secs(30);
/// Uploads live for days, so an hour more or less is nothing.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);
/// What leaves a feed after days may do so a minute late.
const TICK_EVERY: Duration = Duration::from_secs(60);

/// How browsers and phones reach the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Without TLS, so from this machine alone.
    Plain,
    /// By TLS, with these files in PEM: the chain, and the key.
    Tls {
        /// The certificate and those that vouch for it.
        cert: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
    /// Through a proxy that speaks TLS and says from where each request comes.
    BehindProxy,
}

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
    /// Passwords and contact data would cross a network that anybody can read.
    #[error(
        "{0} can be reached from other machines: give --tls-cert and --tls-key, or --behind-proxy if a proxy in \
         front of it speaks TLS"
    )]
    Exposed(SocketAddr),
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
/// once connections are taken. SIGHUP reads the certificate anew.
///
/// # Errors
/// If the folder, the address or the certificate cannot be used, or the way is not fit for the address.
pub fn run(
    folder: &DataFolder,
    listen: SocketAddr,
    way: &Way,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    if *way == Way::Plain && !listen.ip().is_loopback() {
        return Err(ServeError::Exposed(listen));
    }
    let _lock = ServeLock::take(folder)?;
    // A wrong policy never starts a server: clocks would silently run by other figures than people believe.
    policy_file::put_in_force(folder, App::now(), &mut rand::rng())?;
    let app = App {
        secure: *way != Way::Plain,
        behind_proxy: *way == Way::BehindProxy,
        ..App::new(Arc::new(service_of(folder)?), ZONE)
    };
    room_for_connections();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(io("starting"))?;
    runtime.block_on(async {
        let tls = match way {
            Way::Tls { cert, key } => Some(RustlsConfig::from_config(certificate(cert, key)?)),
            Way::Plain | Way::BehindProxy => None,
        };
        // Here and not in the task: untaken, the signal would end the process.
        let renewals = signal(SignalKind::hangup()).map_err(io("waiting for signals"))?;
        tokio::spawn(renew(renewals, tls.clone(), way.clone()));
        let listener = TcpListener::bind(listen).map_err(io(&format!("listening on {listen}")))?;
        let address = listener.local_addr().map_err(io("listening"))?;
        let handle = Handle::new();
        tokio::spawn(stop_when_told(
            stopped().map_err(io("waiting for signals"))?,
            app.clone(),
            handle.clone(),
        ));
        tokio::spawn(sweep(Arc::clone(&app.service)));
        tokio::spawn(tick(Arc::clone(&app.service)));
        ready(address);
        let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
        match tls {
            Some(tls) => {
                let server = axum_server::from_tcp_rustls(listener, tls).map_err(io("serving"))?;
                bounded(server).handle(handle).serve(service).await
            }
            None => {
                let server = axum_server::from_tcp(listener).map_err(io("serving"))?;
                bounded(server).handle(handle).serve(service).await
            }
        }
        .map_err(io("serving"))
    })
}

/// HTTP/1.1 alone, which is what is measured and tested, with a bound on how long the head of a request takes.
fn bounded<A>(mut server: Server<SocketAddr, A>) -> Server<SocketAddr, A> {
    let http = server.http_builder();
    http.http1().header_read_timeout(HEAD_MAX);
    *http = http.clone().http1_only();
    server
}

/// What TLS needs, from files in PEM.
fn certificate(cert: &Path, key: &Path) -> Result<Arc<ServerConfig>, ServeError> {
    let wrong = |path: &Path, error: &dyn std::fmt::Display| {
        let reason = std::io::Error::other(error.to_string());
        ServeError::Io { what: format!("the certificate {}", path.display()), source: reason }
    };
    let chain =
        CertificateDer::pem_file_iter(cert).and_then(Iterator::collect).map_err(|e| wrong(cert, &e))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, &error))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
        .map_err(|error| wrong(cert, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn io(what: &str) -> impl FnOnce(std::io::Error) -> ServeError {
    let what = what.to_owned();
    move |source| ServeError::Io { what, source }
}

/// Takes no more connections once the process is asked to stop.
async fn stop_when_told(told: impl Future<Output = ()>, app: App, handle: Handle<SocketAddr>) {
    told.await;
    // They would last for hours.
    app.service.hints().close();
    handle.graceful_shutdown(Some(DRAIN_MAX));
}

/// Reads the certificate anew whenever SIGHUP says that it was renewed. One that cannot be read is told and the
/// old one stays. Without a certificate the signal does nothing.
async fn renew(mut renewals: Signal, tls: Option<RustlsConfig>, way: Way) {
    while renewals.recv().await.is_some() {
        let (Some(tls), Way::Tls { cert, key }) = (&tls, &way) else { continue };
        match certificate(cert, key) {
            Ok(config) => {
                tls.reload_from_config(config);
                tracing::info!("the certificate was read anew");
            }
            Err(error) => tracing::error!(%error, "the certificate cannot be read; the old one stays"),
        }
    }
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
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! { _ = term.recv() => {} _ = int.recv() => {} }
    })
}
