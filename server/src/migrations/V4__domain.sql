-- What entries say beside their kind, and orders as rows of their own. All of it is made from the log.

ALTER TABLE entries ADD COLUMN happened INTEGER NOT NULL DEFAULT 0;   -- declared, or the claim corrected
ALTER TABLE entries ADD COLUMN declared_why TEXT;                     -- why it was entered later
ALTER TABLE entries ADD COLUMN details TEXT;                          -- JSON, by kind
CREATE INDEX entries_by_kind ON entries (kind, happened);

ALTER TABLE sign_offs ADD COLUMN settlement BLOB;

ALTER TABLE cases ADD COLUMN anonymous INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN about BLOB;                              -- the member of staff it is about

CREATE TABLE orders (
    document   INTEGER NOT NULL,
    work_order BLOB NOT NULL,
    department TEXT,
    assignee   BLOB,
    kind       TEXT,
    liability  TEXT NOT NULL,
    party_kind TEXT,
    party      TEXT,
    from_at    INTEGER,              -- the appointment
    to_at      INTEGER,
    rework_of  BLOB,
    status     TEXT NOT NULL,
    PRIMARY KEY (document, work_order)
) WITHOUT ROWID, STRICT;
