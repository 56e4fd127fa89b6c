-- Since when bytes are owed: when the server first heard of them, ms since 1970 by its own clock.
ALTER TABLE owed ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
