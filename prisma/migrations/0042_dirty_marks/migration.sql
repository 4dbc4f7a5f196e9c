-- Marks are appended, never updated: a transaction that marks a row must not wait for the recount that is counting it.
ALTER TABLE dirty_mark DROP CONSTRAINT dirty_mark_pkey;
ALTER TABLE dirty_mark ADD COLUMN id BIGSERIAL NOT NULL;
ALTER TABLE dirty_mark ADD CONSTRAINT dirty_mark_pkey PRIMARY KEY (id);
CREATE INDEX dirty_mark_scope_key_idx ON dirty_mark (scope, key);
