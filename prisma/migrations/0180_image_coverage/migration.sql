-- What of an image was assessed, seen or not looked for, as its scan found it; null = scanned before this was looked at.
ALTER TABLE "image" ADD COLUMN "coverage" JSONB;

-- Advisories are read more closely than before: files that were imported are to be read again, changed or not.
UPDATE "feed" SET "file_sha256" = NULL, "etag" = NULL, "last_modified" = NULL, "cursor" = NULL;
