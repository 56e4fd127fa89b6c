-- What cannot be made again from anything else.

-- Who this server is: organisation, log id, secrets. One row a fact.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID, STRICT;

-- Everything that was ever accepted, refused or decided, in order. Positions have no gaps.
CREATE TABLE log (
    pos  INTEGER PRIMARY KEY,
    at   INTEGER NOT NULL,   -- ms since 1970, the server's clock at receipt
    body BLOB NOT NULL       -- one LogEntry as CBOR
) STRICT;

-- One-time codes by which a phone is enrolled. Only the digest of the code is kept.
CREATE TABLE invites (
    code    BLOB PRIMARY KEY,
    person  BLOB NOT NULL,
    created INTEGER NOT NULL,
    key     BLOB,            -- of the phone that used it
    device  BLOB             -- the enrolment that came of it
) WITHOUT ROWID, STRICT;

-- People who may sign in at the console.
CREATE TABLE accounts (
    login    TEXT PRIMARY KEY COLLATE NOCASE,
    person   BLOB NOT NULL,
    password TEXT NOT NULL,  -- PHC string
    one_time INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE sessions (
    token     BLOB PRIMARY KEY,   -- SHA-256 of what the cookie holds
    login     TEXT NOT NULL,
    created   INTEGER NOT NULL,
    last_used INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
