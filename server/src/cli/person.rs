//! `roundsman person`

use clap::{Args, Subcommand};
use roundsman_sync_core::model::{Department, Role};
use serde_json::json;

use super::failure::Failure;
use super::output::Report;
use super::{Context, Desk, find};
use crate::audit;
use crate::auth::accounts::Login;
use crate::auth::password::OneTime;
use crate::ingest::Newcomer;

/// People who work for the organisation
#[derive(Subcommand)]
pub(super) enum Person {
    Add(Add),
    Take(Take),
}

impl Person {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        match self {
            Self::Add(add) => add.run(context),
            Self::Take(take) => take.run(context),
        }
    }
}

/// Add a person, or give one of that name another role
#[derive(Args)]
#[command(after_help = "Examples:
  roundsman person add --name 'Li Lei' --role technician --site 'Green Garden' --department engineering
  roundsman person add --name 'Han Mei' --role reception --site 'Green Garden' --login han

With --login the person may sign in at the console; a one-time password is printed once.")]
pub(super) struct Add {
    /// Their name, as colleagues know it
    #[arg(long, value_name = "NAME")]
    name: String,
    /// guard, technician, reception, supervisor, site_director, manager or admin
    #[arg(long, value_name = "ROLE")]
    role: Role,
    /// The estate, by name or id
    #[arg(long, value_name = "SITE")]
    site: String,
    /// engineering, security, environment or customer_service
    #[arg(long, value_name = "DEPARTMENT")]
    department: Option<Department>,
    /// Lets them sign in at the console under this name
    #[arg(long, value_name = "LOGIN")]
    login: Option<Login>,
}

impl Add {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        let desk = context.office()?;
        let (site, site_name) = find::site(&desk.folder.reader()?, &self.site)?;
        let Desk { mut writer, identity, sitting, .. } = desk;
        let rng = &mut rand::rng();
        let Self { name, role, department, login, .. } = self;
        let newcomer = Newcomer { name: name.clone(), site, role, department };
        let account = login.map(|login| Ok::<_, Failure>((login, OneTime::draw(rng)?))).transpose()?;
        let person = writer.transaction(|batch| {
            let person = identity.office.add_person(batch, rng, sitting, &newcomer)?;
            if let Some((login, password)) = &account {
                identity.office.open_account(batch, person, login, password)?;
            }
            audit::at_terminal(batch.db, sitting.now, "person add", &person.to_string())?;
            Ok::<_, Failure>(person)
        })?;
        let mut text = format!("{name} ({person}) is {role} at {site_name}");
        if let Some((login, password)) = &account {
            let password = password.reveal();
            text.push_str(&format!("\nlogin {login}, one-time password {password} (shown this once)"));
        }
        let json = json!({
            "person": {
                "id": person.to_string(), "name": name, "role": role.as_str(), "site": site.to_string(),
                "department": department.map(Department::as_str),
            },
            "login": account.as_ref().map(|(login, _)| login.as_str()),
            "one_time_password": account.as_ref().map(|(_, password)| password.reveal()),
        });
        Ok(Report::new(json, text))
    }
}

/// Take a role from a person: their phones give up what came with it at their next sync
#[derive(Args)]
#[command(after_help = "Example:
  roundsman person take --person 'Li Lei' --role technician --site 'Green Garden'

To move somebody to another department or estate, add the new role first, then take the old one.")]
pub(super) struct Take {
    /// Whose role, by id or name
    #[arg(long, value_name = "ID_OR_NAME")]
    person: String,
    /// guard, technician, reception, supervisor, site_director, manager or admin
    #[arg(long, value_name = "ROLE")]
    role: Role,
    /// The estate, by name or id
    #[arg(long, value_name = "SITE")]
    site: String,
}

impl Take {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        let desk = context.office()?;
        let reader = desk.folder.reader()?;
        let (site, site_name) = find::site(&reader, &self.site)?;
        let (person, name) = find::person(&reader, &self.person)?;
        drop(reader);
        let Desk { mut writer, identity, sitting, .. } = desk;
        let role = self.role;
        let taken = writer.transaction::<_, Failure>(|batch| {
            let taken = identity.office.take_role(batch, sitting, person, site, role)?;
            if taken {
                audit::at_terminal(batch.db, sitting.now, "person take", &person.to_string())?;
            }
            Ok(taken)
        })?;
        let text = if taken {
            format!("{name} is no longer {role} at {site_name}")
        } else {
            format!("{name} is not {role} at {site_name}; nothing was changed")
        };
        let json = json!({
            "person": { "id": person.to_string(), "name": name }, "role": role.as_str(),
            "site": site.to_string(), "taken": taken,
        });
        Ok(Report::new(json, text))
    }
}
