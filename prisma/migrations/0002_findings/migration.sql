-- What Prisma's schema language cannot say: views, functions, trigram indexes, the advisory version row.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Same formula as src/domain/placement-counts.ts.
CREATE FUNCTION risk_of(critical integer, high integer, medium integer, kev integer) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN least(kev, 20) * 100000000 + least(critical, 99) * 1000000 + least(high, 999) * 1000 + least(medium, 999);

-- Every finding of every placement, derived: placement -> package sets -> package versions -> package advisories.
-- "state" is the one predicate that decides whether a finding is open, and every count, list and export reads it.
CREATE VIEW placement_finding AS
SELECT p.registry_id, p.repository_id, p.id AS placement_id, p.digest, p.platform, p.retired_at,
       sp.set_id, sp.package_version_id, pa.vulnerability_id, pa.advisory_id, pa.severity, pa.severity_rank,
       pa.fixed_version, pa.status AS match_status, pa.vendor_status, pa.hidden_reason,
       greatest(p.first_seen_at, pa.first_matched_at) AS first_seen_at,
       e.exemption_id,
       CASE WHEN pa.hidden_reason IS NOT NULL THEN 'hidden'
            WHEN e.exemption_id IS NOT NULL THEN 'exempt'
            ELSE 'open' END AS state
  FROM placement p
  JOIN image_set s ON s.registry_id = p.registry_id AND s.digest = p.digest
  JOIN set_package sp ON sp.registry_id = s.registry_id AND sp.set_id = s.set_id
  JOIN package_advisory pa ON pa.package_version_id = sp.package_version_id
  LEFT JOIN exempted_finding e ON e.root_id = p.registry_id AND e.placement_id = p.id
       AND e.vulnerability_id = pa.vulnerability_id AND e.package_version_id = pa.package_version_id;

-- The findings that count: matched, not hidden, not exempt, in a place that still exists.
CREATE VIEW open_finding AS
SELECT * FROM placement_finding WHERE state = 'open' AND retired_at IS NULL;

CREATE INDEX resource_summary_name_trgm ON resource_summary USING gin (name gin_trgm_ops);
CREATE INDEX repository_name_trgm ON repository USING gin (name gin_trgm_ops);
CREATE INDEX vulnerability_key_trgm ON vulnerability USING gin (key gin_trgm_ops);
CREATE INDEX vulnerability_aliases ON vulnerability USING gin (aliases);
CREATE INDEX vulnerability_list ON vulnerability (severity_rank DESC, id) WHERE placement_count > 0;
CREATE INDEX vulnerability_exploited ON vulnerability ((kev_added_at IS NOT NULL) DESC, severity_rank DESC, id) WHERE placement_count > 0;
CREATE INDEX placement_open ON placement (registry_id, repository_id, digest) WHERE retired_at IS NULL;
CREATE INDEX advisory_withdrawn ON advisory (withdrawn_at) WHERE withdrawn_at IS NOT NULL;

INSERT INTO advisory_state (version, advisories_version) VALUES (1, 0);
