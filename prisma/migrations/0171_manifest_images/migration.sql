-- Which platform images an index stands for, at any depth: one image may be in several indexes (a cached rebuild with new
-- provenance), so a single parent cannot say which tags and pushes mean it.
CREATE TABLE manifest_image (
  registry_id uuid NOT NULL,
  repository_id uuid NOT NULL,
  digest bytea NOT NULL,
  image_digest bytea NOT NULL,
  PRIMARY KEY (registry_id, repository_id, digest, image_digest)
);
CREATE INDEX manifest_image_by_image ON manifest_image (registry_id, repository_id, image_digest, digest);
CREATE INDEX manifest_children ON manifest USING gin (children jsonb_path_ops) WHERE kind = 'index';

ALTER TABLE manifest ADD COLUMN artifact_type text, ADD COLUMN subject_digest bytea;
CREATE INDEX manifest_subject ON manifest (registry_id, repository_id, subject_digest) WHERE subject_digest IS NOT NULL;

INSERT INTO manifest_image (registry_id, repository_id, digest, image_digest)
WITH RECURSIVE below (registry_id, repository_id, top, digest) AS (
  SELECT registry_id, repository_id, digest, digest FROM manifest WHERE kind = 'index'
  UNION
  SELECT b.registry_id, b.repository_id, b.top, decode(substr(child ->> 'digest', 8), 'hex')
    FROM below b
    JOIN manifest m ON m.registry_id = b.registry_id AND m.repository_id = b.repository_id AND m.digest = b.digest AND m.kind = 'index'
    CROSS JOIN LATERAL jsonb_array_elements(m.children) AS child
)
SELECT DISTINCT b.registry_id, b.repository_id, b.top, b.digest
  FROM below b JOIN placement p ON p.registry_id = b.registry_id AND p.repository_id = b.repository_id AND p.digest = b.digest
 WHERE b.digest <> b.top
UNION
SELECT registry_id, repository_id, parent_digest, digest FROM placement WHERE parent_digest IS NOT NULL;

-- Every digest under which an image of a repository may be tagged or pushed: its own, and those of the indexes above it.
CREATE FUNCTION manifests_of(registry uuid, repository uuid, image bytea) RETURNS bytea[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT array(SELECT m.digest FROM manifest_image m
                WHERE m.registry_id = registry AND m.repository_id = repository AND m.image_digest = image) || image
$$;

-- The other way: the images that a tagged or pushed digest stands for.
CREATE FUNCTION images_of(registry uuid, repository uuid, manifest bytea) RETURNS bytea[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT array(SELECT m.image_digest FROM manifest_image m
                WHERE m.registry_id = registry AND m.repository_id = repository AND m.digest = manifest) || manifest
$$;

-- Signatures, attestations and SBOMs with the configuration type of an image were taken for images that cannot be scanned.
CREATE TEMP TABLE no_image ON COMMIT DROP AS
SELECT i.registry_id, i.digest FROM image i
 WHERE i.scanned_at IS NULL AND jsonb_array_length(i.layers) > 0
   AND NOT EXISTS (
     SELECT 1 FROM jsonb_array_elements(i.layers) layer
      WHERE coalesce(layer ->> 'mediaType', '') = '' OR layer ->> 'mediaType' LIKE 'application/vnd.oci.image.layer.%'
         OR layer ->> 'mediaType' LIKE 'application/vnd.docker.image.rootfs.%' OR layer ->> 'mediaType' LIKE 'application/x-tar%');
UPDATE manifest m SET kind = 'other',
       artifact_type = (SELECT i.layers -> 0 ->> 'mediaType' FROM image i WHERE i.registry_id = m.registry_id AND i.digest = m.digest)
  FROM no_image n WHERE m.registry_id = n.registry_id AND m.digest = n.digest;
DELETE FROM manifest_image m USING no_image n WHERE m.registry_id = n.registry_id AND m.image_digest = n.digest;
INSERT INTO dirty_mark (scope, key, cause)
SELECT DISTINCT 'repository', p.registry_id || '/' || p.repository_id, 'removed'
  FROM placement p JOIN no_image n ON n.registry_id = p.registry_id AND n.digest = p.digest;
INSERT INTO dirty_mark (scope, key, cause) SELECT DISTINCT 'registry', registry_id::text, 'removed' FROM no_image;
DELETE FROM placement p USING no_image n WHERE p.registry_id = n.registry_id AND p.digest = n.digest;
DELETE FROM image_scan s USING no_image n WHERE s.registry_id = n.registry_id AND s.digest = n.digest;
DELETE FROM image i USING no_image n WHERE i.registry_id = n.registry_id AND i.digest = n.digest;

-- A signature's tag names the image that it is about.
UPDATE manifest m SET subject_digest = decode(substr(t.name, 8, 64), 'hex')
  FROM tag t WHERE t.registry_id = m.registry_id AND t.repository_id = m.repository_id AND t.digest = m.digest
   AND m.kind = 'other' AND t.name ~ '^sha256-[0-9a-f]{64}(\.(sig|att|sbom))?$';
