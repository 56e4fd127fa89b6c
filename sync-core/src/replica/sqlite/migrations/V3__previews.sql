-- What bytes are: 0 drawn signature, 1 preview, 2 small photo, 3 photo, 4 fetched from the server.
ALTER TABLE photos ADD COLUMN kind INTEGER NOT NULL DEFAULT 3;
DROP INDEX photos_owed;
CREATE INDEX photos_owed ON photos (kind, seq) WHERE stored = 0;

-- Photos of others that have not arrived in full.
CREATE TABLE photo_parts (
    hash     BLOB NOT NULL,
    position INTEGER NOT NULL,          -- where in the photo the bytes belong
    case_id  BLOB NOT NULL,             -- the document for which it is fetched
    bytes    BLOB NOT NULL,
    PRIMARY KEY (hash, position)
);
CREATE INDEX photo_parts_by_case ON photo_parts (case_id);
