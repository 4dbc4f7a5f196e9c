-- The summary of a registry asks for its worst flaw and its newest scan.
CREATE INDEX registry_flaw_worst ON registry_flaw (registry_id, severity_rank DESC, images DESC);
CREATE INDEX image_newest_scan ON image (registry_id, scanned_at);
CREATE INDEX vulnerability_known_exploited ON vulnerability (id) WHERE kev_added_at IS NOT NULL;
