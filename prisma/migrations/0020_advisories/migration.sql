-- What importing and matching of advisories needs beyond the first tables.

-- Which flaws a record speaks of, by canonical key, so that an id is found in milliseconds and vulnerabilities derive set-wise.
ALTER TABLE advisory ADD COLUMN flaw_keys text[] NOT NULL DEFAULT '{}';
ALTER TABLE advisory ADD COLUMN is_demo boolean NOT NULL DEFAULT false;
CREATE INDEX advisory_flaw_keys ON advisory USING gin (flaw_keys);
CREATE INDEX advisory_aliases ON advisory USING gin (aliases);
ALTER TABLE advisory_range ADD COLUMN severity_source text;

-- 0 = never matched, else the version of the advisories that the stored matches follow.
ALTER TABLE package_version ADD COLUMN matched_version bigint NOT NULL DEFAULT 0;
-- Fingerprint of a stored match: a second run that comes to the same result writes nothing.
ALTER TABLE package_advisory ADD COLUMN content_hash bigint NOT NULL DEFAULT 0;

-- Work in flight: package versions whose advisories changed, and those whose matches changed since.
CREATE TABLE package_touch (
  package_version_id bigint PRIMARY KEY,
  import_id uuid,
  touched_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE TABLE package_change (
  package_version_id bigint PRIMARY KEY,
  import_id uuid,
  changed_at timestamptz(3) NOT NULL DEFAULT now()
);

ALTER TABLE feed ADD COLUMN failing_since timestamptz(3);
ALTER TABLE feed ADD COLUMN file_sha256 bytea;
ALTER TABLE advisory_import ADD COLUMN decided_by text;
ALTER TABLE advisory_import ADD COLUMN decided_at timestamptz(3);
