//! The coded words of the domain that pages translate.

/// A list of codes that mean something in one place of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vocabulary {
    /// What sort of matter a case is (投诉, 报修, …).
    Kind,
    /// The way by which a case came in.
    Channel,
    /// How soon it must be seen to.
    Urgency,
    /// Whether a complaint is a fault of the company.
    Nature,
    /// How far a case or an order has come.
    Status,
    /// How large a repair an order is.
    OrderKind,
    /// Who answers for an order.
    Liability,
    /// What sort of outside party does an order.
    Party,
    /// Yes or no.
    Answer,
    /// The departments most companies have; others are shown by their own name.
    Department,
    /// The steps of the subject tree that come with the product.
    Subject,
    /// What an entry states.
    Entry,
    /// What makes a stated time doubtful. Each code also has a sentence of explanation.
    TimeFlag,
    /// What a photo is for.
    PhotoRole,
    /// What a sign-off is about.
    SignOffSubject,
    /// How asking for a signature ended.
    SignOffOutcome,
    /// How a signer belongs to the flat.
    Relation,
    /// The name of a field whose parallel values are kept.
    Field,
    /// What a person does for the company.
    Role,
    /// How urgently a case wants looking at (红黄蓝).
    Colour,
    /// Where a clock stands.
    ClockState,
    /// What sort of contradiction people have to settle.
    Contradiction,
    /// What has become of a refused edit.
    RefusedState,
    /// Why an edit was refused. The spellings are those of the shared list of error codes.
    Refusal,
}

impl Vocabulary {
    /// Every vocabulary.
    pub const ALL: [Self; 24] = [
        Self::Kind,
        Self::Channel,
        Self::Urgency,
        Self::Nature,
        Self::Status,
        Self::OrderKind,
        Self::Liability,
        Self::Party,
        Self::Answer,
        Self::Department,
        Self::Subject,
        Self::Entry,
        Self::TimeFlag,
        Self::PhotoRole,
        Self::SignOffSubject,
        Self::SignOffOutcome,
        Self::Relation,
        Self::Field,
        Self::Role,
        Self::Colour,
        Self::ClockState,
        Self::Contradiction,
        Self::RefusedState,
        Self::Refusal,
    ];

    /// The codes that have words, in the order in which a person should read them.
    pub const fn codes(self) -> &'static [&'static str] {
        match self {
            Self::Kind => &["complaint", "repair", "request", "inquiry", "suggestion"],
            Self::Channel => &[
                "phone",
                "walk_in",
                "email",
                "wechat",
                "letter",
                "mailbox",
                "press",
                "hotline",
                "app",
                "patrol",
                "colleague",
                "open311",
                "import",
            ],
            Self::Urgency => &["urgent", "important", "general"],
            Self::Nature => &["valid", "help", "consult", "vent"],
            Self::Status => &[
                "received",
                "dispatched",
                "accepted",
                "suspended",
                "waiting",
                "arrived",
                "completed",
                "signed_off",
                "returned",
                "reported",
                "visited",
                "closed",
            ],
            Self::OrderKind => &["minor", "general", "major"],
            Self::Liability => &["undetermined", "owner", "common", "warranty", "fund"],
            Self::Party => &[
                "developer",
                "contractor",
                "maintenance",
                "manufacturer",
                "utility",
                "residents_committee",
                "owners_committee",
                "other",
            ],
            Self::Answer => &["yes", "no"],
            Self::Department => &["engineering", "security", "environment", "customer_service"],
            Self::Subject => &[
                "equipment",
                "service_attitude",
                "service_quality",
                "fees",
                "emergency",
                "environment",
                "security",
                "parking",
                "noise",
                "lift",
                "heating",
                "plumbing",
                "water",
                "power",
                "door",
                "intercom",
                "light",
                "paint",
                "smoke_detector",
                "barrier",
                "illegal_parking",
                "leak",
                "other",
                "abandoned",
                "access",
                "advice",
                "air",
                "alarm",
                "amenities",
                "animals",
                "appliance",
                "attitude",
                "bicycle",
                "blocked",
                "boiler",
                "building",
                "burst_pipe",
                "charging",
                "cleaning",
                "commercial",
                "crime",
                "culture",
                "dog",
                "drainage",
                "dust",
                "electric",
                "escape_route",
                "fire_lane",
                "fire_safety",
                "fireworks",
                "fittings",
                "flooding",
                "floor",
                "food",
                "gas",
                "gas_leak",
                "graffiti",
                "greening",
                "health",
                "help",
                "house_rules",
                "housing",
                "hydrant",
                "illegal",
                "illegal_use",
                "lead",
                "lighting",
                "lost_property",
                "maintenance",
                "mould",
                "neighbour",
                "no_permit",
                "nuisance",
                "obstruction",
                "open_manhole",
                "order",
                "outside",
                "pavement",
                "permit",
                "pests",
                "pollution",
                "pool",
                "quality",
                "renovation",
                "rent",
                "roads",
                "rules",
                "safety",
                "scaffold",
                "school",
                "service",
                "shops",
                "signs",
                "smoking",
                "snow",
                "station",
                "street",
                "street_lamp",
                "structure",
                "supply",
                "traffic",
                "trespass",
                "vehicle",
                "violation",
                "waste",
                "water_supply",
                "window",
                "works",
            ],
            Self::Entry => &[
                "received",
                "dispatched",
                "assigned",
                "accepted",
                "given_back",
                "chased",
                "appointed",
                "arrived",
                "nobody_home",
                "inspected",
                "diagnosed",
                "temporary_measure",
                "waiting",
                "suspended",
                "resumed",
                "part_used",
                "plan_written",
                "plan_approved",
                "progressed",
                "completed",
                "written_up",
                "verified",
                "returned",
                "rate_told",
                "quoted",
                "charged",
                "receipted",
                "investigated",
                "denial_confirmed",
                "plan_told",
                "progress_told",
                "promised",
                "attempted",
                "deadline_set",
                "escalated",
                "superior_told",
                "handed_over",
                "linked",
                "found",
                "walk_ordered",
                "walked",
                "notice_given",
                "change_planned",
                "paper_received",
                "hazard_coordinated",
                "sheet_written",
                "sheet_signed",
                "sheet_sent",
                "sheet_replied",
                "settlement_drafted",
                "settlement_consented",
                "settlement_paid",
                "playbook_chosen",
                "step_done",
                "settled",
                "reported",
                "report_written",
                "visited",
                "closed",
                "reviewed",
                "reopened",
                "remark",
                "unknown",
            ],
            Self::TimeFlag => {
                &["declared_later", "clock_jump", "clock_ahead", "clock_behind", "reboot", "backdated"]
            }
            Self::PhotoRole => &["before", "after", "evidence"],
            Self::SignOffSubject => &["completion", "charge", "settlement"],
            Self::SignOffOutcome => &["signed", "refused", "absent", "later", "not_needed"],
            Self::Relation => &["owner", "family", "tenant", "agent", "staff", "other"],
            Self::Field => &[
                "site",
                "kind",
                "channel",
                "place",
                "subject",
                "urgency",
                "nature",
                "department",
                "assignee",
                "order_kind",
                "liability",
                "party",
                "appointment",
                "rework_of",
                "about",
                "anonymous",
                "reported_at",
                "external_number",
                "name",
                "phone",
                "address",
                "words",
                "confidential",
                "description",
                "photo",
                "sign_off",
                "signer",
                "check",
                "started",
                "finished",
                "policy",
                "area",
                "route",
                "checkpoint",
                "person",
            ],
            Self::Role => {
                &["guard", "technician", "reception", "supervisor", "site_director", "manager", "admin"]
            }
            Self::Colour => &["blue", "yellow", "red"],
            Self::ClockState => &["running", "paused", "met", "broken"],
            Self::Contradiction => &[
                "two_completions",
                "completed_while_reassigned",
                "closed_while_broken",
                "closed_with_open_order",
                "charge_without_signature",
                "charge_above_signature",
                "receipt_differs",
                "arrival_after_completion",
                "sign_off_outdated",
                "paid_without_signature",
                "paid_other_sum",
                "denial_unconfirmed",
                "handled_by_person_concerned",
            ],
            Self::RefusedState => &["open", "closed", "salvaged", "made_again"],
            Self::Refusal => &[
                "role_not_permitted",
                "site_not_permitted",
                "person_mismatch",
                "change_malformed",
                "change_too_large",
                "change_not_permitted",
                "entry_immutable",
                "schema_newer",
                "clock_ahead",
                "dependency_missing",
                "dependency_refused",
                "fork",
                "document_unknown",
                "kind_mismatch",
                "epoch_closed",
                "recovered",
                "device_revoked",
                "signature_invalid",
            ],
        }
    }

    /// Whether the code has words.
    pub fn knows(self, code: &str) -> bool {
        self.codes().contains(&code)
    }

    /// The key of the code's words in the translations.
    pub fn key(self, code: &str) -> String {
        format!("{}-{code}", self.prefix())
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Channel => "channel",
            Self::Urgency => "urgency",
            Self::Nature => "nature",
            Self::Status => "status",
            Self::OrderKind => "order-kind",
            Self::Liability => "liability",
            Self::Party => "party",
            Self::Answer => "answer",
            Self::Department => "department",
            Self::Subject => "subject",
            Self::Entry => "entry",
            Self::TimeFlag => "time-flag",
            Self::PhotoRole => "photo-role",
            Self::SignOffSubject => "sign-off-subject",
            Self::SignOffOutcome => "sign-off-outcome",
            Self::Relation => "relation",
            Self::Field => "field",
            Self::Role => "role",
            Self::Colour => "colour",
            Self::ClockState => "clock-state",
            Self::Contradiction => "contradiction",
            Self::RefusedState => "refused-state",
            Self::Refusal => "refusal",
        }
    }
}

#[cfg(test)]
mod tests {
    use roundsman_sync_core::error::ErrorCode;
    use roundsman_sync_core::model;
    use roundsman_sync_core::rules::CaseStatus;

    use super::*;

    #[test]
    fn every_refusal_with_words_is_a_code_that_exists() {
        for code in Vocabulary::Refusal.codes() {
            assert!(ErrorCode::from_text(code).is_some(), "{code}");
        }
    }

    #[test]
    fn every_status_of_a_case_has_words() {
        for status in CaseStatus::ALL {
            assert!(Vocabulary::Status.knows(status.as_str()), "{status:?}");
        }
    }

    #[test]
    fn every_word_of_a_document_is_known_and_no_other() {
        macro_rules! same {
            ($($word:ident $vocabulary:ident),*) => {$(
                let words: Vec<_> = model::$word::ALL.iter().map(|word| word.as_str()).collect();
                assert_eq!(Vocabulary::$vocabulary.codes(), words, stringify!($word));
            )*};
        }
        same!(
            CaseKind Kind, Channel Channel, Urgency Urgency, Nature Nature, Department Department,
            OrderKind OrderKind, Liability Liability, PartyKind Party, Role Role, EntryKind Entry, PhotoRole PhotoRole, SignOffSubject SignOffSubject,
            SignOffOutcome SignOffOutcome
        );
    }
}
