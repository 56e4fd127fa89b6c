//! What crosses when the app's own code, or the library itself, goes wrong.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::*;
use crate::error::HostError;
use crate::host::{ClockReading, HttpReply, HttpRequest, KeyAlgorithm};
use crate::sync::SyncBudget;

/// A clock that breaks when it is told to: as a mistake of the library would, from the middle of a call.
#[derive(Default)]
struct Breaking(AtomicBool);

impl Clock for Breaking {
    #[allow(clippy::panic, reason = "it is what is tried")]
    fn read(&self) -> Result<ClockReading, HostError> {
        if self.0.load(Ordering::SeqCst) {
            panic!("broken");
        }
        Err(HostError::Failed { reason: "ask the system".to_owned() })
    }
}

fn plain() -> OpenOptions {
    OpenOptions { key: None, signer: None, clock: None, transport: None, logger: None, uploads_folder: None }
}

fn code_of<T>(outcome: Result<T, RoundsmanError>) -> String {
    let RoundsmanError::Refused { code, .. } = outcome.err().unwrap();
    code
}

fn path_in(folder: &tempfile::TempDir) -> String {
    folder.path().join("phone.db").to_string_lossy().into_owned()
}

#[test]
fn a_panic_becomes_an_error_until_the_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Breaking::default());
    let mut options = plain();
    options.clock = Some(clock.clone());
    let replica = Replica::open(path_in(&folder), options).unwrap();
    replica.set_server("https://roundsman.example".to_owned()).unwrap();
    clock.0.store(true, Ordering::SeqCst);
    assert_eq!(code_of(replica.sync(SyncBudget::default())), "internal");
    clock.0.store(false, Ordering::SeqCst);
    assert_eq!(code_of(replica.status()), "internal");
    replica.shut().unwrap();
    let again = Replica::open(path_in(&folder), plain()).unwrap();
    assert_eq!(again.status().unwrap().server.as_deref(), Some("https://roundsman.example"));
}

#[test]
fn a_signer_that_panics_while_opening_is_an_error_too() {
    struct Panicking;
    impl Signer for Panicking {
        #[allow(clippy::panic, reason = "it is what is tried")]
        fn algorithm(&self) -> Result<KeyAlgorithm, HostError> {
            panic!("no key store")
        }
        fn public_key(&self) -> Result<Vec<u8>, HostError> {
            Ok(Vec::new())
        }
        fn sign(&self, _: Vec<u8>) -> Result<Vec<u8>, HostError> {
            Ok(Vec::new())
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let mut options = plain();
    options.signer = Some(Arc::new(Panicking));
    assert_eq!(code_of(Replica::open(path_in(&folder), options)), "internal");
}

/// A transport that keeps what it was asked and panics.
#[derive(Default)]
struct Careless(Mutex<Vec<HttpRequest>>);

impl Transport for Careless {
    #[allow(clippy::panic, reason = "it is what is tried")]
    fn send(&self, request: HttpRequest) -> Result<HttpReply, HostError> {
        self.0.lock().unwrap().push(request);
        // The guard is gone by now: all three tries get here.
        panic!("no network stack")
    }
}

#[test]
fn a_transport_that_panics_is_a_dead_link_and_the_next_wait_grows() {
    let folder = tempfile::tempdir().unwrap();
    let transport = Arc::new(Careless::default());
    let mut options = plain();
    options.transport = Some(transport.clone());
    let replica = Replica::open(path_in(&folder), options).unwrap();
    let enrol =
        || replica.enrol("http://roundsman.example".to_owned(), "CODE".to_owned(), "phone".to_owned());
    assert_eq!(code_of(enrol()), "link_failed");
    let asked = std::mem::take(&mut *transport.0.lock().unwrap());
    assert_eq!(asked.len(), 3, "a link that loses a reply is tried again at once, but not for ever");
    assert_eq!(
        (asked[0].method.as_str(), asked[0].url.as_str()),
        ("POST", "http://roundsman.example/v1/enrol")
    );
    assert!(replica.status().unwrap().retry_in_ms <= 1_000);
}
