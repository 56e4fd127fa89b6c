-- The small copy that a phone sends ahead of a photo: named in the same mention, bytes of its own in `blobs`.
ALTER TABLE photos ADD COLUMN preview BLOB;
CREATE INDEX photos_by_preview ON photos (preview) WHERE preview IS NOT NULL;

-- A preview is owed like a photo, and no photo is: a phone's debt is told in photos.
ALTER TABLE owed ADD COLUMN preview INTEGER NOT NULL DEFAULT 0;
