-- Figures by set and by place (docs/data-model.md): what was counted on image, placement and vulnerability moves to tables that
-- are counted anew, set by set, and never by adding differences.

-- Which ecosystems a feed speaks of: the posture of an image asks whether somebody watches its packages at all.
CREATE TABLE "feed_ecosystem" (
    "feed_id" TEXT NOT NULL,
    "ecosystem" TEXT NOT NULL,
    CONSTRAINT "feed_ecosystem_pkey" PRIMARY KEY ("feed_id", "ecosystem")
);
INSERT INTO feed_ecosystem (feed_id, ecosystem)
SELECT DISTINCT a.feed_id, r.ecosystem FROM advisory_range r JOIN advisory a ON a.id = r.advisory_id
 WHERE r.vendor_status IS DISTINCT FROM 'changelog';

-- What the last count took for watched; a feed that turns stale or live is seen by the difference.
CREATE TABLE "counted_ecosystem" (
    "ecosystem" TEXT NOT NULL,
    "is_real" BOOLEAN NOT NULL,
    CONSTRAINT "counted_ecosystem_pkey" PRIMARY KEY ("ecosystem")
);

-- Ubuntu's long-term releases are written with and without ":LTS". Same as src/domain/feed-state.ts.
CREATE FUNCTION feed_key(ecosystem text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN regexp_replace(ecosystem, '^(Ubuntu:.*):LTS$', '\1');

-- Ecosystems with a live feed: it holds records, and somebody looked at it within 48 hours. The demo's feed speaks for the demo alone.
CREATE VIEW live_ecosystem AS
SELECT feed_key(e.ecosystem) AS ecosystem, bool_or(NOT f.is_demo) AS is_real
  FROM feed_ecosystem e JOIN feed f ON f.id = e.feed_id
 WHERE f.record_count > 0
   AND (f.is_demo OR (f.state IN ('ok', 'failing', 'waiting')
        AND coalesce(f.failing_since, f.last_checked_at) > now() - interval '48 hours'))
 GROUP BY feed_key(e.ecosystem);

ALTER TABLE "package_set" ADD COLUMN "feed_keys" TEXT[];
UPDATE package_set p SET feed_keys = k.keys
  FROM (SELECT s.registry_id, s.set_id, array_agg(DISTINCT feed_key(v.ecosystem)) AS keys
          FROM set_package s JOIN package_version v ON v.id = s.package_version_id GROUP BY s.registry_id, s.set_id) k
 WHERE k.registry_id = p.registry_id AND k.set_id = p.id;

-- One flaw in one package set: how many of its packages have it, by state. severity_rank = worst open one, -1 = none is open.
CREATE TABLE "set_flaw" (
    "registry_id" UUID NOT NULL,
    "set_id" BIGINT NOT NULL,
    "vulnerability_id" BIGINT NOT NULL,
    "severity_rank" SMALLINT NOT NULL,
    "open" INTEGER NOT NULL,
    "fixable" INTEGER NOT NULL,
    "hidden" INTEGER NOT NULL,
    "exempt" INTEGER NOT NULL,
    "first_matched_at" TIMESTAMPTZ(3),
    CONSTRAINT "set_flaw_pkey" PRIMARY KEY ("registry_id", "set_id", "vulnerability_id")
);
CREATE INDEX "set_flaw_vulnerability_id_registry_id_set_id_idx" ON "set_flaw" ("vulnerability_id", "registry_id", "set_id");

CREATE TABLE "set_figure" (
    "registry_id" UUID NOT NULL,
    "set_id" BIGINT NOT NULL,
    "critical" INTEGER NOT NULL DEFAULT 0,
    "high" INTEGER NOT NULL DEFAULT 0,
    "medium" INTEGER NOT NULL DEFAULT 0,
    "low" INTEGER NOT NULL DEFAULT 0,
    "unrated" INTEGER NOT NULL DEFAULT 0,
    "fixable" INTEGER NOT NULL DEFAULT 0,
    "kev" INTEGER NOT NULL DEFAULT 0,
    "hidden" INTEGER NOT NULL DEFAULT 0,
    "exempt" INTEGER NOT NULL DEFAULT 0,
    "findings" INTEGER NOT NULL DEFAULT 0,
    "live_images" INTEGER NOT NULL DEFAULT 0,
    "live_places" INTEGER NOT NULL DEFAULT 0,
    "first_live_at" TIMESTAMPTZ(3),
    CONSTRAINT "set_figure_pkey" PRIMARY KEY ("registry_id", "set_id")
);

-- Flaws that sets of more than one kind hold in a registry: only these can be in two sets of one image.
CREATE TABLE "shared_flaw" (
    "registry_id" UUID NOT NULL,
    "vulnerability_id" BIGINT NOT NULL,
    CONSTRAINT "shared_flaw_pkey" PRIMARY KEY ("registry_id", "vulnerability_id")
);

-- Flaws of a place that are not the sum of its sets: several of its sets hold them, or a narrow exemption touches them.
CREATE TABLE "combined_flaw" (
    "registry_id" UUID NOT NULL,
    "placement_id" UUID NOT NULL,
    "vulnerability_id" BIGINT NOT NULL,
    "severity_rank" SMALLINT NOT NULL,
    "open" INTEGER NOT NULL,
    "fixable" INTEGER NOT NULL,
    "hidden" INTEGER NOT NULL,
    "exempt" INTEGER NOT NULL,
    "first_matched_at" TIMESTAMPTZ(3),
    CONSTRAINT "combined_flaw_pkey" PRIMARY KEY ("registry_id", "placement_id", "vulnerability_id")
);
CREATE INDEX "combined_flaw_vulnerability_id_registry_id_idx" ON "combined_flaw" ("vulnerability_id", "registry_id");

-- Figures of an image in a place. is_lead = the place that stands for its image: a live one before a retired one, then the worst.
CREATE TABLE "place_figure" (
    "registry_id" UUID NOT NULL,
    "placement_id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "digest" BYTEA NOT NULL,
    "critical" INTEGER NOT NULL DEFAULT 0,
    "high" INTEGER NOT NULL DEFAULT 0,
    "medium" INTEGER NOT NULL DEFAULT 0,
    "low" INTEGER NOT NULL DEFAULT 0,
    "unrated" INTEGER NOT NULL DEFAULT 0,
    "fixable" INTEGER NOT NULL DEFAULT 0,
    "kev" INTEGER NOT NULL DEFAULT 0,
    "hidden" INTEGER NOT NULL DEFAULT 0,
    "exempt" INTEGER NOT NULL DEFAULT 0,
    "findings" INTEGER NOT NULL DEFAULT 0,
    "risk" INTEGER NOT NULL DEFAULT 0,
    "posture" TEXT NOT NULL DEFAULT 'unknown',
    "is_fed" BOOLEAN NOT NULL DEFAULT false,
    "is_live" BOOLEAN NOT NULL DEFAULT true,
    "is_lead" BOOLEAN NOT NULL DEFAULT false,
    CONSTRAINT "place_figure_pkey" PRIMARY KEY ("registry_id", "placement_id")
);
CREATE INDEX "place_figure_registry_id_digest_idx" ON "place_figure" ("registry_id", "digest");
CREATE INDEX "place_figure_registry_id_repository_id_risk_digest_idx" ON "place_figure" ("registry_id", "repository_id", "risk" DESC, "digest");
CREATE INDEX place_figure_of_images ON place_figure (registry_id, risk DESC, digest) WHERE is_lead AND is_live;
CREATE INDEX place_figure_by_posture ON place_figure (registry_id, posture, risk DESC, digest) WHERE is_lead AND is_live;

CREATE TABLE "registry_flaw" (
    "registry_id" UUID NOT NULL,
    "vulnerability_id" BIGINT NOT NULL,
    "severity_rank" SMALLINT NOT NULL,
    "images" INTEGER NOT NULL,
    "places" INTEGER NOT NULL,
    "fixable_places" INTEGER NOT NULL,
    "first_affected_at" TIMESTAMPTZ(3),
    CONSTRAINT "registry_flaw_pkey" PRIMARY KEY ("registry_id", "vulnerability_id")
);
CREATE INDEX "registry_flaw_vulnerability_id_registry_id_idx" ON "registry_flaw" ("vulnerability_id", "registry_id");

-- Flaws that are open somewhere, with what their list sorts by. The demo's places are counted apart.
CREATE TABLE "flaw_total" (
    "is_demo" BOOLEAN NOT NULL,
    "vulnerability_id" BIGINT NOT NULL,
    "severity_rank" SMALLINT NOT NULL,
    "is_exploited" BOOLEAN NOT NULL,
    "epss" DOUBLE PRECISION,
    "images" INTEGER NOT NULL,
    "places" INTEGER NOT NULL,
    "fixable_places" INTEGER NOT NULL,
    "registries" INTEGER NOT NULL,
    "first_affected_at" TIMESTAMPTZ(3),
    CONSTRAINT "flaw_total_pkey" PRIMARY KEY ("is_demo", "vulnerability_id")
);
CREATE INDEX flaw_total_priority ON flaw_total
  (is_demo, (-((is_exploited::int * 100 + severity_rank * 10 + coalesce(epss, 0)))), vulnerability_id);
CREATE INDEX flaw_total_epss ON flaw_total (is_demo, (-coalesce(epss, -1)), vulnerability_id);
CREATE INDEX flaw_total_images ON flaw_total (is_demo, (-(places::double precision)), vulnerability_id);
CREATE INDEX flaw_total_newest ON flaw_total
  (is_demo, (-(coalesce(extract(epoch FROM first_affected_at AT TIME ZONE 'UTC'), 0)::double precision)), vulnerability_id);

-- The repository's row shows its worst live image and all findings.
ALTER TABLE "repository" ADD COLUMN "findings" INTEGER NOT NULL DEFAULT 0, ADD COLUMN "worst_digest" BYTEA;
ALTER TABLE "resource_summary" ADD COLUMN "findings" INTEGER NOT NULL DEFAULT 0;

-- What reads the old columns goes first.
DROP VIEW open_finding;
DROP VIEW placement_finding;
DROP INDEX vulnerability_list, vulnerability_exploited, vulnerability_priority, vulnerability_epss, vulnerability_images,
  vulnerability_newest, vulnerability_title_trgm, placement_of_registry_by_risk, image_by_risk,
  placement_registry_id_repository_id_risk_digest_idx;
ALTER TABLE image DROP COLUMN critical, DROP COLUMN high, DROP COLUMN medium, DROP COLUMN low, DROP COLUMN unrated, DROP COLUMN fixable,
  DROP COLUMN kev, DROP COLUMN hidden, DROP COLUMN risk, DROP COLUMN counted_at;
ALTER TABLE placement DROP COLUMN critical, DROP COLUMN high, DROP COLUMN medium, DROP COLUMN low, DROP COLUMN unrated, DROP COLUMN fixable,
  DROP COLUMN kev, DROP COLUMN hidden, DROP COLUMN exempt, DROP COLUMN risk, DROP COLUMN counted_at;
ALTER TABLE vulnerability DROP COLUMN image_count, DROP COLUMN placement_count, DROP COLUMN fixable_placement_count,
  DROP COLUMN first_affected_at;
CREATE INDEX vulnerability_title_trgm ON vulnerability USING gin (title gin_trgm_ops);

-- Every finding of every placement, derived: placement -> package sets -> package versions -> package advisories.
-- "state" is the one predicate that decides whether a finding is open, and every count, list and export reads it.
CREATE VIEW placement_finding AS
SELECT p.registry_id, p.repository_id, p.id AS placement_id, p.digest, p.platform, p.retired_at,
       sp.set_id, sp.package_version_id, pa.vulnerability_id, pa.advisory_id, pa.severity, pa.severity_rank,
       pa.fixed_version, pa.status AS match_status, pa.vendor_status, pa.hidden_reason,
       greatest(p.first_seen_at, pa.first_matched_at) AS first_seen_at,
       coalesce(w.exemption_id, e.exemption_id) AS exemption_id,
       CASE WHEN pa.hidden_reason IS NOT NULL THEN 'hidden'
            WHEN w.exemption_id IS NOT NULL OR e.exemption_id IS NOT NULL THEN 'exempt'
            ELSE 'open' END AS state,
       pa.first_matched_at
  FROM placement p
  JOIN image_set s ON s.registry_id = p.registry_id AND s.digest = p.digest
  JOIN set_package sp ON sp.registry_id = s.registry_id AND sp.set_id = s.set_id
  JOIN package_advisory pa ON pa.package_version_id = sp.package_version_id
  LEFT JOIN exempted_package w ON w.root_id = p.registry_id
       AND w.vulnerability_id = pa.vulnerability_id AND w.package_version_id = pa.package_version_id
  LEFT JOIN exempted_finding e ON e.root_id = p.registry_id AND e.placement_id = p.id
       AND e.vulnerability_id = pa.vulnerability_id AND e.package_version_id = pa.package_version_id;

-- The findings that count: matched, not hidden, not exempt, in a place that still exists.
CREATE VIEW open_finding AS
SELECT * FROM placement_finding WHERE state = 'open' AND retired_at IS NULL;

-- One row per place and flaw, from what was counted: flaws of one set as the set has them, the others combined for the place.
CREATE VIEW place_flaw AS
SELECT p.registry_id, p.repository_id, p.id AS placement_id, p.digest, p.platform, p.retired_at, f.vulnerability_id,
       f.severity_rank, f.open, f.fixable, f.hidden, f.exempt, greatest(p.first_seen_at, f.first_matched_at) AS first_seen_at
  FROM placement p
  JOIN image_set s ON s.registry_id = p.registry_id AND s.digest = p.digest
  JOIN set_flaw f ON f.registry_id = s.registry_id AND f.set_id = s.set_id
 WHERE NOT EXISTS (SELECT 1 FROM combined_flaw c WHERE c.registry_id = p.registry_id AND c.placement_id = p.id
                      AND c.vulnerability_id = f.vulnerability_id)
UNION ALL
SELECT p.registry_id, p.repository_id, p.id, p.digest, p.platform, p.retired_at, c.vulnerability_id,
       c.severity_rank, c.open, c.fixable, c.hidden, c.exempt, greatest(p.first_seen_at, c.first_matched_at)
  FROM combined_flaw c JOIN placement p ON p.registry_id = c.registry_id AND p.id = c.placement_id;

-- Figures of an image: those of the place that stands for it.
CREATE VIEW image_figure AS SELECT * FROM place_figure WHERE is_lead;

-- Whether an image is well, in one place. Flaws at medium or above, unrated or exploited ones make it unhealthy, also when the scan
-- was not complete or a feed is missing. Healthy needs a complete result on a distribution we can judge, and a live feed for every
-- ecosystem of its packages; everything else is unknown.
DROP FUNCTION image_posture;
CREATE FUNCTION image_posture(scan_state text, os_state text, completeness text, is_fed boolean,
                              critical integer, high integer, medium integer, unrated integer, kev integer) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN critical + high + medium + unrated + kev > 0 THEN 'unhealthy'
              WHEN scan_state = 'done' AND os_state = 'known' AND completeness = 'complete' AND is_fed THEN 'healthy'
              ELSE 'unknown' END;

-- What an earlier release counted does not hold any more: all is counted once, and unknown until then.
UPDATE resource_summary SET critical = 0, high = 0, medium = 0, low = 0, unrated = 0, fixable = 0, kev = 0, worst = NULL, findings_exempt = 0,
  risk = 0, images_unknown = images_healthy + images_unhealthy + images_unknown, images_healthy = 0, images_unhealthy = 0
 WHERE kind = 'registry';
UPDATE repository SET critical = 0, high = 0, medium = 0, low = 0, unrated = 0, fixable = 0, kev = 0, risk = 0, not_assessed = image_count;
DELETE FROM dirty_mark;
INSERT INTO place_figure (registry_id, placement_id, repository_id, digest, is_live, is_lead)
SELECT registry_id, id, repository_id, digest, retired_at IS NULL,
       row_number() OVER (PARTITION BY registry_id, digest ORDER BY retired_at IS NULL DESC, id) = 1 FROM placement;
INSERT INTO dirty_mark (scope, key, cause) SELECT 'all-sets', '', 'advisories' WHERE EXISTS (SELECT 1 FROM placement);
