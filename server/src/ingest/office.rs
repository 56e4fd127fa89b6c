//! What the office writes: the same changes as a phone's, signed with the server's own key.
//!
//! Such an envelope proves the server's word that this person sat at the desk, not the person's key.

use minicbor::bytes::ByteVec;
use rand::Rng;
use roundsman_sync_core::clock::{ClockReading, Timestamp};
use roundsman_sync_core::document::{ActorBytes, Document, DocumentKind};
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{BootId, CommandId, DeviceId, DocumentId, OrgId, PersonId, SiteId};
use roundsman_sync_core::model::{Author, Case, Command, Documents, Role, Round, SCHEMA, Site, Written};
use roundsman_sync_core::protocol::envelope::{Envelope, EnvelopeItem, TimeClaim};
use roundsman_sync_core::protocol::key::Signer;
use roundsman_sync_core::protocol::messages::Verdict;
use roundsman_sync_core::rules;

use super::writer::{Batch, Delivered};
use crate::auth::token::ServerSecret;
use crate::database::DatabaseError;
use crate::projection::DocumentCache;

/// The server as an author.
pub struct Office {
    /// The organisation.
    pub org: OrgId,
    /// The device that stands for the office.
    pub device: DeviceId,
    /// Its key.
    pub signer: Box<dyn Signer>,
    /// Checks and issues tokens.
    pub secret: ServerSecret,
}

/// Who sits at the desk.
#[derive(Clone, Copy, Debug)]
pub struct Sitting {
    /// The person.
    pub person: PersonId,
    /// Now.
    pub now: Timestamp,
}

/// Why the office's edit was not made.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// What was asked cannot be done.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl Office {
    /// Carries out a command for a person at the desk. Tells whether it changed anything.
    ///
    /// # Errors
    /// If the person may not, the command is out of bounds, or the database fails.
    pub fn carry_out(
        &self,
        batch: &mut Batch<'_>,
        rng: &mut dyn Rng,
        sitting: Sitting,
        command: &Command,
    ) -> Result<bool, OfficeError> {
        let Sitting { person, now } = sitting;
        let mut desk = Desk::at(batch);
        let site = site_of(&mut desk, command)?;
        let roles = roles_at(desk.db, person, site)?;
        rules::may_give(&roles, command)?;
        let estate = desk.read(DocumentId::of_site(site), DocumentKind::Site).map(Site::read);
        let asking = rules::Asking { person, roles: &roles, now, site: estate.as_ref() };
        let case = desk.read(command.document(), DocumentKind::Case).map(Case::read);
        rules::admit(&asking, command, case.as_ref())?;
        self.carry_out_all(batch, rng, sitting, &[(now, command)])
    }

    /// Carries out several commands in one envelope, each with the time at which it is claimed to have
    /// happened: an import knows when a case was closed elsewhere, and by whose procedure it was closed
    /// there is not asked here. Tells whether they changed anything.
    ///
    /// # Errors
    /// If the person may not, a command is out of bounds, or the database fails. Nothing is written
    /// when one of them cannot be carried out.
    pub fn carry_out_all(
        &self,
        batch: &mut Batch<'_>,
        rng: &mut dyn Rng,
        sitting: Sitting,
        commands: &[(Timestamp, &Command)],
    ) -> Result<bool, OfficeError> {
        let Sitting { person, now } = sitting;
        let mut desk = Desk::at(batch);
        let mut written = Vec::new();
        for &(claimed_at, command) in commands {
            let site = site_of(&mut desk, command)?;
            rules::may_give(&roles_at(desk.db, person, site)?, command)?;
            let author = Author {
                command: CommandId::mint(now, rng),
                person,
                claimed_at,
                corrected_at: claimed_at,
                stamp_wall: now,
            };
            written.extend(command.execute(&author, &mut desk)?);
        }
        if written.is_empty() {
            return Ok(false);
        }
        self.deliver(batch, sitting, written)?;
        Ok(true)
    }

    /// Signs what was written at the desk and takes it in like anybody's.
    pub(super) fn deliver(
        &self,
        batch: &mut Batch<'_>,
        sitting: Sitting,
        written: Vec<Written>,
    ) -> Result<(), OfficeError> {
        let Sitting { person, now } = sitting;
        let items = written
            .into_iter()
            .map(|one| EnvelopeItem {
                document: one.document,
                kind: one.kind,
                change: ByteVec::from(one.change.bytes),
            })
            .collect();
        let claim = TimeClaim {
            reading: ClockReading { wall: now, boot_ms: 0, boot: BootId::from_bytes([0; 16]) },
            token: None,
        };
        let sealed =
            Envelope::seal(self.org, self.device, person, SCHEMA, claim, items, self.signer.as_ref())
                .map_err(|error| Refusal::new(ErrorCode::Internal, error.to_string()))?;
        let bytes = minicbor::to_vec(&sealed).map_err(|error| DatabaseError::corrupt("envelope", error))?;
        let delivered = Delivered { device: self.device, envelopes: vec![&bytes] };
        let verdicts = batch.push(now, &self.secret, &delivered)?;
        match verdicts.iter().flatten().find_map(refused) {
            Some(refusal) => Err(refusal.into()),
            None => Ok(()),
        }
    }
}

fn refused(verdict: &Verdict) -> Option<Refusal> {
    match verdict {
        Verdict::Accepted { .. } => None,
        Verdict::Quarantined { code, why } => Some(Refusal::new(*code, why.clone())),
        Verdict::Pending { .. } | Verdict::Superseded { .. } | Verdict::Fork => {
            Some(Refusal::new(ErrorCode::Internal, format!("the office's own edit got {verdict:?}")))
        }
    }
}

/// The estate a command is about.
fn site_of(desk: &mut Desk<'_>, command: &Command) -> Result<SiteId, OfficeError> {
    match command {
        Command::CreateCase { new, .. } => Ok(new.site),
        Command::NameSite { site, .. }
        | Command::PutPerson { site, .. }
        | Command::WritePolicy { site, .. }
        | Command::PutArea { site, .. }
        | Command::PutCheckpoint { site, .. }
        | Command::PutRoute { site, .. } => Ok(*site),
        Command::StartRound { new, .. } => Ok(new.site),
        Command::Check { .. }
        | Command::AddRoundPhoto { .. }
        | Command::FinishRound { .. }
        | Command::ReportAbnormal { .. } => {
            let unknown = || Refusal::new(ErrorCode::DocumentUnknown, "there is no such round");
            let (round, _) = desk.open(command.document(), DocumentKind::Round, false)?;
            Ok(Round::read(round).site.ok_or_else(unknown)?)
        }
        Command::Classify { .. }
        | Command::Describe { .. }
        | Command::Dispatch { .. }
        | Command::Assign { .. }
        | Command::Record { .. }
        | Command::AddPhoto { .. }
        | Command::SignOff { .. }
        | Command::SortOrder { .. }
        | Command::TakeOrder { .. }
        | Command::WriteContact { .. } => {
            let unknown = || Refusal::new(ErrorCode::DocumentUnknown, "there is no such case");
            let (case, _) = desk.open(command.document(), DocumentKind::Case, false)?;
            Ok(Case::read(case).site.ok_or_else(unknown)?)
        }
    }
}

fn roles_at(db: &rusqlite::Connection, person: PersonId, site: SiteId) -> Result<Vec<Role>, DatabaseError> {
    let mut statement = db.prepare_cached("SELECT role FROM roles WHERE person = ?1 AND site = ?2")?;
    let roles = statement.query_map((person.as_bytes(), site.as_bytes()), |row| row.get::<_, String>(0))?;
    roles.map(|role| Role::from_text(&role?).ok_or_else(|| DatabaseError::corrupt("roles", person))).collect()
}

/// Copies of documents for one command; the originals change only through ingest.
pub(super) struct Desk<'a> {
    db: &'a rusqlite::Connection,
    cache: &'a mut DocumentCache,
    copies: Vec<(DocumentId, Document)>,
    actor: ActorBytes,
}

impl<'a> Desk<'a> {
    pub(super) fn at(batch: &'a mut Batch<'_>) -> Self {
        Self { db: batch.db, cache: batch.documents, copies: Vec::new(), actor: batch.office_actor }
    }

    /// The document as it now reads, with what this desk has done to it; none if it is not there, or is of
    /// another kind.
    fn read(&mut self, id: DocumentId, kind: DocumentKind) -> Option<&Document> {
        self.open(id, kind, false).ok().map(|(document, _)| &*document)
    }
}

impl Documents for Desk<'_> {
    fn open(
        &mut self,
        id: DocumentId,
        kind: DocumentKind,
        create: bool,
    ) -> Result<(&mut Document, ActorBytes), Refusal> {
        let at = match self.copies.iter().position(|(known, _)| *known == id) {
            Some(at) => at,
            None => {
                let live = self
                    .cache
                    .open(self.db, id, kind)
                    .map_err(|error| Refusal::new(ErrorCode::KindMismatch, error.to_string()))?;
                if live.number.is_none() && !create {
                    return Err(Refusal::new(
                        ErrorCode::DocumentUnknown,
                        format!("there is no document {id}"),
                    ));
                }
                self.copies.push((id, live.document.clone()));
                self.copies.len() - 1
            }
        };
        Ok((&mut self.copies[at].1, self.actor))
    }
}
