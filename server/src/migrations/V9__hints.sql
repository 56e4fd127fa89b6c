-- Which phones have something to hear from the office. Made from the log.

ALTER TABLE devices ADD COLUMN changed INTEGER NOT NULL DEFAULT 0; -- position of what was last decided about it
CREATE INDEX devices_by_change ON devices (changed);
CREATE INDEX devices_by_person ON devices (person);

-- A phone asks for a photo by its hash: which documents name it.
CREATE INDEX signatures_by_strokes ON signatures (strokes) WHERE strokes IS NOT NULL;
