-- Documents are numbered in the order in which they come to this device, and what belongs to one stands under its
-- number. Ids come in any order: standing under those, what one reply brings would be strewn over nearly all pages
-- of every table, and each commit would write most of the file again.

CREATE TABLE new_documents (
    position INTEGER PRIMARY KEY,
    id       BLOB NOT NULL UNIQUE,
    kind     INTEGER NOT NULL,
    number   INTEGER,
    actor    BLOB,
    accepted BLOB NOT NULL,             -- heads, 32 bytes each
    checksum INTEGER NOT NULL,          -- of id and accepted
    appended INTEGER NOT NULL,
    left_all INTEGER NOT NULL,
    feeds    INTEGER NOT NULL DEFAULT 0 -- how many rows of memberships name it
);
INSERT INTO new_documents (id, kind, number, actor, accepted, checksum, appended, left_all, feeds)
    SELECT id, kind, number, actor, accepted, checksum, appended, left_all, feeds FROM documents ORDER BY number, id;

CREATE TABLE new_snapshots (
    document INTEGER PRIMARY KEY,
    bytes    BLOB NOT NULL
);
INSERT INTO new_snapshots
    SELECT d.position, s.bytes FROM new_documents d JOIN snapshots s ON s.document = d.id ORDER BY d.position;

CREATE TABLE new_changes (
    position INTEGER PRIMARY KEY,
    document INTEGER NOT NULL,
    bytes    BLOB NOT NULL
);
INSERT INTO new_changes
    SELECT c.position, d.position, c.bytes FROM changes c JOIN new_documents d ON d.id = c.document
        ORDER BY c.position;

CREATE TABLE new_summaries (
    document INTEGER PRIMARY KEY,
    latest   INTEGER NOT NULL,
    bytes    BLOB NOT NULL
);
INSERT INTO new_summaries
    SELECT d.position, s.latest, s.bytes FROM new_documents d JOIN summaries s ON s.document = d.id
        ORDER BY d.position;

CREATE TABLE new_memberships (
    feed     INTEGER NOT NULL,
    document INTEGER NOT NULL,
    PRIMARY KEY (feed, document)
) WITHOUT ROWID;
INSERT INTO new_memberships
    SELECT m.feed, d.position FROM memberships m JOIN new_documents d ON d.id = m.document
        ORDER BY m.feed, d.position;

DROP TABLE documents;
DROP TABLE snapshots;
DROP TABLE changes;
DROP TABLE summaries;
DROP TABLE memberships;
ALTER TABLE new_documents RENAME TO documents;
ALTER TABLE new_snapshots RENAME TO snapshots;
ALTER TABLE new_changes RENAME TO changes;
ALTER TABLE new_summaries RENAME TO summaries;
ALTER TABLE new_memberships RENAME TO memberships;

CREATE INDEX documents_by_number ON documents (number) WHERE number IS NOT NULL;
CREATE INDEX documents_homeless ON documents (position) WHERE feeds = 0;
CREATE INDEX changes_by_document ON changes (document);
-- Read from its end. Growing at that end it is filled page by page.
CREATE INDEX summaries_newest ON summaries (latest, document);
CREATE INDEX memberships_by_document ON memberships (document);
