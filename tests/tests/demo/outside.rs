//! Whether the phones' files and what the server answers over HTTP say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use http::Request;
use rand::SeedableRng;
use rand::rngs::StdRng;
use roundsman_sync_core::clock::{Clock, ClockReading, Timestamp};
use roundsman_sync_core::ids::{BootId, DocumentId, PhotoHash};
use roundsman_sync_core::replica::{CaseFilter, EditState, Environment, Replica, SqliteStore};
use serde_json::{Value, json};

const PHONES: [&str; 4] = ["guard", "technician-1", "technician-2", "reception"];

struct StoppedClock;

impl Clock for StoppedClock {
    fn read(&mut self) -> ClockReading {
        ClockReading { wall: Timestamp::default(), boot_ms: 0, boot: BootId::from_bytes([0; 16]) }
    }
}

fn open(data: &Path, phone: &str) -> Replica {
    let store = SqliteStore::open(data.join("phones").join(format!("{phone}.db"))).unwrap();
    let rng = Box::new(StdRng::seed_from_u64(0));
    Replica::open(Box::new(store), Environment { clock: Box::new(StoppedClock), rng }, None).unwrap()
}

/// A server that is asked, and is killed when it is asked no more.
struct Server {
    child: Child,
    office: Office,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(data: &Path, console: &Value) -> Self {
        let mut command = super::program(data, &["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let office = Office::sign_in(line.trim().strip_prefix("listening on ").unwrap(), console);
        Self { child, office }
    }
}

/// Somebody who signed in.
pub(super) struct Office {
    base: String,
    agent: ureq::Agent,
    cookie: String,
}

impl Office {
    /// Signs in with what a report says of the console.
    pub(super) fn sign_in(base: &str, console: &Value) -> Self {
        let agent = ureq::Agent::config_builder().proxy(None).build().new_agent();
        let credentials = json!({ "login": console["login"], "password": console["password"] });
        let request = Request::post(format!("{base}/v1/login"))
            .header("content-type", "application/json")
            .body(credentials.to_string())
            .unwrap();
        let reply = agent.run(request).unwrap();
        let cookie = reply.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Self { base: base.to_owned(), agent, cookie }
    }

    fn bytes(&self, path: &str) -> Vec<u8> {
        let url = format!("{}{path}", self.base);
        let reply = self.agent.get(&url).header("cookie", &self.cookie).call();
        reply.unwrap_or_else(|error| panic!("{path}: {error}")).body_mut().read_to_vec().unwrap()
    }

    pub(super) fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.bytes(path)).unwrap()
    }

    /// The ids of all cases.
    fn cases(&self) -> BTreeSet<String> {
        let (mut ids, mut after) = (BTreeSet::new(), String::new());
        loop {
            let page = self.json(&format!("/v1/cases?limit=200&after={after}"));
            ids.extend(strings(&page["cases"], "id"));
            match page["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => return ids,
            }
        }
    }
}

/// One field of every element of a list.
fn strings<'a>(list: &'a Value, field: &'a str) -> impl Iterator<Item = String> + 'a {
    list.as_array().unwrap().iter().map(move |one| one[field].as_str().unwrap().to_owned())
}

/// Fails unless phones, server and report say the same.
pub(super) fn agrees(data: &Path, report: &Value) {
    let running = Server::start(data, &report["console"]);
    let server = &running.office;
    let at_the_server = server.cases();
    assert_eq!(report["server"]["cases"].as_u64(), u64::try_from(at_the_server.len()).ok());
    let mut phones = PHONES.map(|name| open(data, name));
    let (mut heads, mut photos) = (BTreeMap::new(), BTreeSet::new());
    for (at, phone) in phones.iter_mut().enumerate() {
        edits_have_an_answer(phone, &report["phones"][at]);
        let touched: BTreeSet<_> = phone.edits().unwrap().iter().map(|edit| edit.asked.document()).collect();
        for id in touched {
            if phone.case(id).unwrap().is_some() {
                case_reads_the_same(phone, id, server, &mut photos);
            }
        }
        for (id, now) in phone.document_heads().unwrap() {
            assert_eq!(*heads.entry(id).or_insert_with(|| now.clone()), now, "{id} differs between phones");
        }
    }
    let reception = phones[3].cases(&CaseFilter::default(), 0, 10_000).unwrap();
    let listed: BTreeSet<String> = reception.iter().map(|line| line.id.to_string()).collect();
    assert_eq!(listed, at_the_server, "the reception desk has every case");
    assert!((12..=16).contains(&photos.len()), "{} photos", photos.len());
    parallel_edits_are_kept(&mut phones, server, report["parallel_edits"]["made"].as_u64().unwrap());
}

/// Every edit was accepted, or refused with a reason that the report lists.
fn edits_have_an_answer(phone: &Replica, row: &Value) {
    let (mut accepted, mut refused) = (0, Vec::new());
    for edit in phone.edits().unwrap() {
        match edit.state {
            EditState::Accepted { .. } | EditState::Superseded => accepted += 1,
            EditState::Refused { why, .. } => refused.push((edit.command.to_string(), why)),
            state @ (EditState::OnThisPhone | EditState::Sent | EditState::Waiting { .. }) => {
                panic!("{} has no answer: {state:?}", edit.what)
            }
        }
    }
    assert_eq!(row["accepted"].as_u64(), Some(accepted));
    assert_eq!(row["edits"].as_u64(), u64::try_from(refused.len()).ok().map(|refused| accepted + refused));
    for (command, why) in &refused {
        assert!(!why.is_empty());
        assert!(strings(&row["refusals"], "command").any(|listed| listed == *command), "{command}");
    }
    let status = phone.status().unwrap();
    assert_eq!((status.pending_edits, status.photos_owed), (0, 0));
}

fn case_reads_the_same(
    phone: &mut Replica,
    id: DocumentId,
    server: &Office,
    photos: &mut BTreeSet<PhotoHash>,
) {
    let here = phone.case(id).unwrap().unwrap();
    let there = server.json(&format!("/v1/cases/{id}"));
    assert_eq!(there["description"], here.description);
    let entries: BTreeSet<_> = here.entries.iter().map(|entry| entry.id.to_string()).collect();
    assert_eq!(strings(&there["timeline"], "id").collect::<BTreeSet<_>>(), entries, "entries of {id}");
    let named: BTreeSet<_> = here.photos.iter().map(|photo| photo.hash.to_string()).collect();
    assert_eq!(strings(&there["photos"], "sha256").collect::<BTreeSet<_>>(), named, "photos of {id}");
    let signed: BTreeSet<_> = here.sign_offs.iter().map(|one| one.digest.to_string()).collect();
    assert_eq!(strings(&there["sign_offs"], "sha256").collect::<BTreeSet<_>>(), signed);
    for one in there["sign_offs"].as_array().unwrap() {
        assert_eq!(PhotoHash::of(one["shown"].as_str().unwrap().as_bytes()).to_string(), one["sha256"]);
        assert_eq!(one["signature"] == "stored", one["outcome"] == "signed", "{one}");
    }
    for photo in &here.photos {
        let bytes = server.bytes(&format!("/v1/photos/{}", photo.hash));
        assert_eq!(PhotoHash::of(&bytes), photo.hash);
        if let Some(kept) = phone.photo(photo.hash).unwrap() {
            assert_eq!(kept, bytes);
        }
        photos.insert(photo.hash);
    }
}

/// The server lists at least as many as were made, and every phone that has such a case has the same
/// values by the same people.
fn parallel_edits_are_kept(phones: &mut [Replica], server: &Office, made: u64) {
    let listed = server.json("/v1/conflicts?limit=200");
    let listed = listed["conflicts"].as_array().unwrap();
    assert!(u64::try_from(listed.len()).unwrap() >= made && made >= 4, "{} of {made}", listed.len());
    for conflict in listed {
        let case: DocumentId = conflict["case"]["id"].as_str().unwrap().parse().unwrap();
        let field = conflict["field"].as_str().unwrap();
        let there: BTreeSet<(String, String)> = conflict["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (value(field, &one["value"]), one["by"]["id"].as_str().unwrap().to_owned()))
            .collect();
        assert!(there.len() >= 2, "{conflict}");
        let mut holders = 0;
        for phone in phones.iter_mut() {
            let edits = phone.parallel_edits(case).unwrap();
            let Some(edit) = edits.iter().find(|edit| edit.field == field) else { continue };
            let here: BTreeSet<_> = edit
                .values
                .iter()
                .map(|(text, note)| (value(field, &json!(text)), note.unwrap().person.to_string()))
                .collect();
            assert_eq!(here, there, "{case} {field}");
            holders += 1;
        }
        // Both technicians and the reception desk have every case that was chosen for this.
        assert_eq!(holders, 3, "{case} {field}");
    }
}

/// A value as both sides write it. A person is a name here and an id there; who set it says enough.
fn value(field: &str, value: &Value) -> String {
    if field.ends_with("/assignee") { String::new() } else { value.as_str().unwrap().to_owned() }
}
