//! Sign-offs as JSON.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Named, Witnessed, time};
use crate::http::openapi::words;
use crate::projection::queries::{Drawing, Fitness, SignOffDetails};

/// Whether what was signed for still stands: as it was, with other facts since, or not as signed at all.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Fit {
    Fits,
    Outdated,
    Broken,
}

/// Whether there is a drawn signature, and where.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Signature {
    None,
    Stored,
    Owed,
    Withheld,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SignOff {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    order: Option<String>,
    #[schema(format = "uuid")]
    settlement: Option<String>,
    #[schema(value_type = words::SignOffSubject)]
    subject: String,
    #[schema(value_type = words::SignOffOutcome)]
    outcome: String,
    shown: String,
    sha256: String,
    renderer: u64,
    fit: Fit,
    signer: Option<String>,
    relation: Option<String>,
    signature: Signature,
    by: Named,
    device: Option<String>,
    #[schema(format = "date-time")]
    claimed_at: String,
    witnessed: Witnessed,
}

impl From<SignOffDetails> for SignOff {
    fn from(sign_off: SignOffDetails) -> Self {
        Self {
            id: sign_off.id.to_string(),
            order: sign_off.order.map(|order| order.to_string()),
            settlement: sign_off.settlement.map(|settlement| settlement.to_string()),
            subject: sign_off.subject,
            outcome: sign_off.outcome,
            shown: sign_off.shown,
            sha256: sign_off.digest.to_string(),
            renderer: sign_off.renderer,
            fit: match sign_off.fit {
                Fitness::Fits => Fit::Fits,
                Fitness::Outdated => Fit::Outdated,
                Fitness::Broken => Fit::Broken,
            },
            signer: sign_off.signer,
            relation: sign_off.relation,
            signature: match sign_off.drawing {
                Drawing::None => Signature::None,
                Drawing::Stored => Signature::Stored,
                Drawing::Owed(_) => Signature::Owed,
                Drawing::Withheld => Signature::Withheld,
            },
            by: sign_off.by.into(),
            device: sign_off.device,
            claimed_at: time(sign_off.claimed_at),
            witnessed: Witnessed {
                not_before: sign_off.not_before.map(time),
                received: time(sign_off.received),
            },
        }
    }
}
