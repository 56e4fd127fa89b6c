//! `serve` on addresses that other machines reach.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Stdio};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::Office;
use super::serve::Serving;

/// Writes a certificate for `localhost` and its key, and tells the certificate.
fn certificate(office: &Office) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    office.write("cert.pem", &made.cert.pem());
    office.write("key.pem", &made.signing_key.serialize_pem());
    CertificateDer::from_pem_slice(made.cert.pem().as_bytes()).unwrap()
}

fn client(trusted: CertificateDer<'static>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

/// A whole answer to a `GET`.
fn get(at: SocketAddr, config: &Arc<ClientConfig>, path: &str) -> std::io::Result<String> {
    let server = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::clone(config), server).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(at)?);
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

struct Secure {
    child: Child,
    at: SocketAddr,
}

impl Secure {
    fn start(office: &Office) -> Self {
        let (cert, key) = (office.file("cert.pem"), office.file("key.pem"));
        let files = [cert.display().to_string(), key.display().to_string()];
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--tls-cert", &files[0], "--tls-key", &files[1]];
        let mut command = office.command(&arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let at = line.trim().strip_prefix("listening on https://").unwrap_or_else(|| panic!("{line}"));
        Self { at: at.parse().unwrap(), child }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args([name, &pid]).status().unwrap().success());
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_speaks_tls_with_cookies_that_stay_with_it_and_takes_a_renewed_certificate() {
    let office = Office::founded();
    let before = client(certificate(&office));
    let mut server = Secure::start(&office);
    assert!(get(server.at, &before, "/healthz").unwrap().ends_with("ok\n"));
    let page = get(server.at, &before, "/login").unwrap().to_ascii_lowercase();
    assert!(page.contains("set-cookie: __host-roundsman="), "{page}");
    assert!(page.contains("; httponly; samesite=strict; secure"), "{page}");
    assert!(page.contains("strict-transport-security: max-age=31536000"), "{page}");
    // In the clear it says nothing.
    let mut plain = TcpStream::connect(server.at).unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut said = Vec::new();
    let _ = plain.read_to_end(&mut said);
    assert!(!said.starts_with(b"HTTP"));

    let after = client(certificate(&office));
    assert!(get(server.at, &after, "/healthz").is_err(), "not read yet");
    server.signal("-HUP");
    while get(server.at, &after, "/healthz").is_err() {
        std::thread::yield_now();
    }
    assert!(get(server.at, &before, "/healthz").is_err());
    server.signal("-TERM");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn it_does_not_start_in_the_clear_where_other_machines_reach_it() {
    let office = Office::founded();
    let said = office.failure(&["serve", "--listen", "0.0.0.0:0"], 1);
    assert!(said.contains("--tls-cert") && said.contains("--behind-proxy"), "{said}");
    let said = office.failure(&["serve", "--listen", "0.0.0.0:0", "--tls-cert", "x.pem"], 2);
    assert!(said.contains("--tls-key"), "{said}");
    let said = office
        .failure(&["serve", "--listen", "127.0.0.1:0", "--tls-cert", "no.pem", "--tls-key", "no.pem"], 1);
    assert!(said.contains("no.pem"), "{said}");
}

#[test]
fn behind_a_proxy_cookies_stay_with_tls_and_a_hangup_ends_nothing() {
    let office = Office::founded();
    office.write("data/roundsman.toml", "behind_proxy = true\n");
    let mut server = Serving::start(&office);
    server.signal("-HUP");
    let page = ureq::get(format!("{}/login", server.address)).call().unwrap();
    let cookie = page.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-roundsman=") && cookie.ends_with("; Secure"), "{cookie}");
    assert_eq!(server.stop().0, Some(0));
}
