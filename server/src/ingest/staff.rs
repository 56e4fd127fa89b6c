//! Estates, people, phones and accounts: facts that the office decides.

use rand::Rng;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{DeviceId, PersonId, SiteId};
use roundsman_sync_core::limits::ENROL_CODE_AGE_MS_MAX;
use roundsman_sync_core::model::{Command, Department, Role, SitePerson};
use roundsman_sync_core::protocol::key::PublicKey;
use rusqlite::OptionalExtension;

use super::{Batch, Office, OfficeError, Sitting};
use crate::auth::accounts::{self, Login};
use crate::auth::enrol_code::EnrolCode;
use crate::auth::password::OneTime;
use crate::database::DatabaseError;
use crate::log::LogEntry;
use crate::projection::queries::lookup;

/// What somebody does at an estate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Post {
    /// Where.
    pub site: SiteId,
    /// As what.
    pub role: Role,
    /// In which department, for roles that belong to one.
    pub department: Option<Department>,
}

/// Somebody to be added at an estate.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// Their name, as colleagues know it.
    pub name: String,
    /// Where.
    pub site: SiteId,
    /// As what.
    pub role: Role,
    /// In which department, for roles that belong to one.
    pub department: Option<Department>,
}

fn sqlite(error: rusqlite::Error) -> OfficeError {
    OfficeError::Database(error.into())
}

impl Office {
    /// Takes an estate under management. The desk gets the rights with which the command line works.
    ///
    /// # Errors
    /// If the name is not one, or the database fails.
    pub fn add_site(
        &self,
        batch: &mut Batch<'_>,
        rng: &mut dyn Rng,
        desk: Sitting,
        name: &str,
    ) -> Result<SiteId, OfficeError> {
        let site = SiteId::mint(desk.now, rng);
        batch.append(desk.now, &LogEntry::SiteAdded { site, name: name.to_owned() })?;
        for role in [Role::Manager, Role::Admin] {
            let grant = LogEntry::RoleGranted { person: desk.person, site, role, department: None };
            batch.append(desk.now, &grant)?;
        }
        self.carry_out(batch, rng, desk, &Command::NameSite { site, name: name.to_owned() })?;
        Ok(site)
    }

    /// Gives a role to the person of that name, who is added if there is none.
    ///
    /// # Errors
    /// If the name is not one or that of several, or the database fails.
    pub fn add_person(
        &self,
        batch: &mut Batch<'_>,
        rng: &mut dyn Rng,
        desk: Sitting,
        newcomer: &Newcomer,
    ) -> Result<PersonId, OfficeError> {
        let Newcomer { name, site, role, department } = newcomer;
        let post = Post { site: *site, role: *role, department: *department };
        match lookup::people_named(batch.db, name.trim())?.as_slice() {
            [] => self.hire(batch, rng, desk, name, post),
            [person] => {
                self.give_role(batch, rng, desk, *person, post)?;
                Ok(*person)
            }
            several => {
                let ids: Vec<_> = several.iter().map(ToString::to_string).collect();
                let why = format!("{} people are called '{name}': {}", several.len(), ids.join(", "));
                Err(Refusal::new(ErrorCode::ValueOutOfRange, why).into())
            }
        }
    }

    /// Adds a new person, whoever else is called the same.
    ///
    /// # Errors
    /// If the name is not one, whoever sits at the desk may not list people there, or the database fails.
    pub fn hire(
        &self,
        batch: &mut Batch<'_>,
        rng: &mut dyn Rng,
        desk: Sitting,
        name: &str,
        first: Post,
    ) -> Result<PersonId, OfficeError> {
        let person = PersonId::mint(desk.now, rng);
        batch.append(desk.now, &LogEntry::PersonAdded { person, name: name.trim().to_owned() })?;
        self.give_role(batch, rng, desk, person, first)?;
        Ok(person)
    }

    /// Gives a role to a person. Tells whether anything changed: not if they have it, in that department.
    ///
    /// # Errors
    /// If there is no such person, whoever sits at the desk may not list people there, or the database fails.
    pub fn give_role(
        &self,
        batch: &mut Batch<'_>,
        rng: &mut dyn Rng,
        desk: Sitting,
        person: PersonId,
        post: Post,
    ) -> Result<bool, OfficeError> {
        let Post { site, role, department } = post;
        let name = lookup::person_name(batch.db, person)?
            .ok_or_else(|| Refusal::new(ErrorCode::NotFound, format!("there is no person {person}")))?;
        let held: Option<Option<String>> = batch
            .db
            .query_row(
                "SELECT department FROM roles WHERE person = ?1 AND site = ?2 AND role = ?3",
                (person.as_bytes(), site.as_bytes(), role.as_str()),
                |row| row.get(0),
            )
            .optional()
            .map_err(sqlite)?;
        if held.is_some_and(|held| held.as_deref() == department.map(Department::as_str)) {
            return Ok(false);
        }
        batch.append(desk.now, &LogEntry::RoleGranted { person, site, role, department })?;
        let listed = SitePerson { person, name, role, department };
        self.carry_out(batch, rng, desk, &Command::PutPerson { site, person: listed })?;
        Ok(true)
    }

    /// Takes a role from a person. At its next sync each of their phones gives up what came with it.
    /// Tells whether they had it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn take_role(
        &self,
        batch: &mut Batch<'_>,
        desk: Sitting,
        person: PersonId,
        site: SiteId,
        role: Role,
    ) -> Result<bool, DatabaseError> {
        let held = batch
            .db
            .prepare_cached("SELECT 1 FROM roles WHERE person = ?1 AND site = ?2 AND role = ?3")?
            .exists((person.as_bytes(), site.as_bytes(), role.as_str()))?;
        if held {
            batch.append(desk.now, &LogEntry::RoleTaken { person, site, role })?;
        }
        Ok(held)
    }

    /// Wants a phone to compare everything it holds, at its next sync. Tells whether there is such a phone.
    ///
    /// # Errors
    /// If the database fails.
    pub fn ask_resync(
        &self,
        batch: &mut Batch<'_>,
        desk: Sitting,
        device: DeviceId,
    ) -> Result<bool, DatabaseError> {
        let enrolled = batch
            .db
            .prepare_cached("SELECT 1 FROM devices WHERE device = ?1 AND revoked IS NULL")?
            .exists([device.as_bytes()])?;
        let asked = enrolled && device != self.device;
        if asked {
            batch.append(desk.now, &LogEntry::ResyncAsked { device })?;
        }
        Ok(asked)
    }

    /// Lets a frozen phone go on. Tells whether it was frozen.
    ///
    /// # Errors
    /// If the database fails.
    pub fn thaw(
        &self,
        batch: &mut Batch<'_>,
        desk: Sitting,
        device: DeviceId,
    ) -> Result<bool, DatabaseError> {
        let frozen = batch
            .db
            .prepare_cached("SELECT 1 FROM devices WHERE device = ?1 AND frozen IS NOT NULL")?
            .exists([device.as_bytes()])?;
        if frozen {
            batch.append(desk.now, &LogEntry::DeviceThawed { device })?;
        }
        Ok(frozen)
    }

    /// Lets a person sign in with a one-time password.
    ///
    /// # Errors
    /// If the login is taken by somebody else, or the database fails.
    pub fn open_account(
        &self,
        batch: &mut Batch<'_>,
        person: PersonId,
        login: &Login,
        password: &OneTime,
    ) -> Result<(), OfficeError> {
        let holder = accounts::find(batch.db, login.as_str())?.map(|account| account.person);
        if holder.is_some_and(|holder| holder != person) {
            // Whose it is, whoever asks may not be allowed to know.
            let taken = format!("the login '{login}' belongs to somebody else");
            return Err(Refusal::new(ErrorCode::ValueOutOfRange, taken).into());
        }
        Ok(accounts::open(batch.db, person, login, password)?)
    }

    /// Makes a one-time code with which a person enrols a phone within ten minutes.
    ///
    /// # Errors
    /// If the database fails.
    pub fn invite(
        &self,
        batch: &mut Batch<'_>,
        rng: &mut dyn Rng,
        desk: Sitting,
        person: PersonId,
    ) -> Result<EnrolCode, DatabaseError> {
        let code = EnrolCode::generate(rng);
        batch.db.execute(
            "INSERT INTO invites (code, person, created) VALUES (?1, ?2, ?3)",
            (code.digest().as_bytes(), person.as_bytes(), desk.now.millis()),
        )?;
        Ok(code)
    }

    /// Enrols the phone that holds this key with a code. The same code and key get the same device
    /// again, because the first answer may have been lost.
    ///
    /// # Errors
    /// If the code is unknown, expired or used by another phone, or the database fails.
    pub fn enrol(
        &self,
        batch: &mut Batch<'_>,
        rng: &mut dyn Rng,
        now: roundsman_sync_core::clock::Timestamp,
        code: &str,
        key: &PublicKey,
        name: &str,
    ) -> Result<(DeviceId, PersonId), OfficeError> {
        let unknown = || Refusal::new(ErrorCode::EnrolCodeUnknown, "no such code is waiting");
        let digest = EnrolCode::parse(code).map_err(|_| unknown())?.digest();
        let key_bytes = minicbor::to_vec(key).map_err(|error| DatabaseError::corrupt("invites", error))?;
        type Row = ([u8; 16], i64, Option<Vec<u8>>, Option<[u8; 16]>);
        let found: Option<Row> = batch
            .db
            .query_row(
                "SELECT person, created, key, device FROM invites WHERE code = ?1",
                [digest.as_bytes()],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
            .optional()
            .map_err(sqlite)?;
        let (person, created, used_key, device) = found.ok_or_else(unknown)?;
        let person = PersonId::from_bytes(person);
        match (used_key, device) {
            (Some(used), Some(device)) if used == key_bytes => {
                return Ok((DeviceId::from_bytes(device), person));
            }
            (None, None) => {}
            _ => {
                return Err(Refusal::new(ErrorCode::EnrolCodeUsed, "another phone has used this code").into());
            }
        }
        if now.millis().saturating_sub(created) > ENROL_CODE_AGE_MS_MAX {
            return Err(
                Refusal::new(ErrorCode::EnrolCodeExpired, "the code is older than ten minutes").into()
            );
        }
        let device = DeviceId::mint(now, rng);
        let enrolled = LogEntry::DeviceEnrolled { device, person, key: *key, name: name.to_owned() };
        batch.append(now, &enrolled)?;
        batch
            .db
            .execute(
                "UPDATE invites SET key = ?2, device = ?3 WHERE code = ?1",
                (digest.as_bytes(), key_bytes, device.as_bytes()),
            )
            .map_err(sqlite)?;
        Ok((device, person))
    }

    /// Shuts a phone out. Tells whether there was one to shut out.
    ///
    /// # Errors
    /// If the database fails.
    pub fn revoke(
        &self,
        batch: &mut Batch<'_>,
        desk: Sitting,
        device: DeviceId,
    ) -> Result<bool, DatabaseError> {
        let enrolled = batch
            .db
            .prepare_cached("SELECT 1 FROM devices WHERE device = ?1 AND revoked IS NULL")?
            .exists([device.as_bytes()])?;
        if enrolled && device != self.device {
            batch.append(desk.now, &LogEntry::DeviceRevoked { device })?;
            return Ok(true);
        }
        Ok(false)
    }
}
