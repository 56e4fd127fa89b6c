-- What the last import of each row of another system's file wrote. Truth: a later import changes only
-- what the other system itself has changed since, and that cannot be told from the cases.
CREATE TABLE imports (
    source   TEXT NOT NULL,      -- the map's name for the other system
    site     BLOB NOT NULL,
    key      TEXT NOT NULL,      -- the other system's key of the row
    revision INTEGER NOT NULL,   -- how often the row has changed since it was first imported
    wrote    BLOB NOT NULL,      -- the row's values as CBOR
    PRIMARY KEY (source, site, key)
) WITHOUT ROWID, STRICT;
