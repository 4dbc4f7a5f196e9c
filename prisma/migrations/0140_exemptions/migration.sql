-- One table for every decision that something does not count. Its subject is a rule, a vulnerability or (later) a detector; each
-- part of its scope narrows it, and none of them is everything.
ALTER TABLE exemption RENAME TO exemption_of_registry;
ALTER TABLE exemption_of_registry RENAME CONSTRAINT exemption_pkey TO exemption_of_registry_pkey;

CREATE TABLE "exemption" (
    "id" UUID NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "root_id" UUID,
    "repository_id" UUID,
    "resource_id" TEXT,
    "item" TEXT,
    "package_name" TEXT,
    "conditions" JSONB NOT NULL DEFAULT '[]',
    "is_narrow" BOOLEAN NOT NULL DEFAULT false,
    "reopen_on" TEXT[] NOT NULL DEFAULT '{}',
    "baseline" JSONB,
    "reason" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "created_by" TEXT NOT NULL,
    "created_by_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" TEXT,
    "ended_because" TEXT,

    CONSTRAINT "exemption_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "exemption_subject_kind_subject_idx" ON "exemption"("subject_kind", "subject");
CREATE INDEX "exemption_created_at_id_idx" ON "exemption"("created_at" DESC, "id");
-- One decision of a kind at a time.
CREATE UNIQUE INDEX exemption_in_force ON exemption
  (subject_kind, subject, root_id, repository_id, resource_id, item, package_name, conditions) NULLS NOT DISTINCT WHERE ended_at IS NULL;
-- What the clock looks for.
CREATE INDEX exemption_due ON exemption (expires_at) WHERE ended_at IS NULL AND expires_at IS NOT NULL;

INSERT INTO exemption (id, subject_kind, subject, root_id, item, reason, note, expires_at, created_by, created_by_id, created_at,
                       ended_at, ended_by, ended_because)
SELECT id, 'rule', rule_id, host_id, item, reason, note, expires_at, created_by, created_by_id, created_at, ended_at, ended_by,
       CASE WHEN ended_at IS NULL THEN NULL WHEN ended_by IS NULL THEN 'time' ELSE 'person' END
  FROM control_exemption;
-- The table of before had no rule of one at a time: of several alike, the oldest stays in force.
INSERT INTO exemption (id, subject_kind, subject, root_id, repository_id, package_name, is_narrow, reason, note, expires_at, created_by,
                       created_at, ended_at, ended_because)
SELECT id, 'vulnerability', vulnerability_key, root_id, repository_id, package_name, repository_id IS NOT NULL,
       CASE WHEN reason IN ('accepted-risk', 'mitigated', 'planned', 'false-positive', 'not-reachable') THEN reason ELSE 'accepted-risk' END,
       note, expires_at, created_by, created_at,
       CASE WHEN ended_at IS NULL AND nth > 1 THEN now() ELSE ended_at END,
       CASE WHEN ended_at IS NULL AND nth = 1 THEN NULL ELSE 'person' END
  FROM (SELECT *, row_number() OVER (PARTITION BY vulnerability_key, root_id, repository_id, package_name, ended_at IS NULL
                                     ORDER BY created_at, id) AS nth
          FROM exemption_of_registry) old;

-- Where an exemption of a vulnerability holds. Wide ones (everything, a whole registry) are rows per registry and package, which
-- sets are counted by; narrow ones stay rows per place. "was_fixable" tells a fix that appears later from one that was there.
ALTER TABLE exempted_finding ADD COLUMN was_fixable BOOLEAN NOT NULL DEFAULT false;
CREATE TABLE IF NOT EXISTS "exempted_package" (
    "root_id" UUID NOT NULL,
    "vulnerability_id" BIGINT NOT NULL,
    "package_version_id" BIGINT NOT NULL,
    "exemption_id" UUID NOT NULL,
    "was_fixable" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "exempted_package_pkey" PRIMARY KEY ("root_id", "vulnerability_id", "package_version_id")
);
CREATE INDEX IF NOT EXISTS "exempted_package_exemption_id_idx" ON "exempted_package"("exemption_id");
CREATE INDEX exempted_finding_exemption ON exempted_finding (exemption_id);

UPDATE exempted_finding x SET was_fixable = true FROM package_advisory pa
 WHERE pa.vulnerability_id = x.vulnerability_id AND pa.package_version_id = x.package_version_id AND pa.fixed_version IS NOT NULL;
-- A row of before without a decision behind it would hide a finding for ever, and nobody could end it.
DELETE FROM exempted_finding x WHERE NOT EXISTS (SELECT 1 FROM exemption e WHERE e.id = x.exemption_id AND e.ended_at IS NULL);
INSERT INTO exempted_package (root_id, vulnerability_id, package_version_id, exemption_id, was_fixable)
SELECT DISTINCT ON (x.root_id, x.vulnerability_id, x.package_version_id) x.root_id, x.vulnerability_id, x.package_version_id, e.id, x.was_fixable
  FROM exempted_finding x JOIN exemption e ON e.id = x.exemption_id AND NOT e.is_narrow
 ORDER BY x.root_id, x.vulnerability_id, x.package_version_id, e.created_at, e.id;
DELETE FROM exempted_finding x USING exemption e WHERE e.id = x.exemption_id AND NOT e.is_narrow;

CREATE OR REPLACE VIEW placement_finding AS
SELECT p.registry_id, p.repository_id, p.id AS placement_id, p.digest, p.platform, p.retired_at,
       sp.set_id, sp.package_version_id, pa.vulnerability_id, pa.advisory_id, pa.severity, pa.severity_rank,
       pa.fixed_version, pa.status AS match_status, pa.vendor_status, pa.hidden_reason,
       greatest(p.first_seen_at, pa.first_matched_at) AS first_seen_at,
       coalesce(w.exemption_id, e.exemption_id) AS exemption_id,
       CASE WHEN pa.hidden_reason IS NOT NULL THEN 'hidden'
            WHEN w.exemption_id IS NOT NULL OR e.exemption_id IS NOT NULL THEN 'exempt'
            ELSE 'open' END AS state
  FROM placement p
  JOIN image_set s ON s.registry_id = p.registry_id AND s.digest = p.digest
  JOIN set_package sp ON sp.registry_id = s.registry_id AND sp.set_id = s.set_id
  JOIN package_advisory pa ON pa.package_version_id = sp.package_version_id
  LEFT JOIN exempted_package w ON w.root_id = p.registry_id
       AND w.vulnerability_id = pa.vulnerability_id AND w.package_version_id = pa.package_version_id
  LEFT JOIN exempted_finding e ON e.root_id = p.registry_id AND e.placement_id = p.id
       AND e.vulnerability_id = pa.vulnerability_id AND e.package_version_id = pa.package_version_id;

-- A pattern in which * stands for any text, as LIKE reads it.
CREATE FUNCTION like_of_glob(pattern text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN replace(replace(replace(replace(pattern, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%');

-- True when every condition holds for these facts. A fact that is not known satisfies none.
CREATE FUNCTION conditions_hold(conditions jsonb, facts jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN NOT EXISTS (
    SELECT 1 FROM jsonb_array_elements(conditions) AS c (entry)
     WHERE NOT coalesce(CASE c.entry ->> 'operator'
       WHEN 'is' THEN facts ->> (c.entry ->> 'field') = c.entry ->> 'value'
       WHEN 'isNot' THEN facts ->> (c.entry ->> 'field') <> c.entry ->> 'value'
       WHEN 'matches' THEN facts ->> (c.entry ->> 'field') LIKE like_of_glob(c.entry ->> 'value')
       END, false));

DROP TABLE exemption_of_registry;
DROP TABLE control_exemption;
