//! `roundsman device`

use std::io::Cursor;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use qrcode::QrCode;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::DeviceId;
use roundsman_sync_core::limits::ENROL_CODE_AGE_MS_MAX;
use rusqlite::Connection;
use serde_json::json;

use super::failure::Failure;
use super::output::Report;
use super::{Context, Desk, find};
use crate::audit;
use crate::export::{ExportError, atomic};
use crate::projection::queries::lookup;

/// Phones
#[derive(Subcommand)]
pub(super) enum Device {
    Invite(Invite),
    List(List),
    Revoke(Revoke),
    Resync(Resync),
    Thaw(Thaw),
}

impl Device {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        match self {
            Self::Invite(invite) => invite.run(context),
            Self::List(List {}) => list(context),
            Self::Revoke(revoke) => revoke.run(context),
            Self::Resync(resync) => resync.run(context),
            Self::Thaw(thaw) => thaw.run(context),
        }
    }
}

/// Make a one-time code with which a person enrols a phone within ten minutes
#[derive(Args)]
#[command(after_help = "Example:
  roundsman device invite --person 'Li Lei' --qr code.png")]
pub(super) struct Invite {
    /// Whose phone it will be, by id or name
    #[arg(long, value_name = "ID_OR_NAME")]
    person: String,
    /// Also write the code as a QR picture
    #[arg(long, value_name = "FILE.png")]
    qr: Option<PathBuf>,
}

impl Invite {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        let desk = context.office()?;
        let (person, name) = find::person(&desk.folder.reader()?, &self.person)?;
        let Desk { mut writer, identity, sitting, .. } = desk;
        let rng = &mut rand::rng();
        let code = writer.transaction(|batch| {
            let code = identity.office.invite(batch, rng, sitting, person)?;
            audit::at_terminal(batch.db, sitting.now, "device invite", &person.to_string())?;
            // Inside the transaction: a code whose picture could not be written is not given out.
            if let Some(path) = &self.qr {
                write_qr(path, &code.reveal())?;
            }
            Ok::<_, Failure>(code.reveal())
        })?;
        let expires = sitting.now.plus_millis(ENROL_CODE_AGE_MS_MAX).to_string();
        let json = json!({
            "person": { "id": person.to_string(), "name": name },
            "code": code,
            "expires_at": expires,
        });
        Ok(Report::new(json, format!("{code}\nenrols one phone for {name} until {expires}")))
    }
}

fn write_qr(path: &Path, code: &str) -> Result<(), Failure> {
    let broken = |error: String| ExportError::Write {
        target: path.display().to_string(),
        source: std::io::Error::other(error),
    };
    let picture = QrCode::new(code).map_err(|error| broken(error.to_string()))?;
    let picture = picture.render::<image::Luma<u8>>().min_dimensions(240, 240).build();
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).map_err(|error| broken(error.to_string()))?;
    let written = atomic::write_file(path, |out| {
        out.write_all(bytes.get_ref()).map_err(|error| broken(error.to_string()))
    });
    Ok(written?)
}

/// List every phone that was ever enrolled
#[derive(Args)]
#[command(after_help = "Example:
  roundsman device list --json")]
pub(super) struct List {}

fn list(context: &Context) -> Result<Report, Failure> {
    let rows = lookup::devices(&context.reader()?)?;
    let mut text = Vec::new();
    let mut devices = Vec::new();
    for row in &rows {
        let state = match (row.revoked, row.frozen) {
            (Some(at), _) => format!("revoked {at}"),
            (None, Some(at)) => format!("frozen {at}: `roundsman device thaw` or `revoke` it"),
            (None, None) => "in use".to_owned(),
        };
        let owed = row.owed.since.map_or_else(
            || "0 photos owed".to_owned(),
            |since| format!("{} photos owed ({} bytes, since {since})", row.owed.photos, row.owed.bytes),
        );
        text.push(format!(
            "{}  {}  {}  enrolled {}  {state}  {owed}",
            row.device, row.person_name, row.name, row.enrolled
        ));
        devices.push(json!({
            "id": row.device.to_string(),
            "name": row.name,
            "person": { "id": row.person.to_string(), "name": row.person_name },
            "enrolled_at": row.enrolled.to_string(),
            "revoked_at": row.revoked.map(|at| at.to_string()),
            "frozen_at": row.frozen.map(|at| at.to_string()),
            "photos_owed": row.owed.photos,
            "photos_owed_bytes": row.owed.bytes,
            "photos_owed_since": row.owed.since.map(|at| at.to_string()),
        }));
    }
    if text.is_empty() {
        text.push("no phone is enrolled yet; `roundsman device invite` makes a code for one".to_owned());
    }
    Ok(Report::new(json!({ "devices": devices }), text.join("\n")))
}

/// Shut a phone out; nothing it sends is taken any more
#[derive(Args)]
#[command(after_help = "Example:
  roundsman device revoke 0195c8a0-6a51-7cc2-b1a4-58a4fbe4a3c1")]
pub(super) struct Revoke {
    /// The phone, by id or name
    #[arg(value_name = "DEVICE")]
    device: String,
}

impl Revoke {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        let desk = context.office()?;
        let found = find::device(&desk.folder.reader()?, &self.device)?;
        let Desk { mut writer, identity, sitting, .. } = desk;
        let revoked = writer.transaction::<_, Failure>(|batch| {
            audited(
                batch.db,
                sitting.now,
                "device revoke",
                found.device,
                identity.office.revoke(batch, sitting, found.device)?,
            )
        })?;
        let named = format!("{} of {} ({})", found.name, found.person_name, found.device);
        let text =
            if revoked { format!("{named} is shut out") } else { format!("{named} was shut out before") };
        Ok(Report::new(json!({ "device": found.device.to_string(), "revoked": revoked }), text))
    }
}

/// Let a phone compare everything it holds with the server, at its next sync
#[derive(Args)]
#[command(after_help = "Example:
  roundsman device resync 0195c8a0-6a51-7cc2-b1a4-58a4fbe4a3c1

Only what differs is sent. Nothing that was entered on the phone is lost by it.")]
pub(super) struct Resync {
    /// The phone, by id or name
    #[arg(value_name = "DEVICE")]
    device: String,
}

impl Resync {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        let desk = context.office()?;
        let found = find::device(&desk.folder.reader()?, &self.device)?;
        let Desk { mut writer, identity, sitting, .. } = desk;
        let asked = writer.transaction::<_, Failure>(|batch| {
            audited(
                batch.db,
                sitting.now,
                "device resync",
                found.device,
                identity.office.ask_resync(batch, sitting, found.device)?,
            )
        })?;
        let named = format!("{} of {} ({})", found.name, found.person_name, found.device);
        let text = if asked {
            format!("{named} compares everything it holds at its next sync")
        } else {
            format!("{named} is shut out and holds nothing")
        };
        Ok(Report::new(json!({ "device": found.device.to_string(), "resync": asked }), text))
    }
}

/// Let a frozen phone go on
#[derive(Args)]
#[command(after_help = "Example:
  roundsman device thaw 0195c8a0-6a51-7cc2-b1a4-58a4fbe4a3c1

A phone is frozen when it goes on under a name of changes that it was told is taken. Ask its person first: if its
file was put back to an earlier state, thaw it, and what it has written meanwhile comes with its next sync. If
nobody knows why, revoke it and enrol the person anew.")]
pub(super) struct Thaw {
    /// The phone, by id or name
    #[arg(value_name = "DEVICE")]
    device: String,
}

impl Thaw {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        let desk = context.office()?;
        let found = find::device(&desk.folder.reader()?, &self.device)?;
        let Desk { mut writer, identity, sitting, .. } = desk;
        let thawed = writer.transaction::<_, Failure>(|batch| {
            audited(
                batch.db,
                sitting.now,
                "device thaw",
                found.device,
                identity.office.thaw(batch, sitting, found.device)?,
            )
        })?;
        let named = format!("{} of {} ({})", found.name, found.person_name, found.device);
        let text = if thawed { format!("{named} may go on") } else { format!("{named} was not frozen") };
        Ok(Report::new(json!({ "device": found.device.to_string(), "thawed": thawed }), text))
    }
}

/// Puts what was done to a phone on the audit trail, if anything was.
fn audited(
    db: &Connection,
    now: Timestamp,
    action: &str,
    device: DeviceId,
    done: bool,
) -> Result<bool, Failure> {
    if done {
        audit::at_terminal(db, now, action, &device.to_string())?;
    }
    Ok(done)
}
