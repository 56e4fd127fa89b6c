//! `roundsman route`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use roundsman_sync_core::model::Command;
use serde_json::json;

use super::failure::Failure;
use super::output::Report;
use super::{Context, Desk, find};
use crate::route_file::RouteFile;

/// Points and routes that rounds walk
#[derive(Subcommand)]
pub(super) enum RouteCommand {
    Import(Import),
}

impl RouteCommand {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        match self {
            Self::Import(import) => import.run(context),
        }
    }
}

/// Take points and routes of an estate from a file
#[derive(Args)]
#[command(after_help = "Example:
  roundsman route import routes.toml --site 'Green Garden'

Points and routes are known by their keys: importing a file again changes nothing, and a newer file changes
just what differs. What is no longer in the file stays. A mistake anywhere in the file changes nothing.
docs/samples/routes.toml is an example.")]
pub(super) struct Import {
    /// The file
    #[arg(value_name = "FILE.toml")]
    file: PathBuf,
    /// The estate, by name or id
    #[arg(long, value_name = "SITE")]
    site: String,
}

impl Import {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        let desk = context.office()?;
        let (site, site_name) = find::site(&desk.folder.reader()?, &self.site)?;
        let file = RouteFile::load(&self.file, site)?;
        let Desk { mut writer, identity, sitting, .. } = desk;
        let rng = &mut rand::rng();
        let points: Vec<_> = file
            .checkpoints
            .into_iter()
            .map(|(checkpoint, new)| Command::PutCheckpoint { site, checkpoint, new })
            .collect();
        let routes: Vec<_> =
            file.routes.into_iter().map(|(route, new)| Command::PutRoute { site, route, new }).collect();
        let (points_changed, routes_changed) = writer.transaction(|batch| {
            let mut put = |commands: &[Command]| {
                let mut changed = 0_usize;
                for command in commands {
                    changed += usize::from(identity.office.carry_out(batch, rng, sitting, command)?);
                }
                Ok::<_, Failure>(changed)
            };
            Ok::<_, Failure>((put(&points)?, put(&routes)?))
        })?;
        let text = format!(
            "{site_name}: {} points, {points_changed} of them new or changed; {} routes, {routes_changed} new or changed",
            points.len(),
            routes.len()
        );
        let json = json!({
            "checkpoints": { "read": points.len(), "changed": points_changed },
            "routes": { "read": routes.len(), "changed": routes_changed },
        });
        Ok(Report::new(json, text))
    }
}
