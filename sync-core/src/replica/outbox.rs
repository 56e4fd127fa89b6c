//! The outbox: what was asked for here, as signed envelopes that speak for themselves, until each is
//! settled and safe at the server.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::store::{StoreError, Unsettled};
use crate::clock::Timestamp;
use crate::document::DocumentKind;
use crate::error::ErrorCode;
use crate::ids::{ChangeHash, CommandId, DocumentId};
use crate::model::{Answer, Command, NewCase, NewCheck, Place};
use crate::protocol::envelope::Envelope;
use crate::protocol::messages::Pos;
use crate::protocol::{Reason, SUPERSEDED, reason};

/// Where one edit stands, in terms a person understands.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum EditState {
    /// On this phone, and nowhere else.
    #[n(0)]
    OnThisPhone,
    /// On its way; nobody has answered yet.
    #[n(1)]
    Sent,
    /// Everybody has it.
    #[n(2)]
    Accepted {
        /// Where in the server's log.
        #[n(0)]
        pos: Pos,
    },
    /// At the server, which waits for what it builds on.
    #[n(3)]
    Waiting {
        /// What it builds on and is not there.
        #[n(0)]
        missing: Vec<ChangeHash>,
    },
    /// Not taken. What was typed is still in the outbox row.
    #[n(4)]
    Refused {
        /// Why, for programs.
        #[n(0)]
        code: ErrorCode,
        /// Why, for people.
        #[n(1)]
        why: String,
    },
    /// What it meant is already so: the office did it, or it no longer changes anything.
    #[n(5)]
    Superseded,
}

impl EditState {
    /// Whether no further answer will come.
    pub const fn is_settled(&self) -> bool {
        match self {
            Self::OnThisPhone | Self::Sent | Self::Waiting { .. } => false,
            Self::Accepted { .. } | Self::Refused { .. } | Self::Superseded => true,
        }
    }

    /// Whether it was refused only because of what it builds on.
    pub(super) fn is_unfounded(&self) -> bool {
        matches!(self, Self::Refused { code: ErrorCode::DependencyRefused, .. })
    }

    /// Why what was typed is not in its document, for whoever typed it; nothing while it may still get there.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Refused { code, .. } => Some(reason(*code)),
            Self::Superseded => Some(SUPERSEDED),
            Self::OnThisPhone | Self::Sent | Self::Waiting { .. } | Self::Accepted { .. } => None,
        }
    }
}

/// One change of an edit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct OutboxItem {
    /// In which document.
    #[n(0)]
    pub document: DocumentId,
    /// Of which kind.
    #[n(1)]
    pub kind: DocumentKind,
    /// Which change.
    #[n(2)]
    pub hash: ChangeHash,
    /// It is among the accepted changes of the document: its verdict said so, or a page brought it.
    #[n(3)]
    pub counted: bool,
}

/// One edit: what was asked for, and the envelope that says so to the server.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct OutboxRow {
    /// Its place: edits are sent and replayed in this order.
    #[n(0)]
    pub seq: u64,
    /// Names it on every replay.
    #[n(1)]
    pub id: CommandId,
    /// What was asked for, as CBOR of [`Command`].
    #[n(2)]
    pub command: ByteVec,
    /// When, by the phone's clock.
    #[n(3)]
    pub at: Timestamp,
    /// The signed [`Envelope`].
    #[n(4)]
    pub envelope: ByteVec,
    /// Its changes; those that are accepted but no longer in the envelope included.
    #[n(5)]
    pub items: Vec<OutboxItem>,
    /// Where it stands.
    #[n(6)]
    pub state: EditState,
    /// How often it was made again because the server asked for that.
    #[n(7)]
    pub attempts: u8,
}

impl OutboxRow {
    /// Whether the server holds it even after a restore, so that the row can go.
    pub fn is_backed_up(&self, backed_up: Pos) -> bool {
        matches!(self.state, EditState::Accepted { pos } if pos <= backed_up)
    }

    /// Whether the server, or the ground it stood on, said no.
    pub fn is_refused(&self) -> bool {
        matches!(self.state, EditState::Refused { .. })
    }

    /// What choosing what to send needs.
    pub(super) fn as_unsettled(&self) -> Unsettled {
        let sent = self.state != EditState::OnThisPhone;
        Unsettled { seq: self.seq, envelope_bytes: self.envelope.len(), sent }
    }

    /// What was asked for.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if the row does not hold what this program wrote.
    pub fn command(&self) -> Result<Command, StoreError> {
        minicbor::decode(&self.command).map_err(|error| StoreError::corrupt("outbox", error))
    }

    /// The envelope.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if the row does not hold what this program wrote.
    pub fn open_envelope(&self) -> Result<Envelope, StoreError> {
        minicbor::decode(&self.envelope).map_err(|error| StoreError::corrupt("outbox", error))
    }
}

/// One edit, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditInfo {
    /// Which command.
    pub command: CommandId,
    /// The document it is mainly about.
    pub document: DocumentId,
    /// What was asked for: `create_case`, `record`, …
    pub what: &'static str,
    /// What was asked for, in full: nothing anybody typed disappears, even if it was refused.
    pub asked: Command,
    /// Where it stands.
    pub state: EditState,
    /// When, by the phone's clock.
    pub at: Timestamp,
}

impl EditInfo {
    /// Everything that was typed for it, in the order of the form, so that it can be shown again whatever became
    /// of it.
    pub fn texts(&self) -> Vec<String> {
        let case = |new: &NewCase| vec![new.description.clone(), new.subject.clone(), new.place.line()];
        let check = |new: &NewCheck| {
            let said = new.answers.iter().filter_map(|item| match &item.answer {
                Answer::Choice(text) | Answer::Text(text) | Answer::Impossible(text) => Some(text.clone()),
                Answer::Normal | Answer::Abnormal | Answer::Number(_) | Answer::Photo(_) => None,
            });
            said.chain([new.note.clone()]).collect()
        };
        let mut texts: Vec<String> = match &self.asked {
            Command::CreateCase { new, .. } => case(new),
            Command::Classify { to, .. } => {
                [to.subject.clone(), to.place.as_ref().map(Place::line)].into_iter().flatten().collect()
            }
            Command::Describe { result, .. } => vec![result.clone()],
            Command::Dispatch { new, .. } => new.iter().map(|new| new.note.clone()).collect(),
            Command::Record { new, .. } => {
                let why = new.declared.iter().map(|declared| declared.why.clone());
                std::iter::once(new.note.clone()).chain(why).collect()
            }
            Command::AddPhoto { new, .. } | Command::AddRoundPhoto { new, .. } => vec![new.caption.clone()],
            Command::SignOff { new, .. } => vec![new.signer.clone(), new.relation.clone(), new.shown.clone()],
            Command::WriteContact { details, .. } => {
                let words = details.words.as_ref().map(|(_, result)| result.clone());
                let fields = [details.name.clone(), details.phone.clone(), details.address.clone(), words];
                fields.into_iter().flatten().collect()
            }
            Command::NameSite { name, .. } => vec![name.clone()],
            Command::PutPerson { person, .. } => vec![person.name.clone()],
            Command::WritePolicy { text, .. } => vec![text.clone()],
            Command::PutArea { new, .. } => vec![new.name.clone()],
            Command::PutCheckpoint { new, .. } => vec![new.name.clone()],
            Command::PutRoute { new, .. } => vec![new.name.clone()],
            Command::Check { new, .. } => check(new),
            Command::FinishRound { note, .. } => vec![note.clone()],
            Command::ReportAbnormal { new, create, .. } => [check(new), case(create)].concat(),
            Command::Assign { .. }
            | Command::SortOrder { .. }
            | Command::TakeOrder { .. }
            | Command::StartRound { .. } => Vec::new(),
        };
        texts.retain(|text| !text.is_empty());
        texts
    }

    pub(super) fn of(row: &OutboxRow) -> Result<Self, StoreError> {
        let asked = row.command()?;
        Ok(Self {
            command: row.id,
            document: asked.document(),
            what: name_of(&asked),
            asked,
            state: row.state.clone(),
            at: row.at,
        })
    }
}

/// The name of a command, as the device library spells it.
const fn name_of(command: &Command) -> &'static str {
    match command {
        Command::CreateCase { .. } => "create_case",
        Command::Classify { .. } => "classify",
        Command::Describe { .. } => "describe",
        Command::Dispatch { .. } => "dispatch",
        Command::Assign { .. } => "assign",
        Command::Record { .. } => "record",
        Command::AddPhoto { .. } => "add_photo",
        Command::SignOff { .. } => "sign_off",
        Command::WriteContact { .. } => "write_contact",
        Command::NameSite { .. } => "name_site",
        Command::PutPerson { .. } => "put_person",
        Command::SortOrder { .. } => "sort_order",
        Command::TakeOrder { .. } => "take_order",
        Command::WritePolicy { .. } => "write_policy",
        Command::PutArea { .. } => "put_area",
        Command::PutCheckpoint { .. } => "put_checkpoint",
        Command::PutRoute { .. } => "put_route",
        Command::StartRound { .. } => "start_round",
        Command::Check { .. } => "check",
        Command::AddRoundPhoto { .. } => "add_round_photo",
        Command::FinishRound { .. } => "finish_round",
        Command::ReportAbnormal { .. } => "report_abnormal",
    }
}
