//! The organisation of the demonstration, set up the way the command line does it.

use std::path::Path;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{PersonId, SiteId};
use roundsman_sync_core::model::Role;

use super::morning::StoryTime;
use super::plan::STAFF;
use super::{DemoError, Tell};
use crate::auth::accounts::{self, Login, NoLogin};
use crate::auth::password::OneTime;
use crate::data_folder::{DataFolder, Identity};
use crate::import::{self, Destination, ImportMap, ImportPlan};
use crate::ingest::{Newcomer, OfficeError, Sitting};

const ORGANISATION: &str = "锦绣物业 Jinxiu Property";
const ESTATE: &str = "锦绣花园 Jinxiu Garden";
const DIRECTOR: &str = "周敏";
/// The login at the console.
pub(super) const LOGIN: &str = "zhou";
const SAMPLE: &[u8] = include_bytes!("sample/nyc311.csv");

/// What became of the sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Imported {
    /// Rows of the file.
    pub(super) read: u64,
    /// Cases made.
    pub(super) created: u64,
    /// Rows that gave none, with a reason each.
    pub(super) rejected: u64,
}

/// An organisation that is ready for its phones.
pub(super) struct Organisation {
    /// Its data.
    pub(super) folder: DataFolder,
    /// The estate.
    pub(super) site: SiteId,
    /// The director, who signs in at the console.
    pub(super) director: PersonId,
    /// Their password.
    pub(super) password: String,
    /// One-time codes for phones, in the order of the staff.
    pub(super) invites: Vec<String>,
    /// The sample.
    pub(super) imported: Imported,
}

/// Sets it up at this moment of the story.
///
/// # Errors
/// If the folder holds data already, or cannot be written.
pub(super) fn found(data: &Path, time: &StoryTime, tell: &Tell) -> Result<Organisation, DemoError> {
    let rng = &mut rand::rng();
    let now = time.now();
    let folder = DataFolder::init(data, ORGANISATION, now, rng)?;
    let mut writer = folder.writer(rng)?;
    let identity = Identity::load(&folder.reader()?)?;
    let desk = Sitting { person: identity.desk, now };
    let office = &identity.office;

    let (site, director, people) = writer.transaction::<_, OfficeError>(|batch| {
        let site = office.add_site(batch, rng, desk, ESTATE)?;
        let mut add = |name: &str, role, department| {
            let newcomer = Newcomer { name: name.to_owned(), site, role, department };
            office.add_person(batch, rng, desk, &newcomer)
        };
        let director = add(DIRECTOR, Role::SiteDirector, None)?;
        add(DIRECTOR, Role::Admin, None)?;
        let people = STAFF.iter().map(|staff| add(staff.name, staff.role, staff.department));
        Ok((site, director, people.collect::<Result<Vec<_>, _>>()?))
    })?;

    let mut plan = sample_plan()?;
    let rows = plan.cases.len();
    tell.say(&format!("importing {rows} complaints of New York's 311 into {ESTATE}"));
    let clock = || -> Timestamp { time.now() };
    let to = Destination { site, identity: &identity, clock: &clock };
    let written = import::write(&mut writer, rng, &to, &mut plan, &mut |_| {})?;
    let rejected = u64::try_from(plan.rejected.len()).unwrap_or(u64::MAX);
    let imported = Imported { read: plan.read, created: written.created, rejected };

    // A one-time password would have to be changed at the first login; a demonstration is looked at at once.
    let chosen = OneTime::draw(rng).map_err(OfficeError::from)?;
    let login: Login = LOGIN.parse().map_err(|error: NoLogin| DemoError::Server(error.to_string()))?;
    let invites = writer.transaction::<_, OfficeError>(|batch| {
        office.open_account(batch, director, &login, &chosen)?;
        if let Some(account) = accounts::find(batch.db, LOGIN)? {
            accounts::change_password(batch.db, &account, chosen.hash())?;
        }
        let codes = people.iter().map(|&person| Ok(office.invite(batch, rng, desk, person)?.reveal()));
        codes.collect::<Result<Vec<_>, OfficeError>>()
    })?;
    Ok(Organisation { folder, site, director, password: chosen.reveal().to_owned(), invites, imported })
}

fn sample_plan() -> Result<ImportPlan, DemoError> {
    let broken =
        |error: &dyn std::fmt::Display| DemoError::Server(format!("the sample cannot be read: {error}"));
    let map = ImportMap::built_in("nyc311").ok_or_else(|| broken(&"its map is not in this program"))?;
    let map = map.map_err(|error| broken(&error))?;
    import::read(SAMPLE, &map).map_err(|error| broken(&error))
}
