//! A recorder for bytes that a later version must still accept: what crossed the wire, a server's data
//! folder, phones' files, and what is in them.
//!
//! ```text
//! wire.cbor.zst       every request and reply, in order
//! server/             the data folder, as a killed server left it
//! phones/phone-N.db   the file of each phone, likewise with its write-ahead log
//! expected.json       what has to be found in them
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use http::{Request, Response};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use roundsman_sync_core::replica::CaseFilter;
use serde_json::{Value, json};

use super::World;
use super::properties::Violation;

/// One request and its reply.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Exchange {
    /// `POST`, `PATCH`, …
    #[n(0)]
    pub method: String,
    /// The path.
    #[n(1)]
    pub path: String,
    /// Every header of the request.
    #[n(2)]
    pub headers: Vec<(String, ByteVec)>,
    /// The body of the request.
    #[n(3)]
    pub body: ByteVec,
    /// The status of the reply.
    #[n(4)]
    pub status: u16,
    /// The body of the reply.
    #[n(5)]
    pub reply: ByteVec,
}

impl Exchange {
    pub(super) fn of(request: &Request<Vec<u8>>, reply: &Response<Vec<u8>>) -> Self {
        let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.to_string(), ByteVec::from(value.as_bytes().to_vec()))
        };
        Self {
            method: request.method().to_string(),
            path: request.uri().to_string(),
            headers: request.headers().iter().map(header).collect(),
            body: request.body().clone().into(),
            status: reply.status().as_u16(),
            reply: reply.body().clone().into(),
        }
    }
}

/// What a recording holds.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What crossed the wire.
    pub wire: Vec<Exchange>,
    /// The server's data folder.
    pub server: PathBuf,
    /// The phones' files.
    pub phones: Vec<PathBuf>,
    /// What has to be found.
    pub expected: Value,
}

/// Lives a life of so many steps and records it into an empty folder.
///
/// # Errors
/// If a promise is broken on the way.
pub fn record(seed: u64, steps: u32, folder: &Path) -> Result<(), Violation> {
    let mut world = World::recording(seed);
    for _ in 0..steps {
        world.step()?;
    }
    world.heal()?;
    let cases: i64 = world.read(|db| Ok(db.query_row("SELECT count(*) FROM cases", [], |row| row.get(0))?));
    let head = world.log_head();
    let phones = folder.join("phones");
    fs::create_dir_all(&phones).unwrap();
    let mut told = Vec::new();
    for device in &mut world.devices {
        let listed = device.replica.as_ref().unwrap().cases(&CaseFilter::default(), 0, 1_000).unwrap();
        let mut ids: Vec<String> = listed.iter().map(|item| item.id.to_string()).collect();
        ids.sort();
        told.push(json!({ "name": device.name, "revoked": device.revoked, "cases": ids }));
        device.kill();
        device.frozen().copy_to(&phones);
    }
    world.server.kill();
    copy_folder(world.server.path(), &folder.join("server"));
    let wire = minicbor::to_vec(world.wire.take().unwrap_or_default()).unwrap();
    fs::write(folder.join("wire.cbor.zst"), zstd::encode_all(wire.as_slice(), 19).unwrap()).unwrap();
    let expected =
        json!({ "seed": seed, "steps": steps, "log_entries": head, "cases": cases, "phones": told });
    fs::write(folder.join("expected.json"), format!("{expected:#}\n")).unwrap();
    Ok(())
}

/// Reads a recording.
pub fn read(folder: &Path) -> Recording {
    let wire = zstd::decode_all(fs::read(folder.join("wire.cbor.zst")).unwrap().as_slice()).unwrap();
    let expected: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let phones = expected["phones"].as_array().unwrap().iter();
    let phones =
        phones.map(|phone| folder.join("phones").join(format!("{}.db", phone["name"].as_str().unwrap())));
    Recording {
        wire: minicbor::decode(&wire).unwrap(),
        server: folder.join("server"),
        phones: phones.collect(),
        expected,
    }
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
