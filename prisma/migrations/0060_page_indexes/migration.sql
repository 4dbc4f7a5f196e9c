-- Indexes that the image, vulnerability and health pages ask for.

-- Default order of the vulnerability list: exploited, severity, exploit probability.
CREATE INDEX vulnerability_priority ON vulnerability
  ((-(((kev_added_at IS NOT NULL)::int * 100 + severity_rank * 10 + coalesce(epss, 0)))), id) WHERE placement_count > 0;
CREATE INDEX vulnerability_epss ON vulnerability ((-coalesce(epss, -1)), id) WHERE placement_count > 0;
CREATE INDEX vulnerability_images ON vulnerability ((-(placement_count::double precision)), id) WHERE placement_count > 0;
CREATE INDEX vulnerability_newest ON vulnerability ((-(coalesce(extract(epoch FROM first_affected_at AT TIME ZONE 'UTC'), 0)::double precision)), id)
  WHERE placement_count > 0;

-- The places of an image across registries, and its siblings in an index.
CREATE INDEX placement_parent ON placement (registry_id, repository_id, parent_digest) WHERE parent_digest IS NOT NULL;
CREATE INDEX placement_recent ON placement (last_pushed_at DESC, id DESC) WHERE retired_at IS NULL;

-- Scans under way, of any registry.
CREATE INDEX image_scan_alive ON image_scan (state) WHERE state IN ('queued', 'scanning');

-- Search by what people remember of a name or title.
CREATE INDEX package_version_name_trgm ON package_version USING gin (name gin_trgm_ops);
CREATE INDEX vulnerability_title_trgm ON vulnerability USING gin (title gin_trgm_ops) WHERE placement_count > 0;
