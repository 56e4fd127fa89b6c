-- Keys of programs. Only the digest of a key is kept.
CREATE TABLE api_keys (
    id        BLOB PRIMARY KEY,
    digest    BLOB NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    person    BLOB NOT NULL,     -- for whom it acts
    scopes    TEXT NOT NULL,     -- parted by spaces
    created   INTEGER NOT NULL,
    expires   INTEGER,
    last_used INTEGER,
    revoked   INTEGER
) WITHOUT ROWID, STRICT;

-- What requests with an Idempotency-Key were answered, so that the same request gets the same answer again.
CREATE TABLE answers (
    person  BLOB NOT NULL,
    key     TEXT NOT NULL,
    request BLOB NOT NULL,       -- SHA-256 of method, path and body
    at      INTEGER NOT NULL,
    status  INTEGER NOT NULL,
    body    BLOB NOT NULL,
    PRIMARY KEY (person, key)
) WITHOUT ROWID, STRICT;
CREATE INDEX answers_by_age ON answers (at);

-- Who did what in the office, and from where. Written with what was done, in one transaction.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,    -- ms since 1970, the server's clock
    person  BLOB,                -- NULL if nobody was known: the terminal
    key     BLOB,                -- the API key, if it was one
    address TEXT,                -- where it came from, as far as the server knows
    request TEXT NOT NULL,       -- X-Request-Id; empty at the terminal
    action  TEXT NOT NULL,
    subject TEXT NOT NULL        -- what it was done to: an id, a number, a login
) STRICT;
CREATE INDEX audit_by_person ON audit (person, id);
