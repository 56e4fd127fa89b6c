-- Rights that were taken, and the phones that have read past the loss with nothing left to send. Made from the log.
CREATE TABLE rights_taken (
    person BLOB NOT NULL,
    site   BLOB NOT NULL,
    role   TEXT NOT NULL,
    pos    INTEGER NOT NULL,
    at     INTEGER NOT NULL,   -- ms since 1970, the server's clock
    PRIMARY KEY (person, pos)
) WITHOUT ROWID, STRICT;

CREATE TABLE losses_heard (
    device BLOB NOT NULL,
    pos    INTEGER NOT NULL,   -- where the log says so
    up_to  INTEGER NOT NULL,   -- how far the phone has read
    PRIMARY KEY (device, pos)
) WITHOUT ROWID, STRICT;

-- Since when nothing is taken from a phone that kept using names of changes that were taken.
ALTER TABLE devices ADD COLUMN frozen INTEGER;

-- Whether a command was refused before is asked for each change; that it was not is said by an empty index.
DROP INDEX changes_by_command;
CREATE INDEX changes_refused_by_command ON changes (document, command) WHERE verdict <> 0;
