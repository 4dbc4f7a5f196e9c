-- What a person confirms is about one rule and one resource of a root: until now the resource was always the host itself.
ALTER TABLE attestation RENAME TO confirmation;
ALTER TABLE confirmation ADD COLUMN resource_id TEXT;
UPDATE confirmation SET resource_id = root_id::text;
ALTER TABLE confirmation ALTER COLUMN resource_id SET NOT NULL;
ALTER TABLE confirmation DROP CONSTRAINT attestation_pkey;
ALTER TABLE confirmation ADD CONSTRAINT confirmation_pkey PRIMARY KEY (root_id, rule_id, resource_id);
