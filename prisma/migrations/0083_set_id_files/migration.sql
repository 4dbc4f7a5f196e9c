-- Files with the set-user-id or set-group-id bit, by our own scan; null = not looked at.
ALTER TABLE "image" ADD COLUMN "set_id_files" JSONB;
