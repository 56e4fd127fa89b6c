//! Money.

use roundsman_sync_core::model::Fen;

use crate::convert::same;

uniffi::custom_type!(Fen, u64, {
    remote,
    lower: |fen| fen.0,
    try_lift: |fen| Ok(Fen(fen)),
});

same!(Fen);
