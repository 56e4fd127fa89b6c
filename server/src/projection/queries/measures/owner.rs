//! What owners got and said: satisfaction, answers, promises, chases, complaints made again, escalations.

use super::{Figure, Scope, list};
use crate::database::DatabaseError;

const SATISFIED: &str = "
    SELECT sum(json_extract(details, '$.satisfaction') >= 4), count(*) FROM said
    WHERE kind = 'visited' AND json_extract(details, '$.satisfaction') IS NOT NULL";

const SATISFACTION_MEAN: &str = "
    SELECT sum(json_extract(details, '$.satisfaction')), count(*) FROM said
    WHERE kind = 'visited' AND json_extract(details, '$.satisfaction') IS NOT NULL";

/// A re-opened case begins a new clock; only the first answer is a first one.
const FIRST_RESPONSE_MEAN: &str = "
    SELECT sum((k.stopped - k.started) / 1000), count(*)
    FROM raised c JOIN clocks k ON k.document = c.document AND k.clock = 'first_response'
    WHERE k.stopped_by = 'goal' AND k.round = 0";

/// A re-opened case is promised anew: what was promised before it is not moved. The same day told again is
/// no change.
const PROMISE_CHANGES: &str = ",
    told AS (
        SELECT e.kind, e.happened, json_extract(e.details, '$.until') AS day,
            lag(e.kind) OVER earlier AS kind_before, lag(json_extract(e.details, '$.until')) OVER earlier AS day_before
        FROM period p JOIN cases c ON c.site = p.site
            JOIN entries e ON e.document = c.document AND e.kind IN ('promised', 'reopened')
        WINDOW earlier AS (PARTITION BY e.document ORDER BY e.happened, e.stamp, e.entry)
    )
    SELECT count(*) FROM told t, period p
    WHERE t.kind = 'promised' AND t.kind_before = 'promised' AND t.day <> t.day_before
        AND t.happened >= p.start AND t.happened < p.until";

const CHASES: &str = " SELECT count(*) FROM said WHERE kind = 'chased'";

const SECOND_COMPLAINTS: &str = "
    SELECT sum(EXISTS (
        SELECT 1 FROM entries l WHERE l.document = c.document AND l.kind = 'linked'
            AND json_extract(l.details, '$.relation') = 'second_complaint')), count(*)
    FROM raised c WHERE c.kind = 'complaint'";

const ESCALATIONS: &str = " SELECT count(*) FROM said WHERE kind = 'escalated'";

pub(super) fn figures(scope: &Scope<'_>) -> Result<Vec<Figure>, DatabaseError> {
    Ok(vec![
        scope.ratio(&list::SATISFIED, SATISFIED)?,
        scope.ratio(&list::SATISFACTION_MEAN, SATISFACTION_MEAN)?,
        scope.ratio(&list::FIRST_RESPONSE_MEAN, FIRST_RESPONSE_MEAN)?,
        scope.count(&list::PROMISE_CHANGES, PROMISE_CHANGES)?,
        scope.count(&list::CHASES, CHASES)?,
        scope.ratio(&list::SECOND_COMPLAINTS, SECOND_COMPLAINTS)?,
        scope.count(&list::ESCALATIONS, ESCALATIONS)?,
    ])
}
