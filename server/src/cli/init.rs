//! `roundsman init`

use std::path::Path;

use clap::Args;
use roundsman_sync_core::model::Role;
use serde_json::json;

use super::failure::Failure;
use super::output::Report;
use super::{Context, Desk};
use crate::app::App;
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
    admin: String,
}

impl Init {
    pub(super) fn run(mut self, context: &Context) -> Result<Report, Failure> {
        if self.sites.is_empty() {
            self.sites.push(self.org.clone());
        }
        self.check()?;
        DataFolder::init(&context.data, &self.org, App::now(), &mut rand::rng()).map_err(
            |error| match error {
                FolderError::Exists(path) => FolderError::Exists(path),
                error @ (FolderError::Io { .. } | FolderError::Database(_) | FolderError::Blobs(_)) => {
                    undo(&context.data);
                    error
                }
            },
        )?;
        // Half an organisation is of no use to anybody.
        self.settle(context).inspect_err(|_| undo(&context.data))
    }

    fn check(&self) -> Result<(), Failure> {
        let named = |what: &str| Failure::Usage(format!("{what} must not be empty"));
        if self.org.trim().is_empty() {
            return Err(named("--org"));
        }
        if self.admin.trim().is_empty() {
            return Err(named("--admin"));
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

    fn settle(&self, context: &Context) -> Result<Report, Failure> {
        let desk = context.office()?;
        let (sitting, rng) = (desk.sitting(), &mut rand::rng());
        let Desk { mut writer, identity, .. } = desk;
        let office = &identity.office;
        let (sites, password) = writer.transaction(|batch| {
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
            let password = match administrator {
                Some(person) => office.open_account(batch, rng, person, &self.admin)?,
                None => String::new(),
            };
            Ok::<_, Failure>((sites, password))
        })?;
        let listed: Vec<_> =
            sites.iter().map(|(site, name)| json!({ "id": site.to_string(), "name": name })).collect();
        let mut text = format!("{} is set up in {}\n", self.org, context.data.display());
        for (site, name) in &sites {
            text.push_str(&format!("estate         {name} ({site})\n"));
        }
        text.push_str(&format!(
            "administrator  login {}, one-time password {password} (shown this once)\nnext           roundsman serve",
            self.admin
        ));
        let admin = json!({ "login": self.admin, "one_time_password": password });
        Ok(Report::new(json!({ "org": self.org, "sites": listed, "admin": admin }), text))
    }
}

/// Takes away the database that this very command has begun.
fn undo(data: &Path) {
    let database = database::path_in(data);
    for ending in ["", "-wal", "-shm"] {
        let mut name = database.clone().into_os_string();
        name.push(ending);
        // What will not go is named when the command is tried again: 'already holds data'.
        let _ = std::fs::remove_file(name);
    }
}
