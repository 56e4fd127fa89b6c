-- Changes of others that a restored server may have lost, until it has written them down.
CREATE TABLE recovered (
    position INTEGER PRIMARY KEY,
    document BLOB NOT NULL,
    kind     INTEGER NOT NULL,
    bytes    BLOB NOT NULL
);
