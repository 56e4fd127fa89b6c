//! Requests and replies of the protocol in one line each, for the trace.

use http::{Request, Response};
use roundsman_sync_core::limits::{REPLY_BYTES_MAX, REQUEST_BYTES_MAX};
use roundsman_sync_core::protocol::messages::{PageDocument, SyncReply, SyncRequest, Verdict};
use roundsman_sync_core::protocol::packing::unpack;

/// What a sync asks; empty for anything else.
pub(super) fn asked(request: &Request<Vec<u8>>) -> String {
    if request.uri().path() != "/v1/sync" {
        return String::new();
    }
    let Ok(asked) = unpack::<SyncRequest>(request.body(), REQUEST_BYTES_MAX) else { return String::new() };
    let behind: Vec<_> = asked.behind.iter().map(|one| (one.feed.0, one.base, one.pos)).collect();
    format!(" base {} behind {behind:?} envelopes {}", asked.base, asked.envelopes.len())
}

/// What a sync is answered; empty for anything else.
pub(super) fn answered(request: &Request<Vec<u8>>, reply: &Response<Vec<u8>>) -> String {
    if request.uri().path() != "/v1/sync" || !reply.status().is_success() {
        return String::new();
    }
    let Ok(told) = unpack::<SyncReply>(reply.body(), REPLY_BYTES_MAX) else { return String::new() };
    let feeds = told.rights.iter().flat_map(|rights| &rights.feeds);
    let feeds: Vec<_> = feeds.map(|grant| (grant.feed.0, grant.since)).collect();
    let mut line = format!(" base {} more {} feeds {feeds:?}", told.base, told.more);
    for verdict in told.verdicts.iter().flatten() {
        line.push_str(match verdict {
            Verdict::Accepted { .. } => " ok",
            Verdict::Pending { .. } => " pending",
            Verdict::Quarantined { code, .. } => code.as_str(),
            Verdict::Superseded { .. } => " superseded",
            Verdict::Fork => " fork",
        });
    }
    for page in &told.pages {
        let documents: Vec<String> = page
            .documents
            .iter()
            .map(|document| match document {
                PageDocument::Enter { number, .. } => format!("+{}", number.0),
                PageDocument::Changes { number, changes } => format!("{}:{}", number.0, changes.len()),
                PageDocument::Held { number } => format!("={}", number.0),
                PageDocument::Leave { number } => format!("-{}", number.0),
            })
            .collect();
        let end = if page.done { "done" } else { "more" };
        line.push_str(&format!(
            " [feed {} {}..{} {end}: {}]",
            page.feed.0,
            page.base,
            page.pos,
            documents.join(" ")
        ));
    }
    line
}
