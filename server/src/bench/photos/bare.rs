//! The least that a server can do with a photo: the body into a file, and an fsync.

use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use axum::body::{Body, Bytes};
use axum::extract::{Path as InPath, State};
use axum::routing::put;
use http::StatusCode;
use http_body_util::BodyExt;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::super::BenchError;

/// Pieces of a body that wait for the disk; enough that neither side waits for the other.
const PIECES_WAITING: usize = 16;

/// A server on a port of its own that ends when this is dropped.
pub(super) struct BareServer {
    address: SocketAddr,
    _runtime: Runtime,
}

impl BareServer {
    /// Starts it; files go into `folder`.
    pub(super) fn start(folder: &Path) -> Result<Self, BenchError> {
        std::fs::create_dir_all(folder).map_err(BenchError::io("making a folder"))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(BenchError::io("starting the bare server"))?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"));
        let listener = listener.map_err(BenchError::io("starting the bare server"))?;
        let address = listener.local_addr().map_err(BenchError::io("starting the bare server"))?;
        let router = axum::Router::new().route("/{name}", put(keep)).with_state(folder.to_owned());
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, _runtime: runtime })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn keep(State(folder): State<PathBuf>, InPath(name): InPath<String>, mut body: Body) -> StatusCode {
    let (pieces, taken) = mpsc::channel(PIECES_WAITING);
    let kept = tokio::task::spawn_blocking(move || write(&folder.join(name), taken));
    while let Some(Ok(frame)) = body.frame().await {
        if let Ok(bytes) = frame.into_data()
            && pieces.send(bytes).await.is_err()
        {
            break;
        }
    }
    drop(pieces);
    match kept.await {
        Ok(Ok(())) => StatusCode::NO_CONTENT,
        Ok(Err(_)) | Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn write(path: &Path, mut pieces: mpsc::Receiver<Bytes>) -> io::Result<()> {
    let mut file = File::create(path)?;
    while let Some(piece) = pieces.blocking_recv() {
        file.write_all(&piece)?;
    }
    file.sync_data()
}
