-- Who answers for an image, a repository, a registry, a host: a label of the image, then a rule, then what the resource itself says,
-- then the default.
CREATE TABLE "owner_rule" (
    "id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "pattern" TEXT NOT NULL,
    "root_id" UUID,
    "owner" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "owner_rule_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "owner_rule_position_id_idx" ON "owner_rule"("position", "id");

-- Which owners a person belongs to: what "mine" means.
CREATE TABLE "owner_member" (
    "owner" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,

    CONSTRAINT "owner_member_pkey" PRIMARY KEY ("user_id", "owner")
);

-- Labels that name an owner, the first that an image has counts. Labels that base images hand down (authors, vendor, maintainer) are
-- not among them: they would name the base's people.
INSERT INTO setting (key, value) VALUES ('owners.labels', '["io.breakwater.owner", "owner", "team"]') ON CONFLICT DO NOTHING;

ALTER TABLE placement ADD COLUMN owner TEXT;
ALTER TABLE placement ADD COLUMN owner_source TEXT;
ALTER TABLE repository ADD COLUMN owner TEXT;
ALTER TABLE repository ADD COLUMN owner_source TEXT;
CREATE INDEX repository_by_owner ON repository (registry_id, owner) WHERE retired_at IS NULL;

-- "shop/team" of "shop/team/api"; nothing for a repository at the top.
CREATE FUNCTION namespace_of(repository text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN strpos(repository, '/') > 0 THEN regexp_replace(repository, '/[^/]*$', '') ELSE '' END;

-- The first of these labels that the configuration of an image has.
CREATE FUNCTION owner_by_label(config jsonb, keys text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (SELECT left(btrim(config -> 'labels' ->> k.name), 200) FROM unnest(keys) WITH ORDINALITY AS k (name, nth)
           WHERE btrim(coalesce(config -> 'labels' ->> k.name, '')) <> '' ORDER BY k.nth LIMIT 1);

-- The first rule that matches. Of a repository `subject` is 'repository' and `root` its registry, of a host 'host'.
CREATE FUNCTION owner_by_rule(root uuid, subject text, name text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN (SELECT r.owner FROM owner_rule r
           WHERE (r.root_id IS NULL OR r.root_id = root)
             AND CASE r.kind WHEN 'repository' THEN subject = 'repository' AND name LIKE like_of_glob(r.pattern)
                             WHEN 'namespace' THEN subject = 'repository' AND namespace_of(name) LIKE like_of_glob(r.pattern)
                             WHEN 'host' THEN subject = 'host' AND name LIKE like_of_glob(r.pattern) END
           ORDER BY r.position, r.id LIMIT 1);

CREATE FUNCTION default_owner() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN (SELECT s.value #>> '{}' FROM setting s WHERE s.key = 'owners.default');

-- There are no rules and no default yet: a label of the image, else what its registry says. A repository follows its newest image.
UPDATE placement p SET owner = coalesce(o.by_label, o.by_tag), owner_source = CASE WHEN o.by_label IS NOT NULL THEN 'label' ELSE 'tag' END
  FROM (SELECT i.registry_id, i.digest, owner_by_label(i.config, ARRAY['io.breakwater.owner', 'owner', 'team']) AS by_label, g.owner AS by_tag
          FROM image i JOIN registry g ON g.id = i.registry_id) o
 WHERE o.registry_id = p.registry_id AND o.digest = p.digest AND coalesce(o.by_label, o.by_tag) IS NOT NULL;
UPDATE repository r SET owner = g.owner, owner_source = 'tag' FROM registry g WHERE g.id = r.registry_id AND g.owner IS NOT NULL;
UPDATE repository r SET owner = n.owner, owner_source = 'label'
  FROM (SELECT DISTINCT ON (registry_id, repository_id) registry_id, repository_id, owner, owner_source FROM placement
         WHERE retired_at IS NULL ORDER BY registry_id, repository_id, last_pushed_at DESC, id) n
 WHERE n.registry_id = r.registry_id AND n.repository_id = r.id AND n.owner_source = 'label';

-- A verdict on a repository belongs to whoever answers for the repository.
CREATE OR REPLACE VIEW effective_assessment AS
SELECT a.root_id, a.id, a.rule_id, a.resource_kind, a.resource_id,
       effective_status(a.status, a.confirmed_status, a.exemption_id) AS status,
       a.status AS verdict, a.known_status, a.severity, a.severity_rank, a.reason, a.completeness, a.evidence, a.diagnostics,
       a.finding_count, a.exempt_count, a.exemption_id, a.status_since, a.assessed_at,
       s.kind AS root_kind, s.name AS root_name, CASE WHEN re.id IS NOT NULL THEN re.owner ELSE s.owner END AS owner,
       s.environment, s.is_demo,
       CASE WHEN a.resource_id = a.root_id::text THEN s.name ELSE re.name END AS resource_name
  FROM assessment a
  JOIN resource_summary s ON s.root_id = a.root_id
  LEFT JOIN repository re ON re.registry_id = a.root_id AND re.id = CASE WHEN a.resource_kind = 'repository' THEN a.resource_id::uuid END
 WHERE CASE a.resource_kind
         WHEN 'repository' THEN re.id IS NOT NULL AND re.retired_at IS NULL
         WHEN 'image' THEN EXISTS (SELECT 1 FROM placement p WHERE p.registry_id = a.root_id
                                    AND p.digest = decode(substr(a.resource_id, 8), 'hex') AND p.retired_at IS NULL)
         ELSE true END;
