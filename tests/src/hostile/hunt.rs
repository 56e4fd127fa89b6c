//! Very many hostile changes on one stage, with honest work between them.

use std::collections::BTreeMap;
use std::ops::Range;

use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::DocumentId;
use roundsman_sync_core::limits::REQUEST_ENVELOPES_MAX;

use super::generator::Bases;
use super::{Stage, outcome};

/// How many changes became what.
pub type Counts = BTreeMap<String, u64>;

/// After so many seeds honest people work, and honest changes are made anew on the documents as they are.
const SPELL: u64 = 2_048;

/// Something that must not be, and at which seeds.
#[derive(Debug)]
pub struct Harm {
    /// The seeds that were delivered last.
    pub seeds: Range<u64>,
    /// What happened.
    pub what: String,
}

/// Delivers the changes of seeds in large requests, from `singly` on one by one. `tell` hears of each request
/// before it goes out, with the change if it is alone.
///
/// # Errors
/// At the first harm: the server does not answer, honest work is refused or not read, a document cannot be read
/// again, or in the end log, documents and tables disagree.
pub fn hunt(
    seeds: Range<u64>,
    singly: u64,
    tell: &mut dyn FnMut(u64, Option<&[u8]>),
) -> Result<Counts, Harm> {
    let mut stage = Stage::new();
    let mut bases = Bases::on(&mut stage);
    let mut counts = Counts::new();
    let mut from = seeds.start;
    while from < seeds.end {
        let most = if from >= singly { 1 } else { REQUEST_ENVELOPES_MAX as u64 };
        // The same spells whatever the size of requests, so that a harm found in large ones is found singly.
        let spell_end = seeds.start + ((from - seeds.start) / SPELL + 1) * SPELL;
        let mut to = (from + most).min(spell_end).min(seeds.end);
        if from < singly {
            to = to.min(singly);
        }
        let now = from..to;
        let harm = |what: String| Harm { seeds: now.clone(), what };
        let changes: Vec<_> = (from..to).map(|seed| bases.change(seed)).collect();
        tell(from, if to - from == 1 { changes.first().map(|one| &one.change[..]) } else { None });
        let envelopes = changes.into_iter().map(|change| stage.seal(vec![change])).collect();
        for verdict in stage.deliver(envelopes).map_err(harm)?.iter().flatten() {
            *counts.entry(outcome(verdict).to_owned()).or_default() += 1;
        }
        // Forks are part of the hunt; the office lets the phone go on, so that the hunt does.
        stage.thaw();
        readable(&stage).map_err(harm)?;
        from = to;
        if from == spell_end {
            stage.work().map_err(harm)?;
            bases = Bases::on(&mut stage);
        }
    }
    let harm = |what: String| Harm { seeds: seeds.clone(), what };
    stage.work().map_err(harm)?;
    stage.verify().map_err(harm)?;
    Ok(counts)
}

/// That each document under attack can be read again from where it is kept.
fn readable(stage: &Stage) -> Result<(), String> {
    let documents = [
        (stage.case, DocumentKind::Case),
        (DocumentId::contact_of(stage.case), DocumentKind::Contact),
        (DocumentId::of_site(stage.site), DocumentKind::Site),
    ];
    for (id, kind) in documents {
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(stage.document(id, kind))));
        read.map_err(|_| format!("the {kind:?} document cannot be read again"))?;
    }
    Ok(())
}
