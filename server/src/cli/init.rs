//! `roundsman init`

#[cfg(unix)]
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;
use rand::Rng;
use roundsman_sync_core::model::Role;
use serde_json::json;

use super::failure::Failure;
use super::output::Report;
use super::{Context, Desk};
use crate::app::App;
use crate::auth::accounts::Login;
use crate::auth::password::OneTime;
use crate::data_folder::{DataFolder, FolderError};
use crate::database;
use crate::ingest::Newcomer;

/// The name of the first person, until somebody gives them another.
const ADMINISTRATOR: &str = "Administrator";

/// Make the data folder, the estates and the first administrator
#[derive(Args)]
#[command(after_help = "Example:
  roundsman init --org 'Green Garden Property' --site 'Green Garden' --site 'River View' --admin wang

The administrator's one-time password is printed once and kept nowhere.")]
pub(super) struct Init {
    /// The organisation's name
    #[arg(long, value_name = "NAME")]
    org: String,
    /// An estate; can be given several times. Without any there is one, named as the organisation
    #[arg(long = "site", value_name = "NAME")]
    sites: Vec<String>,
    /// The login of the first administrator
    #[arg(long, value_name = "LOGIN", default_value = "admin")]
    admin: Login,
}

impl Init {
    pub(super) fn run(mut self, context: &Context) -> Result<Report, Failure> {
        if self.sites.is_empty() {
            self.sites.push(self.org.clone());
        }
        self.check()?;
        let place = &context.data;
        let io = |source| FolderError::Io { path: place.clone(), source };
        if database::path_in(place).exists() {
            return Err(FolderError::Exists(place.clone()).into());
        }
        std::fs::create_dir_all(place).map_err(io)?;
        // Everything is made beside its place, so that a failure or a kill leaves no half organisation.
        let aside = Aside(place.join(format!(".init-{:016x}", rand::rng().next_u64())));
        let folder = DataFolder::init(&aside.0, &self.org, App::now(), &mut rand::rng())?;
        let report = self.settle(&folder, place)?;
        drop(folder);
        aside.move_to(place)?;
        Ok(report)
    }

    fn check(&self) -> Result<(), Failure> {
        let named = |what: &str| Failure::Usage(format!("{what} must not be empty"));
        if self.org.trim().is_empty() {
            return Err(named("--org"));
        }
        for (at, site) in self.sites.iter().enumerate() {
            if site.trim().is_empty() {
                return Err(named("--site"));
            }
            if self.sites[..at].contains(site) {
                return Err(Failure::Usage(format!("--site '{site}' is given twice")));
            }
        }
        Ok(())
    }

    fn settle(&self, folder: &DataFolder, place: &Path) -> Result<Report, Failure> {
        let Desk { mut writer, identity, sitting, .. } = Desk::open(folder.clone())?;
        let rng = &mut rand::rng();
        let office = &identity.office;
        let password = OneTime::draw(rng)?;
        let sites = writer.transaction(|batch| {
            let mut sites = Vec::new();
            let mut administrator = None;
            for name in &self.sites {
                let site = office.add_site(batch, rng, sitting, name)?;
                for role in [Role::Admin, Role::Manager] {
                    let name = ADMINISTRATOR.to_owned();
                    let newcomer = Newcomer { name, site, role, department: None };
                    administrator = Some(office.add_person(batch, rng, sitting, &newcomer)?);
                }
                sites.push((site, name));
            }
            if let Some(person) = administrator {
                office.open_account(batch, person, &self.admin, &password)?;
            }
            Ok::<_, Failure>(sites)
        })?;
        let listed: Vec<_> =
            sites.iter().map(|(site, name)| json!({ "id": site.to_string(), "name": name })).collect();
        let mut text = format!("{} is set up in {}\n", self.org, place.display());
        for (site, name) in &sites {
            text.push_str(&format!("estate         {name} ({site})\n"));
        }
        text.push_str(&format!(
            "administrator  login {}, one-time password {} (shown this once)\nnext           roundsman serve",
            self.admin,
            password.reveal()
        ));
        let admin = json!({ "login": self.admin.as_str(), "one_time_password": password.reveal() });
        Ok(Report::new(json!({ "org": self.org, "sites": listed, "admin": admin }), text))
    }
}

/// A data folder in the making; goes away if it does not move to its place.
struct Aside(PathBuf);

impl Aside {
    /// Puts the finished database into its place, unless there is one by now.
    fn move_to(self, place: &Path) -> Result<(), FolderError> {
        let io = |source| FolderError::Io { path: place.to_owned(), source };
        #[cfg(unix)]
        std::fs::set_permissions(place, std::os::unix::fs::PermissionsExt::from_mode(0o700)).map_err(io)?;
        // A link, unlike a renaming, never takes the place of a file that is there.
        let linked = std::fs::hard_link(database::path_in(&self.0), database::path_in(place));
        match linked {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(FolderError::Exists(place.to_owned()));
            }
            linked => linked.map_err(io)?,
        }
        #[cfg(unix)]
        File::open(place).and_then(|folder| folder.sync_all()).map_err(io)?;
        Ok(())
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Nothing more can be done about a folder that will not go; it is in nobody's way.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
