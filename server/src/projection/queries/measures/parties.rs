//! Outside parties: what lies with them, and how long they take to answer.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Denominator, Figure, Scope, list};
use crate::database::DatabaseError;

/// One outside party at one estate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartyLine {
    /// What sort of party.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Cases open at the end of the period that wait for it.
    pub open_cases: i64,
    /// Sheets it answered in the period.
    pub replies: i64,
    /// How long those took, all together, in seconds.
    pub reply_delay_s: i64,
    /// Answers that it owed in the period and gave late or not at all.
    pub late: i64,
}

/// Liaison sheets with their first answer, and what each party has in hand at the end of the period.
const SHEETS: &str = ",
    sheets AS (
        SELECT w.document, json_extract(w.details, '$.party') AS kind,
            json_extract(w.details, '$.party_name') AS name, w.happened AS written,
            CAST(round(1000 * unixepoch(json_extract(w.details, '$.reply_by'), 'subsec')) AS INTEGER) AS reply_by,
            (SELECT min(s.happened) FROM entries s WHERE s.document = w.document AND s.kind = 'sheet_sent'
                AND json_extract(s.details, '$.sheet') = json_extract(w.details, '$.sheet')) AS sent,
            (SELECT min(r.happened) FROM entries r WHERE r.document = w.document AND r.kind = 'sheet_replied'
                AND json_extract(r.details, '$.sheet') = json_extract(w.details, '$.sheet')) AS replied
        FROM period p JOIN cases c ON c.site = p.site
            JOIN entries w ON w.document = c.document AND w.kind = 'sheet_written'
    ),
    in_hand AS (
        SELECT o.document, o.party_kind AS kind, coalesce(o.party, '') AS name
        FROM period p JOIN cases c ON c.site = p.site JOIN orders o ON o.document = c.document
        WHERE o.party_kind IS NOT NULL
            AND EXISTS (SELECT 1 FROM entries e WHERE e.document = o.document AND e.work_order = o.work_order
                AND e.kind = 'dispatched' AND e.happened < p.until)
            AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.document = o.document AND e.work_order = o.work_order
                AND e.kind IN ('completed', 'closed') AND e.happened < p.until)
        UNION
        SELECT s.document, s.kind, s.name FROM sheets s, period p
        WHERE s.written < p.until AND (s.replied IS NULL OR s.replied >= p.until)
    ),
    waiting AS (
        SELECT h.* FROM in_hand h JOIN counted c ON c.document = h.document, period p
        WHERE coalesce((
            SELECT e.kind FROM entries e
            WHERE e.document = c.document AND e.kind IN ('closed', 'reopened') AND e.work_order IS NULL
                AND e.happened < p.until
            ORDER BY e.happened DESC, e.stamp DESC, e.entry DESC LIMIT 1), '') <> 'closed'
    )";

const OPEN_CASES: &str = " SELECT count(DISTINCT document) FROM waiting";

const OPEN_BY_PARTY: &str = " SELECT kind, name, count(DISTINCT document) FROM waiting GROUP BY kind, name";

/// By party: answers of the period and what they took; answers owed in the period, and those late.
const REPLIES: &str = "
    SELECT s.kind, s.name,
        sum(coalesce(s.replied >= p.start AND s.replied < p.until, 0)),
        coalesce(sum((s.replied - coalesce(s.sent, s.written)) / 1000)
            FILTER (WHERE s.replied >= p.start AND s.replied < p.until), 0),
        sum(coalesce(s.reply_by >= p.start AND s.reply_by < p.until AND s.reply_by < p.now, 0)),
        sum(coalesce(s.reply_by >= p.start AND s.reply_by < p.until AND s.reply_by < p.now
            AND (s.replied IS NULL OR s.replied > s.reply_by), 0))
    FROM sheets s, period p GROUP BY s.kind, s.name";

struct Replies {
    kind: String,
    name: String,
    given: i64,
    delay_s: i64,
    owed: i64,
    late: i64,
}

fn replies(scope: &Scope<'_>) -> Result<Vec<Replies>, DatabaseError> {
    scope.all(&format!("{SHEETS}{REPLIES}"), |row| {
        Ok(Replies {
            kind: row.get(0)?,
            name: row.get(1)?,
            given: row.get(2)?,
            delay_s: row.get(3)?,
            owed: row.get(4)?,
            late: row.get(5)?,
        })
    })
}

pub(super) fn figures(scope: &Scope<'_>) -> Result<Vec<Figure>, DatabaseError> {
    let replies = replies(scope)?;
    let sum = |of: fn(&Replies) -> i64| replies.iter().map(of).sum::<i64>();
    Ok(vec![
        scope.count(&list::PARTY_OPEN_CASES, &format!("{SHEETS}{OPEN_CASES}"))?,
        Figure {
            definition: &list::PARTY_REPLY_DELAY,
            numerator: sum(|reply| reply.delay_s),
            denominator: Denominator::Of(sum(|reply| reply.given)),
        },
        Figure {
            definition: &list::PARTY_REPLIES_LATE,
            numerator: sum(|reply| reply.late),
            denominator: Denominator::Of(sum(|reply| reply.owed)),
        },
    ])
}

/// The parties that have something in hand, or had something to answer, those with the most first.
pub(super) fn lines(scope: &Scope<'_>) -> Result<Vec<PartyLine>, DatabaseError> {
    let mut lines: BTreeMap<(String, String), PartyLine> = BTreeMap::new();
    let open: Vec<(String, String, i64)> =
        scope.all(&format!("{SHEETS}{OPEN_BY_PARTY}"), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    for (kind, name, open_cases) in open {
        lines.entry((kind, name)).or_default().open_cases = open_cases;
    }
    for reply in replies(scope)?.into_iter().filter(|reply| reply.given > 0 || reply.late > 0) {
        let line = lines.entry((reply.kind, reply.name)).or_default();
        (line.replies, line.reply_delay_s, line.late) = (reply.given, reply.delay_s, reply.late);
    }
    let named = |((kind, name), line): ((String, String), PartyLine)| PartyLine { kind, name, ..line };
    let mut lines: Vec<_> = lines.into_iter().map(named).collect();
    lines.sort_by_key(|line| Reverse(line.open_cases));
    Ok(lines)
}
