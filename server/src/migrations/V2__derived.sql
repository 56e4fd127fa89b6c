-- Everything here is made from the log by `projection`, and can be dropped and made again.
-- The list of these tables is `DERIVED_TABLES` in server/src/projection/mod.rs.

CREATE TABLE sites (
    site BLOB PRIMARY KEY,
    name TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE people (
    person BLOB PRIMARY KEY,
    name   TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE roles (
    person     BLOB NOT NULL,
    site       BLOB NOT NULL,
    role       TEXT NOT NULL,
    department TEXT,
    pos        INTEGER NOT NULL,
    PRIMARY KEY (person, site, role)
) WITHOUT ROWID, STRICT;

CREATE TABLE devices (
    device   BLOB PRIMARY KEY,
    person   BLOB NOT NULL,
    key      BLOB NOT NULL,
    name     TEXT NOT NULL,
    pos      INTEGER NOT NULL,
    enrolled INTEGER NOT NULL,
    revoked  INTEGER
) WITHOUT ROWID, STRICT;

CREATE TABLE documents (
    number   INTEGER PRIMARY KEY,
    id       BLOB NOT NULL UNIQUE,
    kind     INTEGER NOT NULL,
    site     BLOB,
    snapshot BLOB NOT NULL,
    heads    BLOB NOT NULL,
    newest   INTEGER NOT NULL,   -- position of the last accepted change
    summary  BLOB
) STRICT;

-- Every change ever received and what became of it.
CREATE TABLE changes (
    document BLOB NOT NULL,
    hash     BLOB NOT NULL,
    source   INTEGER NOT NULL,   -- position of the log entry that holds the bytes
    envelope INTEGER NOT NULL,   -- position of the envelope it came in
    device   BLOB NOT NULL,
    person   BLOB NOT NULL,
    actor    BLOB NOT NULL,
    seq      INTEGER NOT NULL,
    command  BLOB,
    verdict  INTEGER NOT NULL,   -- 0 accepted, 1 pending, 2 quarantined, 4 fork
    accepted INTEGER,            -- position at which it was accepted
    missing  BLOB,               -- hashes it waits for, 32 bytes each
    code     TEXT,
    why      TEXT,
    PRIMARY KEY (document, hash)
) WITHOUT ROWID, STRICT;
CREATE UNIQUE INDEX changes_by_position ON changes (document, accepted) WHERE accepted IS NOT NULL;
CREATE INDEX changes_by_actor ON changes (document, actor, seq);
CREATE INDEX changes_by_command ON changes (document, command) WHERE command IS NOT NULL;
CREATE INDEX changes_refused ON changes (verdict, source) WHERE verdict <> 0;

-- Changes that wait, by each change they wait for.
CREATE TABLE waiting (
    document BLOB NOT NULL,
    missing  BLOB NOT NULL,
    source   INTEGER NOT NULL,   -- position of the waiting change
    device   BLOB NOT NULL,
    PRIMARY KEY (document, missing, source)
) WITHOUT ROWID, STRICT;
CREATE INDEX waiting_by_source ON waiting (source);

CREATE TABLE envelopes (
    pos        INTEGER PRIMARY KEY,
    device     BLOB NOT NULL,
    received   INTEGER NOT NULL,
    not_before INTEGER            -- when the token was issued that the device had at the time it claims
) STRICT;

CREATE TABLE feeds (
    number   INTEGER PRIMARY KEY,
    key      TEXT NOT NULL UNIQUE,
    checksum INTEGER NOT NULL     -- modulo 2^64, over the documents now in it
) STRICT;

CREATE TABLE feed_rows (
    feed     INTEGER NOT NULL,
    document INTEGER NOT NULL,
    entered  INTEGER NOT NULL,
    newest   INTEGER NOT NULL,
    gone     INTEGER NOT NULL,
    PRIMARY KEY (feed, document)
) WITHOUT ROWID, STRICT;
CREATE UNIQUE INDEX feed_rows_by_newest ON feed_rows (feed, newest);
CREATE INDEX feed_rows_by_document ON feed_rows (document);

CREATE TABLE cases (
    document        INTEGER PRIMARY KEY,
    id              BLOB NOT NULL UNIQUE,
    number          TEXT NOT NULL UNIQUE,
    site            BLOB,
    kind            TEXT,
    channel         TEXT,
    status          TEXT NOT NULL,
    urgency         TEXT,
    nature          TEXT,
    subject         TEXT,
    building        TEXT,
    unit            TEXT,
    room            TEXT,
    spot            TEXT,
    description     TEXT NOT NULL,
    departments     TEXT NOT NULL,   -- words with a comma between
    assignees       TEXT NOT NULL,   -- ids with a comma between
    external_number TEXT,
    reported_at     INTEGER,
    changed_at      INTEGER NOT NULL,
    changed_pos     INTEGER NOT NULL,
    parallel        INTEGER NOT NULL
) STRICT;
CREATE INDEX cases_by_change ON cases (changed_pos);

CREATE TABLE entries (
    document   INTEGER NOT NULL,
    entry      BLOB NOT NULL,
    stamp      INTEGER NOT NULL,
    person     BLOB NOT NULL,
    kind       TEXT NOT NULL,
    work_order BLOB,
    device     BLOB NOT NULL,
    note       TEXT NOT NULL,
    claimed_at INTEGER NOT NULL,
    not_before INTEGER,
    received   INTEGER NOT NULL,
    PRIMARY KEY (document, entry, stamp, person)
) WITHOUT ROWID, STRICT;

CREATE TABLE sign_offs (
    document   INTEGER NOT NULL,
    sign_off   BLOB NOT NULL,
    stamp      INTEGER NOT NULL,
    person     BLOB NOT NULL,
    subject    TEXT NOT NULL,
    outcome    TEXT NOT NULL,
    work_order BLOB,
    device     BLOB NOT NULL,
    shown      TEXT NOT NULL,
    digest     BLOB NOT NULL,
    renderer   INTEGER NOT NULL,
    claimed_at INTEGER NOT NULL,
    not_before INTEGER,
    received   INTEGER NOT NULL,
    PRIMARY KEY (document, sign_off, stamp, person)
) WITHOUT ROWID, STRICT;

CREATE TABLE photos (
    document   INTEGER NOT NULL,
    photo      BLOB NOT NULL,
    stamp      INTEGER NOT NULL,
    person     BLOB NOT NULL,
    hash       BLOB NOT NULL,
    size       INTEGER NOT NULL,
    role       TEXT NOT NULL,
    caption    TEXT NOT NULL,
    device     BLOB NOT NULL,
    claimed_at INTEGER NOT NULL,
    received   INTEGER NOT NULL,
    PRIMARY KEY (document, photo, stamp, person)
) WITHOUT ROWID, STRICT;
CREATE INDEX photos_by_hash ON photos (hash);

-- Who named which bytes, and so owes them and may upload them.
CREATE TABLE owed (
    hash   BLOB NOT NULL,
    device BLOB NOT NULL,
    size   INTEGER NOT NULL,
    PRIMARY KEY (hash, device)
) WITHOUT ROWID, STRICT;

-- Photo bytes that are here in full.
CREATE TABLE blobs (
    hash       BLOB PRIMARY KEY,
    size       INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    pos        INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE contacts (
    document   INTEGER PRIMARY KEY,
    case_id    BLOB NOT NULL,
    name       TEXT NOT NULL,
    phone      TEXT NOT NULL,
    address    TEXT NOT NULL,
    words      TEXT NOT NULL
) STRICT;
CREATE INDEX contacts_by_case ON contacts (case_id);

CREATE TABLE signatures (
    document INTEGER NOT NULL,
    sign_off BLOB NOT NULL,
    stamp    INTEGER NOT NULL,
    signer   TEXT NOT NULL,
    relation TEXT NOT NULL,
    strokes  BLOB,
    PRIMARY KEY (document, sign_off, stamp)
) WITHOUT ROWID, STRICT;

CREATE TABLE parallel_edits (
    document   INTEGER NOT NULL,
    field      TEXT NOT NULL,
    place      INTEGER NOT NULL,    -- 0 is the value shown
    value      TEXT NOT NULL,
    person     BLOB,
    claimed_at INTEGER,
    PRIMARY KEY (document, field, place)
) WITHOUT ROWID, STRICT;

-- Every CJK character stands apart, so that a phrase finds one or two of them.
CREATE VIRTUAL TABLE case_text USING fts5 (text, tokenize = 'unicode61');
