-- The file of one device. Ids are 16 bytes, hashes 32, times and sizes integers.

CREATE TABLE replica_values (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- Narrow on purpose: sums and look-ups over all documents never touch their content.
CREATE TABLE documents (
    id       BLOB PRIMARY KEY,
    kind     INTEGER NOT NULL,
    number   INTEGER,
    actor    BLOB,
    accepted BLOB NOT NULL,             -- heads, 32 bytes each
    checksum INTEGER NOT NULL,          -- of id and accepted
    appended INTEGER NOT NULL,
    left_all INTEGER NOT NULL,
    feeds    INTEGER NOT NULL DEFAULT 0 -- how many rows of memberships name it
) WITHOUT ROWID;
CREATE INDEX documents_by_number ON documents (number) WHERE number IS NOT NULL;
CREATE INDEX documents_homeless ON documents (id) WHERE feeds = 0;

CREATE TABLE snapshots (
    document BLOB PRIMARY KEY,
    bytes    BLOB NOT NULL
);

CREATE TABLE changes (
    position INTEGER PRIMARY KEY,
    document BLOB NOT NULL,
    bytes    BLOB NOT NULL
);
CREATE INDEX changes_by_document ON changes (document);

CREATE TABLE summaries (
    document BLOB PRIMARY KEY,
    latest   INTEGER NOT NULL,
    bytes    BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX summaries_newest ON summaries (latest DESC, document DESC);

CREATE TABLE memberships (
    feed     INTEGER NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (feed, document)
) WITHOUT ROWID;
CREATE INDEX memberships_by_document ON memberships (document);

CREATE TABLE outbox (
    seq        INTEGER PRIMARY KEY,
    id         BLOB NOT NULL UNIQUE,
    command    BLOB NOT NULL,
    at_ms      INTEGER NOT NULL,
    envelope   BLOB NOT NULL,
    items      BLOB NOT NULL,           -- CBOR
    state      BLOB NOT NULL,           -- CBOR
    attempts   INTEGER NOT NULL,
    settled    INTEGER NOT NULL,
    sent       INTEGER NOT NULL,
    accepted_pos INTEGER
);
CREATE INDEX outbox_unsettled ON outbox (seq) WHERE settled = 0;
CREATE INDEX outbox_refused ON outbox (seq) WHERE settled = 1 AND accepted_pos IS NULL;
CREATE INDEX outbox_accepted ON outbox (accepted_pos) WHERE accepted_pos IS NOT NULL;

CREATE TABLE outbox_documents (
    document BLOB NOT NULL,
    seq      INTEGER NOT NULL,
    PRIMARY KEY (document, seq)
) WITHOUT ROWID;
CREATE INDEX outbox_documents_by_row ON outbox_documents (seq);

CREATE TABLE photos (
    hash   BLOB PRIMARY KEY,
    seq    INTEGER NOT NULL,
    size   INTEGER NOT NULL,
    case_id BLOB NOT NULL,
    command BLOB NOT NULL,
    stored INTEGER NOT NULL,
    upload BLOB NOT NULL                -- CBOR
) WITHOUT ROWID;
CREATE INDEX photos_owed ON photos (seq) WHERE stored = 0;
CREATE INDEX photos_by_case ON photos (case_id);

-- Apart, so that asking what is owed does not walk over megabytes.
CREATE TABLE photo_bytes (
    position INTEGER PRIMARY KEY,
    hash     BLOB NOT NULL UNIQUE,
    bytes    BLOB NOT NULL
);
