-- Who has what on the phone, and until when. All of it is made from the log.

ALTER TABLE feeds ADD COLUMN newest INTEGER NOT NULL DEFAULT 0;   -- position of what last happened in it
ALTER TABLE feeds ADD COLUMN members INTEGER NOT NULL DEFAULT 0;  -- documents now in it
CREATE INDEX feeds_by_newest ON feeds (newest);

ALTER TABLE feed_rows ADD COLUMN until INTEGER;                   -- ms since 1970 at which time ends it
CREATE INDEX feed_rows_until ON feed_rows (until) WHERE until IS NOT NULL AND gone = 0;

ALTER TABLE cases ADD COLUMN restricted INTEGER NOT NULL DEFAULT 0; -- about a member of staff, or confidential
ALTER TABLE devices ADD COLUMN resync INTEGER;                    -- position at which the office asked for it

-- What has come to its end: a case (work_order is empty) or one of its orders, and when the server saw it.
CREATE TABLE endings (
    document   INTEGER NOT NULL,
    work_order BLOB NOT NULL,
    seen       INTEGER NOT NULL,
    PRIMARY KEY (document, work_order)
) WITHOUT ROWID, STRICT;

-- The members of staff whom a case is about: any of the parallel values. It is not theirs to see.
CREATE TABLE kept_from (
    document INTEGER NOT NULL,
    person   BLOB NOT NULL,
    PRIMARY KEY (document, person)
) WITHOUT ROWID, STRICT;
