-- What measures are computed from, beside what is there already. All of it is made from the log.

-- Every clock of every case, as `rules::clocks` gives them. It says when limits are reached, never whether
-- one was by now: that is told when it is asked.
CREATE TABLE clocks (
    document     INTEGER NOT NULL,
    place        INTEGER NOT NULL,   -- in the order of the policy
    clock        TEXT NOT NULL,      -- the id of its rule in the policy
    work_order   BLOB,
    sheet        BLOB,
    round        INTEGER NOT NULL,   -- of handling; 0 until the case was first re-opened
    occurrence   INTEGER NOT NULL,
    started      INTEGER NOT NULL,
    aim          INTEGER,
    due          INTEGER,            -- the last millisecond in time; unknown while it is paused
    stopped      INTEGER,
    stopped_by   TEXT,               -- goal, end, closing, reopening, appointment
    paused_since INTEGER,
    PRIMARY KEY (document, place)
) WITHOUT ROWID, STRICT;
CREATE INDEX clocks_by_rule ON clocks (clock, started);

-- Which policy the clocks of an estate's open cases are by, so that a change of anything else at the estate
-- computes none of them anew.
CREATE TABLE policies (
    site   BLOB PRIMARY KEY,
    digest BLOB NOT NULL             -- SHA-256 of the estate's name and policy text
) WITHOUT ROWID, STRICT;

CREATE INDEX cases_by_report ON cases (site, reported_at);
