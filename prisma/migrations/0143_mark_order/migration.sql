-- Marks are taken in their order within a scope.
DROP INDEX dirty_mark_scope_key_idx;
CREATE INDEX "dirty_mark_scope_id_idx" ON "dirty_mark"("scope", "id");
-- What is exempt in whole registries is a handful of many rows.
CREATE INDEX set_flaw_exempt ON set_flaw (registry_id, vulnerability_id) WHERE exempt > 0;
CREATE INDEX combined_flaw_exempt ON combined_flaw (registry_id, vulnerability_id) WHERE exempt > 0;
