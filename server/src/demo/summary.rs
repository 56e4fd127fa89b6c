//! From what everybody holds at the end to the report.

use std::time::Instant;

use roundsman_sync_core::replica::EditState;

use super::DemoError;
use super::check;
use super::office::Organisation;
use super::parallel::Parallel;
use super::phone::Phone;
use super::plan::Plan;
use super::report::{Faults, ImportCounts, ParallelCounts, PhoneReport, RefusedEdit, Report};
use crate::blobs::BlobStore;
use crate::database::DatabaseError;

/// What has happened, as far as no file tells.
pub(super) struct Story<'a> {
    /// What was planned.
    pub(super) plan: &'a Plan,
    /// Whose data it is.
    pub(super) organisation: &'a Organisation,
    /// The parallel edits that were made.
    pub(super) expected: &'a [Parallel],
    /// How often the server was started again.
    pub(super) restarts: u32,
    /// When it all began.
    pub(super) started: Instant,
}

/// Compares everything and sums it up.
///
/// # Errors
/// If something cannot be read.
pub(super) fn of(story: &Story<'_>, phones: &mut [Phone]) -> Result<Report, DemoError> {
    let folder = &story.organisation.folder;
    let db = folder.reader()?;
    let blobs = folder.blobs()?;
    let mut problems = Vec::new();

    let mut documents = Vec::new();
    for phone in phones.iter_mut() {
        documents.extend(check::documents(&db, phone)?);
    }
    let photos = photos_of(&blobs, phones)?;
    let (documents_equal, photos_equal) = (documents.is_empty(), photos.is_empty());
    problems.extend(documents);
    problems.extend(photos);

    let (mut made, mut kept) = (0, 0);
    for expected in story.expected {
        let lost = check::parallel(&db, phones, expected)?;
        made += 1;
        kept += u32::from(lost.is_empty());
        problems.extend(lost);
    }

    let mut faults = Faults { server_kills: 1, ..Faults::default() };
    let mut rows = Vec::new();
    for (at, phone) in phones.iter().enumerate() {
        let row = phone_row(&db, phone, at == story.plan.jumps)?;
        let name = phone.staff.file;
        if row.edits != row.accepted + row.refused {
            problems.push(format!(
                "{name}: {} edits, {} accepted, {} refused",
                row.edits, row.accepted, row.refused
            ));
        }
        if row.photos != row.photos_sent {
            problems.push(format!("{name}: owes {} photos", row.photos.saturating_sub(row.photos_sent)));
        }
        let counts = phone.link.counts();
        faults.refused += counts.refused;
        faults.requests_cut += counts.cut_up;
        faults.replies_cut += counts.cut_down;
        faults.repeated += phone.wire.repeated;
        faults.repeats_noticed += phone.wire.repeats_noticed;
        faults.server_kills -= u32::from(phone.link.kill_is_pending());
        rows.push(row);
    }
    if faults.repeated != faults.repeats_noticed {
        problems.push(format!(
            "of {} repeated requests {} were noticed",
            faults.repeated, faults.repeats_noticed
        ));
    }

    let server = check::server_counts(&db, story.restarts)?;
    let verified = crate::verify::verify(&db, &blobs, &mut |_, _| {})?;
    let verify = if verified.ok { "ok".to_owned() } else { format!("{} problems", verified.problems.len()) };
    problems.extend(verified.problems);
    let imported = story.organisation.imported;
    Ok(Report {
        seed: story.plan.seed,
        phones: rows,
        server,
        parallel_edits: ParallelCounts { made, kept },
        documents_equal,
        photos_equal,
        verify,
        seconds: (story.started.elapsed().as_secs_f64() * 10.0).round() / 10.0,
        faults,
        import: ImportCounts { read: imported.read, created: imported.created, rejected: imported.rejected },
        data: folder.path().display().to_string(),
        problems,
    })
}

fn photos_of(blobs: &BlobStore, phones: &[Phone]) -> Result<Vec<String>, DemoError> {
    let mut wrong = Vec::new();
    for phone in phones {
        wrong.extend(check::photos(blobs, phone)?);
    }
    Ok(wrong)
}

fn phone_row(db: &rusqlite::Connection, phone: &Phone, clock_jumped: bool) -> Result<PhoneReport, DemoError> {
    let failed = |refusal| DemoError::phone(phone.staff, refusal);
    let device = phone.replica.enrolled().map(|enrolled| enrolled.device);
    let device = device.ok_or_else(|| DatabaseError::corrupt("devices", phone.staff.file))?;
    let once_refused = check::once_refused(db, device)?;
    let at_server = check::accepted(db, device)?;
    let (mut accepted, mut replayed, mut refusals) = (0, 0, Vec::new());
    for edit in phone.replica.edits().map_err(failed)? {
        match edit.state {
            // Superseded: made again after a refusal, it found everything already as asked and wrote nothing.
            EditState::Accepted { .. } | EditState::Superseded => {
                let is_there = edit.state == EditState::Superseded || at_server.contains(&edit.command);
                accepted += u32::from(is_there);
                replayed += u32::from(once_refused.contains(&edit.command));
            }
            EditState::Refused { code, why } => refusals.push(RefusedEdit {
                command: edit.command.to_string(),
                what: edit.what.to_owned(),
                code: code.as_str().to_owned(),
                why,
            }),
            EditState::OnThisPhone | EditState::Sent | EditState::Waiting { .. } => {}
        }
    }
    let owed = phone.replica.status().map_err(failed)?.photos_owed;
    let counts = phone.link.counts();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(PhoneReport {
        name: phone.staff.name.to_owned(),
        role: phone.staff.role.to_string(),
        edits: phone.edits,
        accepted,
        refused: number(refusals.len()),
        replayed,
        photos: number(phone.pictures.len()),
        photos_sent: number(phone.pictures.len().saturating_sub(owed)),
        round_trips: phone.wire.round_trips,
        bytes_up: counts.bytes_up,
        bytes_down: counts.bytes_down,
        clock_jumped,
        refusals,
    })
}
