//! The one list of stable error codes, shared by the wire, the HTTP API and the device library.
//!
//! A code never changes its spelling and is never reused. Prose may change freely; programs match codes.

use std::fmt;

use minicbor::{Decode, Decoder, Encode, Encoder};

macro_rules! codes {
    ($( $variant:ident = $text:literal : $meaning:literal, )*) => {
        /// Why something was not done. See `docs/protocol.md` for what a device does on each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ErrorCode {
            $( #[doc = $meaning] $variant, )*
        }

        impl ErrorCode {
            /// Every code there is, in the order of declaration.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// The stable spelling.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }

            /// What the code means, in one sentence for people.
            pub const fn meaning(self) -> &'static str {
                match self { $( Self::$variant => $meaning, )* }
            }

            /// The code with this spelling, if there is one.
            pub fn from_text(text: &str) -> Option<Self> {
                match text { $( $text => Some(Self::$variant), )* _ => None }
            }
        }
    };
}

codes! {
    // The request as a whole.
    BadRequest = "bad_request": "The request is not of the form the protocol asks for.",
    BodyTooLarge = "body_too_large": "The body is longer than this endpoint takes.",
    ProtocolUnsupported = "protocol_unsupported": "The server does not speak this version of the protocol.",
    NotFound = "not_found": "There is nothing of that name, or it is not for the asker to see.",
    MethodNotAllowed = "method_not_allowed": "The path exists, but not for this method.",
    Busy = "busy": "The server cannot take this now; the same request may go through later.",
    Internal = "internal": "The server failed; the request changed nothing.",
    // Who asks.
    SignatureMissing = "signature_missing": "The request carries no signature.",
    SignatureInvalid = "signature_invalid": "A signature does not fit its content and key.",
    TokenStale = "token_stale": "The freshness token is not this server's own or is too old; sign again with the one in this reply.",
    RequestReplayed = "request_replayed": "A request with this counter or a higher one was already answered.",
    DeviceUnknown = "device_unknown": "No device of that id is enrolled here.",
    DeviceRevoked = "device_revoked": "This device was revoked; nothing it sends is taken any more.",
    DeviceFrozen = "device_frozen": "This phone goes on under a name of changes that it was told is taken; nothing is taken from it until the office has looked.",
    EnrolCodeUnknown = "enrol_code_unknown": "No enrolment code of that spelling is waiting.",
    EnrolCodeExpired = "enrol_code_expired": "The enrolment code is older than ten minutes.",
    EnrolCodeUsed = "enrol_code_used": "The enrolment code was already used by another phone.",
    LoginFailed = "login_failed": "The login or the password is not right.",
    LoginRequired = "login_required": "This needs a signed-in person.",
    LoginPaused = "login_paused": "Too many wrong passwords; the next is heard after a pause.",
    PasswordOneTime = "password_one_time": "The password was handed out for one use; it must be replaced first.",
    CsrfInvalid = "csrf_invalid": "The request does not show that it comes from this server's own pages.",
    ApiKeyInvalid = "api_key_invalid": "The API key is none, was taken back, or its time is over.",
    ScopeMissing = "scope_missing": "The API key does not open this.",
    IdempotencyKeyReused = "idempotency_key_reused": "The Idempotency-Key was used for another request.",
    TooManyRequests = "too_many_requests": "The asker sends faster than is served; the same request goes through after a pause.",
    UploadTokenInvalid = "upload_token_invalid": "The upload token is not this server's, has expired, or speaks of another photo.",
    // An edit.
    RoleNotPermitted = "role_not_permitted": "The person's role may not write this.",
    SiteNotPermitted = "site_not_permitted": "The person has no role at this estate.",
    PersonMismatch = "person_mismatch": "The device is enrolled for another person or organisation.",
    ChangeMalformed = "change_malformed": "The bytes are not one well-formed change.",
    ChangeTooLarge = "change_too_large": "The change is larger than one edit can be.",
    ChangeNotPermitted = "change_not_permitted": "The change does to the document what no edit may do.",
    EntryImmutable = "entry_immutable": "What was once stated is never changed or removed.",
    SchemaNewer = "schema_newer": "The change was written by a newer version than this one understands.",
    ClockAhead = "clock_ahead": "The phone's clock is too far ahead; the edit is made again with the corrected time.",
    DependencyMissing = "dependency_missing": "The change builds on one that has not arrived.",
    DependencyRefused = "dependency_refused": "The change builds on one that was refused; it is made again without it.",
    Fork = "fork": "Another change already has this actor and sequence number.",
    DocumentUnknown = "document_unknown": "No document of that id is here.",
    KindMismatch = "kind_mismatch": "The document is of another kind than the change says.",
    Recovered = "recovered": "After a restore, the phone of somebody else handed this back; nobody signed for it.",
    EpochClosed = "epoch_closed": "The document was superseded by a fresh one; the edit is made again there.",
    // A command, refused on the device before anything is written.
    TextTooLong = "text_too_long": "The text is longer than this field holds.",
    TextInvalid = "text_invalid": "The text has characters this field cannot hold.",
    FieldMissing = "field_missing": "A field that must be there is empty.",
    ValueOutOfRange = "value_out_of_range": "The value is outside the range this field takes.",
    PolicyWrong = "policy_wrong": "The policy has mistakes; each is named with its line and column.",
    DetailsInvalid = "details_invalid": "The details do not fit the kind of entry.",
    OrderUnknown = "order_unknown": "The case has no order of that id.",
    SheetUnknown = "sheet_unknown": "The case has no liaison sheet of that id.",
    ConflictUnknown = "conflict_unknown": "The case has no contradiction of that id.",
    ProcedureForbids = "procedure_forbids": "By the procedure something else comes first; the message says what.",
    CheckpointUnknown = "checkpoint_unknown": "The point is not one of this round or this estate.",
    RouteUnknown = "route_unknown": "The estate has no route of that id.",
    CodeMismatch = "code_mismatch": "The code that was read is not that of the point.",
    PhotoRequired = "photo_required": "What was stated needs a photo taken on the spot.",
    RoundFinished = "round_finished": "The round was finished; a further result belongs to a new one.",
    SettlementUnknown = "settlement_unknown": "The case has no settlement of that id.",
    CommandNotPermitted = "command_not_permitted": "The person's role may not do this.",
    Recused = "recused": "The case is about this person, who leaves it to others.",
    CloseNotReady = "close_not_ready": "Something still stands in the way of closing the case.",
    QuarantineSettled = "quarantine_settled": "The refused change has been dealt with already.",
    SalvageImpossible = "salvage_impossible": "What the refused change wrote cannot be written anew; the message says why.",
    // Photos.
    PhotoEmpty = "photo_empty": "The file is empty.",
    PhotoTooLarge = "photo_too_large": "The file is larger than a photo may be.",
    PhotoNotExpected = "photo_not_expected": "No edit of this device names a photo of that hash.",
    PhotoHashMismatch = "photo_hash_mismatch": "The bytes that arrived do not have the promised hash; the upload starts anew.",
    UploadOffsetMismatch = "upload_offset_mismatch": "The upload stands at another offset; ask for it and go on from there.",
    UploadUnknown = "upload_unknown": "No upload of that name is under way.",
    UploadQuota = "upload_quota": "This device has as many uploads under way as one may have; it ends one first.",
    UploadChecksumMismatch = "upload_checksum_mismatch": "The bytes of this piece do not have the checksum that came with them; none of them was kept.",
    PhotoNotDrawable = "photo_not_drawable": "No picture can be shown of this file; the original can be fetched as it is.",
    // The device's own file.
    NotEnrolled = "not_enrolled": "This replica has not been enrolled yet.",
    StoreFailed = "store_failed": "The device could not write or read its own file.",
    StoreNewer = "store_newer": "The file was written by a newer version of this program.",
    StoreCorrupt = "store_corrupt": "The file does not hold what it should.",
    StoreKeyWrong = "store_key_wrong": "The file is encrypted, and this is not its key; or it is damaged.",
    ReplyMalformed = "reply_malformed": "The server's reply is not of the form the protocol asks for.",
    LinkFailed = "link_failed": "The network did not carry the request or its reply.",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<C> Encode<C> for ErrorCode {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(self.as_str())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for ErrorCode {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        // A newer server may know more codes than this device; the reason text still reaches the user.
        Ok(Self::from_text(d.str()?).unwrap_or(Self::ChangeNotPermitted))
    }
}

/// A refusal: what a program matches on, and a sentence that says what and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({code})")]
pub struct Refusal {
    /// The stable code.
    pub code: ErrorCode,
    /// What was wrong, and where, for people. Never holds names or phone numbers.
    pub message: String,
}

impl Refusal {
    /// A refusal with this code and sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_from_its_spelling_and_none_is_used_twice() {
        for &code in ErrorCode::ALL {
            assert_eq!(ErrorCode::from_text(code.as_str()), Some(code));
            assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        }
    }
}
