-- Rounds and what was found on them. All of it is made from the log.

CREATE TABLE rounds (
    document    INTEGER PRIMARY KEY,
    id          BLOB NOT NULL UNIQUE,
    site        BLOB,
    kind        TEXT,
    route       BLOB,
    name        TEXT NOT NULL,        -- of its route, as it was when the round began
    case_id     BLOB,                 -- the case for which it is walked
    person      BLOB,                 -- who set out
    started     INTEGER,              -- the claim corrected
    finished    INTEGER,
    due_at      INTEGER,              -- its time on the schedule
    due_from    INTEGER,
    due_to      INTEGER,
    points      INTEGER NOT NULL,
    visited     INTEGER NOT NULL,
    skipped     INTEGER NOT NULL,
    late        INTEGER NOT NULL,     -- visited outside the tolerance
    unreadable  INTEGER NOT NULL,
    abnormal    INTEGER NOT NULL,
    hurried     INTEGER NOT NULL,     -- impossible paces
    changed_at  INTEGER NOT NULL,
    changed_pos INTEGER NOT NULL
) STRICT;
CREATE INDEX rounds_by_change ON rounds (changed_pos);
CREATE INDEX rounds_by_due ON rounds (route, due_at);

CREATE TABLE round_checks (
    document   INTEGER NOT NULL,
    check_id   BLOB NOT NULL,
    stamp      INTEGER NOT NULL,
    person     BLOB NOT NULL,
    checkpoint BLOB NOT NULL,
    reading    TEXT NOT NULL,         -- nfc, qr, unreadable, skipped
    abnormal   INTEGER NOT NULL,
    case_id    BLOB,                  -- the case that was written down with it
    note       TEXT NOT NULL,
    device     BLOB NOT NULL,
    claimed_at INTEGER NOT NULL,
    happened   INTEGER NOT NULL,      -- the claim corrected
    not_before INTEGER,
    received   INTEGER NOT NULL,
    PRIMARY KEY (document, check_id, stamp, person)
) WITHOUT ROWID, STRICT;
CREATE INDEX round_checks_by_person ON round_checks (person, document);
