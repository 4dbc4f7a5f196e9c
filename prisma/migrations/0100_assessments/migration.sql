-- Verdicts of every kind of resource stand in one shape: one id, one rank, one view of what counts.

-- One rule held against one resource. src/domain/assessment-id.ts is the same function.
CREATE FUNCTION assessment_id(rule_id text, resource_id text) RETURNS bytea
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN sha256(convert_to(rule_id, 'UTF8') || '\x00'::bytea || convert_to(resource_id, 'UTF8'));

-- 5 critical ... 1 informational, 0 not rated: as src/domain/severity.ts.
CREATE FUNCTION severity_rank_of(severity text) RETURNS smallint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE severity WHEN 'critical' THEN 5 WHEN 'high' THEN 4 WHEN 'medium' THEN 3 WHEN 'low' THEN 2 WHEN 'informational' THEN 1 ELSE 0 END;

-- What counts: an exemption first, then what a person confirmed where only a person can tell, then the verdict.
CREATE FUNCTION effective_status(verdict text, confirmed_status text, exemption_id uuid) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN exemption_id IS NOT NULL THEN 'exempt'
              WHEN verdict = 'manual' AND confirmed_status IS NOT NULL THEN confirmed_status
              ELSE verdict END;

-- Until now images were hashed with a line feed and hosts with NUL between rule and resource.
UPDATE assessment_finding f SET assessment_id = assessment_id(a.rule_id, a.resource_id)
  FROM assessment a WHERE a.root_id = f.root_id AND a.id = f.assessment_id AND a.id <> assessment_id(a.rule_id, a.resource_id);
UPDATE assessment SET id = assessment_id(rule_id, resource_id) WHERE id <> assessment_id(rule_id, resource_id);

ALTER TABLE assessment ADD COLUMN severity_rank SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE assessment ADD COLUMN confirmed_status TEXT;
ALTER TABLE assessment ADD COLUMN known_status TEXT;
ALTER TABLE assessment_finding ADD COLUMN severity_rank SMALLINT NOT NULL DEFAULT 0;

-- A verdict of an image carries no count and no sentence with one; its findings are derived.
UPDATE assessment a SET severity_rank = severity_rank_of(severity),
    finding_count = CASE WHEN resource_kind = 'image' THEN 0 ELSE finding_count END,
    known_status = nullif(effective_status(status, NULL, exemption_id), 'unknown');
-- Where evidence is missing now, the last status that was known is in the history.
UPDATE assessment a SET known_status = h.to_status
  FROM (SELECT DISTINCT ON (root_id, rule_id, resource_id) root_id, rule_id, resource_id, to_status FROM status_history
         WHERE to_status <> 'unknown' ORDER BY root_id, rule_id, resource_id, at DESC, id DESC) h
 WHERE a.known_status IS NULL AND h.root_id = a.root_id AND h.rule_id = a.rule_id AND h.resource_id = a.resource_id;
UPDATE assessment_finding SET severity_rank = severity_rank_of(severity);

-- Where a control is exempt, it counts so since the exemption was laid over it.
UPDATE assessment a SET status_since = greatest(a.status_since, h.at)
  FROM (SELECT DISTINCT ON (root_id, rule_id, resource_id) root_id, rule_id, resource_id, to_status, at FROM status_history
         ORDER BY root_id, rule_id, resource_id, at DESC, id DESC) h
 WHERE a.exemption_id IS NOT NULL AND h.to_status = 'exempt' AND h.root_id = a.root_id AND h.rule_id = a.rule_id AND h.resource_id = a.resource_id;

DROP INDEX assessment_root_id_rule_id_idx;
CREATE INDEX assessment_root_id_resource_kind_resource_id_idx ON assessment (root_id, resource_kind, resource_id);
CREATE INDEX assessment_overlaid ON assessment (root_id) WHERE exemption_id IS NOT NULL OR exempt_count > 0;

-- What counts for every live resource of every live root. A root without a row in resource_summary was removed or disconnected.
CREATE VIEW effective_assessment AS
SELECT a.root_id, a.id, a.rule_id, a.resource_kind, a.resource_id,
       effective_status(a.status, a.confirmed_status, a.exemption_id) AS status,
       a.status AS verdict, a.known_status, a.severity, a.severity_rank, a.reason, a.completeness, a.evidence, a.diagnostics,
       a.finding_count, a.exempt_count, a.exemption_id, a.status_since, a.assessed_at,
       s.kind AS root_kind, s.name AS root_name, s.owner, s.environment, s.is_demo,
       CASE WHEN a.resource_id = a.root_id::text THEN s.name ELSE re.name END AS resource_name
  FROM assessment a
  JOIN resource_summary s ON s.root_id = a.root_id
  LEFT JOIN repository re ON re.registry_id = a.root_id AND re.id = CASE WHEN a.resource_kind = 'repository' THEN a.resource_id::uuid END
 WHERE CASE a.resource_kind
         WHEN 'repository' THEN re.id IS NOT NULL AND re.retired_at IS NULL
         WHEN 'image' THEN EXISTS (SELECT 1 FROM placement p WHERE p.registry_id = a.root_id
                                    AND p.digest = decode(substr(a.resource_id, 8), 'hex') AND p.retired_at IS NULL)
         ELSE true END;
