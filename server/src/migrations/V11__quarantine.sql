-- What became of what was refused. Made from the log.

ALTER TABLE changes ADD COLUMN settled TEXT;             -- of a refused one: salvaged, made_again, closed; else it is open
ALTER TABLE changes ADD COLUMN settled_pos INTEGER;      -- position of what settled it
CREATE INDEX changes_open ON changes (source) WHERE verdict IN (2, 4) AND settled IS NULL;

-- Refused changes that the office has closed with a note.
CREATE TABLE closings (
    pos    INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    person BLOB NOT NULL,
    note   TEXT NOT NULL
) STRICT;

-- Photos that refused changes name: their phones may bring them, and the office sees them with the change.
CREATE TABLE refused_photos (
    document BLOB NOT NULL,
    change   BLOB NOT NULL,
    hash     BLOB NOT NULL,
    size     INTEGER NOT NULL,
    preview  BLOB,
    PRIMARY KEY (document, change, hash)
) WITHOUT ROWID, STRICT;
CREATE INDEX refused_photos_by_hash ON refused_photos (hash);
CREATE INDEX refused_photos_by_preview ON refused_photos (preview) WHERE preview IS NOT NULL;
