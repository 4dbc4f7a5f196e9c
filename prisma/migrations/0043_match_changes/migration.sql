-- Changes of matches are told to images, histories and notices exactly once.
ALTER TABLE package_advisory_history ADD COLUMN is_told boolean NOT NULL DEFAULT false;
CREATE INDEX package_advisory_history_untold ON package_advisory_history (package_version_id) WHERE NOT is_told;
