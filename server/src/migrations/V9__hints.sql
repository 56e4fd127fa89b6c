-- Which phones have to look at their rights anew. Made from the log.

ALTER TABLE devices ADD COLUMN changed INTEGER NOT NULL DEFAULT 0; -- position of the last change of its rights
CREATE INDEX devices_by_change ON devices (changed);
CREATE INDEX devices_by_person ON devices (person);
