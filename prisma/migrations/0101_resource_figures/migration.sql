-- Findings, controls and images are different units: each has columns of its own, so that no sum can add two of them.
-- critical ... kev are findings, and 0 where a kind has none.
ALTER TABLE resource_summary
  ADD COLUMN findings_exempt INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN images_healthy INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN images_unhealthy INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN images_unknown INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN controls_healthy INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN controls_unhealthy INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN controls_unknown INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN controls_not_applicable INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN controls_exempt INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN controls_critical INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN controls_high INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN controls_medium INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN controls_low INTEGER NOT NULL DEFAULT 0;

UPDATE resource_summary SET findings_exempt = exempt, images_healthy = healthy, images_unhealthy = unhealthy, images_unknown = unknown
 WHERE kind = 'registry';
UPDATE resource_summary SET controls_healthy = healthy, controls_unhealthy = unhealthy, controls_unknown = unknown,
    controls_not_applicable = not_applicable, controls_exempt = exempt, controls_critical = critical, controls_high = high,
    controls_medium = medium, controls_low = low, critical = 0, high = 0, medium = 0, low = 0, unrated = 0, fixable = 0, kev = 0
 WHERE kind <> 'registry';

ALTER TABLE resource_summary DROP COLUMN healthy, DROP COLUMN unhealthy, DROP COLUMN unknown, DROP COLUMN not_applicable, DROP COLUMN exempt;

-- Which controls each container breaks: of a control with very many items only the worst are stored one by one.
ALTER TABLE host_container ADD COLUMN broken_rules TEXT[] NOT NULL DEFAULT '{}';
UPDATE host_container hc SET broken_rules = b.rules
  FROM (SELECT f.root_id, f.title, array_agg(DISTINCT a.rule_id ORDER BY a.rule_id) AS rules
          FROM assessment_finding f JOIN assessment a ON a.root_id = f.root_id AND a.id = f.assessment_id
          JOIN rule r ON r.id = a.rule_id
         WHERE a.resource_kind = 'host' AND a.status = 'unhealthy'
           AND EXISTS (SELECT 1 FROM jsonb_array_elements(r.refs) x WHERE x ->> 'framework' = 'CIS Docker 1.8.0'
                        AND (x ->> 'control' LIKE '5.%' OR x ->> 'control' = '4.1'))
         GROUP BY f.root_id, f.title) b
 WHERE b.root_id = hc.host_id AND b.title = hc.name AND hc.gone_at IS NULL;
