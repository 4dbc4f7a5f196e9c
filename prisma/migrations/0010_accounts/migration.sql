-- Set while the password is a one-time one: it must be changed before anything else and stops working at that time.
ALTER TABLE "app_user" ADD COLUMN "password_expires_at" TIMESTAMPTZ(3);
ALTER TABLE "app_user" ADD COLUMN "last_sign_in_at" TIMESTAMPTZ(3);

-- The filters of the audit page.
CREATE INDEX "audit_entry_actor_id_at_idx" ON "audit_entry"("actor_id", "at" DESC);
CREATE INDEX "audit_entry_target_kind_target_id_at_idx" ON "audit_entry"("target_kind", "target_id", "at" DESC);

-- The audit log is append-only. Old partitions are dropped as a whole, rows are never changed.
CREATE FUNCTION "audit_entry_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only';
END
$$;
CREATE TRIGGER "audit_entry_append_only" BEFORE UPDATE OR DELETE ON "audit_entry"
  FOR EACH ROW EXECUTE FUNCTION "audit_entry_is_append_only"();
