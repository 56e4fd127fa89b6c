//! API keys of programs: each acts for a person, narrowed to some scopes.
//!
//! A key is 256 bits of chance, told once. The table holds its digest, so whoever reads the database cannot
//! use it. It opens what its person may see and do at that moment: a role that is taken is taken from their
//! keys too.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand_core::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::PersonId;
use rusqlite::{Connection, OptionalExtension, Row};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::scope::Scope;
use crate::database::DatabaseError;

/// By this people and secret scanners know what it is.
const PREFIX: &str = "rmk_";
/// How old the recorded last use of a key may get. Without it every request would be a write.
const TOUCH_AFTER_MS: i64 = 5 * 60 * 1000;
/// Letters of a key's name.
const KEY_NAME_CHARS_MAX: usize = 100;

/// The secret that a program holds.
pub struct ApiKey(Zeroizing<[u8; 32]>);

impl ApiKey {
    /// A fresh key from the chance handed in.
    pub fn generate(rng: &mut dyn Rng) -> Self {
        let mut bytes = Zeroizing::new([0u8; 32]);
        rng.fill_bytes(bytes.as_mut());
        Self(bytes)
    }

    /// The key in an `Authorization` header, if it is `Bearer` and of the right form.
    pub fn from_authorization(header: &str) -> Option<Self> {
        let (scheme, text) = header.split_once(' ')?;
        let text = text.trim().strip_prefix(PREFIX).filter(|_| scheme.eq_ignore_ascii_case("bearer"))?;
        let mut bytes = Zeroizing::new([0u8; 32]);
        let length = URL_SAFE_NO_PAD.decode_slice(text, bytes.as_mut()).ok()?;
        (length == bytes.len()).then_some(Self(bytes))
    }

    /// The text to hand to a person. It is told once.
    pub fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(*self.0)))
    }

    fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"roundsman/api-key/1\0");
        hash.update(*self.0);
        hash.finalize().into()
    }
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// Its name in lists and in the audit trail; not the secret.
    pub id: Uuid,
    /// What people call it by.
    pub name: String,
    /// For whom it acts.
    pub person: PersonId,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it was made, by the server's clock.
    pub created: Timestamp,
    /// From when on it opens nothing any more, if that was said.
    pub expires: Option<Timestamp>,
    /// When it was last used, a few minutes more or less.
    pub last_used: Option<Timestamp>,
    /// When it was taken back.
    pub revoked: Option<Timestamp>,
}

impl KeyRecord {
    /// Whether it opens anything at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| now < expires)
    }
}

const COLUMNS: &str = "id, name, person, scopes, created, expires, last_used, revoked";

fn record(row: &Row<'_>) -> rusqlite::Result<KeyRecord> {
    let time = |at: Option<i64>| at.map(Timestamp::from_millis);
    let scopes: String = row.get(3)?;
    Ok(KeyRecord {
        id: Uuid::from_bytes(row.get(0)?),
        name: row.get(1)?,
        person: PersonId::from_bytes(row.get(2)?),
        // A scope that a newer version granted opens nothing in this one.
        scopes: scopes.split(' ').filter_map(|scope| scope.parse().ok()).collect(),
        created: Timestamp::from_millis(row.get(4)?),
        expires: time(row.get(5)?),
        last_used: time(row.get(6)?),
        revoked: time(row.get(7)?),
    })
}

/// What a new key is to be.
#[derive(Clone, Debug)]
pub struct NewKey {
    name: String,
    person: PersonId,
    scopes: Vec<Scope>,
    expires: Option<Timestamp>,
}

impl NewKey {
    /// A key that may be made at `now`.
    ///
    /// # Errors
    /// [`ErrorCode::ValueOutOfRange`] if the name is not one line of 1 to 100 letters or its time
    /// is over already, [`ErrorCode::FieldMissing`] if it has no scope.
    pub fn new(
        name: &str,
        person: PersonId,
        scopes: Vec<Scope>,
        expires: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let wrong = |why: String| Err(Refusal::new(ErrorCode::ValueOutOfRange, why));
        let name = name.trim();
        if name.is_empty() || name.chars().count() > KEY_NAME_CHARS_MAX || name.chars().any(char::is_control)
        {
            return wrong(format!("'name' is one line of 1 to {KEY_NAME_CHARS_MAX} letters"));
        }
        // Such a key would open nothing from the first moment.
        if expires.is_some_and(|at| at <= now) {
            return wrong("'expires' must lie ahead".to_owned());
        }
        if scopes.is_empty() {
            return Err(Refusal::new(ErrorCode::FieldMissing, "'scopes' must name at least one"));
        }
        Ok(Self { name: name.to_owned(), person, scopes, expires })
    }
}

/// Keeps a new key, and tells its record.
///
/// # Errors
/// If the database fails.
pub fn add(
    db: &Connection,
    key: &ApiKey,
    new: NewKey,
    rng: &mut dyn Rng,
    now: Timestamp,
) -> Result<KeyRecord, DatabaseError> {
    let NewKey { name, person, mut scopes, expires } = new;
    scopes.sort_unstable();
    scopes.dedup();
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    let id = uuid::Builder::from_random_bytes(id).into_uuid();
    let words: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
    db.execute(
        "INSERT INTO api_keys (id, digest, name, person, scopes, created, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            id.as_bytes(),
            key.digest(),
            &name,
            person.as_bytes(),
            words.join(" "),
            now.millis(),
            expires.map(Timestamp::millis),
        ),
    )?;
    Ok(KeyRecord { id, name, person, scopes, created: now, expires, last_used: None, revoked: None })
}

/// The record of a key that opens something at `now`, and whether its last use should be recorded again.
///
/// # Errors
/// If the database fails.
pub fn find(
    db: &Connection,
    key: &ApiKey,
    now: Timestamp,
) -> Result<Option<(KeyRecord, bool)>, DatabaseError> {
    let found = db
        .prepare_cached(&format!("SELECT {COLUMNS} FROM api_keys WHERE digest = ?1"))?
        .query_row([key.digest()], record)
        .optional()?;
    Ok(found.filter(|found| found.is_live(now)).map(|found| {
        let stale = found.last_used.is_none_or(|used| now.millis_since(used) > TOUCH_AFTER_MS);
        (found, stale)
    }))
}

/// Records that a key was used.
///
/// # Errors
/// If the database fails.
pub fn touch(db: &Connection, id: Uuid, now: Timestamp) -> Result<(), DatabaseError> {
    db.execute("UPDATE api_keys SET last_used = ?2 WHERE id = ?1", (id.as_bytes(), now.millis()))?;
    Ok(())
}

/// Every key there is or was, the newest first; of one person or of all.
///
/// # Errors
/// If the database fails.
pub fn list(db: &Connection, person: Option<PersonId>) -> Result<Vec<KeyRecord>, DatabaseError> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM api_keys WHERE ?1 IS NULL OR person = ?1 ORDER BY created DESC, id"
    ))?;
    let rows = statement.query_map([person.map(|person| *person.as_bytes())], record)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes a key back. `false` if there is none of that id, or it was taken back before.
///
/// # Errors
/// If the database fails.
pub fn revoke(
    db: &Connection,
    id: Uuid,
    person: Option<PersonId>,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let changed = db.execute(
        "UPDATE api_keys SET revoked = ?3 WHERE id = ?1 AND revoked IS NULL AND (?2 IS NULL OR person = ?2)",
        (id.as_bytes(), person.map(|person| *person.as_bytes()), now.millis()),
    )?;
    Ok(changed == 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    use super::*;
    use crate::database;

    const NOW: Timestamp = Timestamp::from_millis(1_795_220_463_000);
    const PERSON: PersonId = PersonId::from_bytes([1; 16]);

    fn held(name: &str, expires: Option<Timestamp>) -> (Connection, ApiKey, KeyRecord) {
        let db = database::prepare_writer(Connection::open_in_memory().unwrap()).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let key = ApiKey::generate(&mut rng);
        let scopes = vec![Scope::CasesWrite, Scope::CasesRead, Scope::CasesRead];
        let new = NewKey::new(name, PERSON, scopes, expires, NOW).unwrap();
        let record = add(&db, &key, new, &mut rng, NOW).unwrap();
        (db, key, record)
    }

    fn given(key: &ApiKey) -> ApiKey {
        ApiKey::from_authorization(&format!("Bearer {}", &*key.reveal())).unwrap()
    }

    #[test]
    fn a_key_is_found_by_what_was_told_once_and_its_secret_is_nowhere_in_the_table() {
        let (db, key, record) = held("ERP", None);
        assert_eq!(record.scopes, [Scope::CasesRead, Scope::CasesWrite]);
        assert_eq!(find(&db, &given(&key), NOW).unwrap(), Some((record.clone(), true)));
        touch(&db, record.id, NOW).unwrap();
        assert!(!find(&db, &given(&key), NOW).unwrap().unwrap().1);
        let digest: Vec<u8> = db.query_row("SELECT digest FROM api_keys", [], |row| row.get(0)).unwrap();
        assert_ne!(digest, &*key.0);
        assert_eq!(list(&db, Some(PERSON)).unwrap().len(), 1);
        assert_eq!(list(&db, Some(PersonId::from_bytes([2; 16]))).unwrap(), []);
    }

    #[test]
    fn a_key_opens_nothing_after_its_time_or_once_it_is_taken_back() {
        let (db, key, _) = held("ERP", Some(NOW.plus_millis(10)));
        assert!(find(&db, &key, NOW.plus_millis(9)).unwrap().is_some());
        assert_eq!(find(&db, &key, NOW.plus_millis(10)).unwrap(), None);
        let (db, key, record) = held("ERP", None);
        let other = Some(PersonId::from_bytes([2; 16]));
        assert!(!revoke(&db, record.id, other, NOW).unwrap(), "somebody else's key");
        assert!(revoke(&db, record.id, None, NOW).unwrap());
        assert!(!revoke(&db, record.id, None, NOW).unwrap(), "twice");
        assert_eq!(find(&db, &key, NOW).unwrap(), None);
        assert_eq!(list(&db, None).unwrap()[0].revoked, Some(NOW));
    }

    #[test]
    fn a_key_without_a_name_a_scope_or_a_future_is_not_made() {
        let read = || vec![Scope::CasesRead];
        let make = |name: &str, scopes, expires| NewKey::new(name, PERSON, scopes, expires, NOW).map(drop);
        assert!(make(" ERP ", read(), Some(NOW.plus_millis(1))).is_ok());
        let long = "名".repeat(101);
        for (name, scopes, expires, code) in [
            ("", read(), None, ErrorCode::ValueOutOfRange),
            (" ", read(), None, ErrorCode::ValueOutOfRange),
            ("a\nb", read(), None, ErrorCode::ValueOutOfRange),
            (&long, read(), None, ErrorCode::ValueOutOfRange),
            ("ERP", read(), Some(NOW), ErrorCode::ValueOutOfRange),
            ("ERP", Vec::new(), None, ErrorCode::FieldMissing),
        ] {
            assert_eq!(make(name, scopes, expires).unwrap_err().code, code, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_the_parser_panic(header in "((b|B)earer )?(rmk_)?.{0,60}") {
            let _ = ApiKey::from_authorization(&header);
        }
    }
}
