-- What lists and decisions need of a rule without knowing its engine. The worker publishes the words when it starts; until
-- then a rule that is there already shows its title.
ALTER TABLE "rule" ADD COLUMN "failed_title" TEXT NOT NULL DEFAULT '';
ALTER TABLE "rule" ADD COLUMN "scope" TEXT NOT NULL DEFAULT 'host';
ALTER TABLE "rule" ADD COLUMN "area" TEXT NOT NULL DEFAULT '';
ALTER TABLE "rule" ADD COLUMN "confirms" TEXT;
UPDATE "rule" SET "failed_title" = "title", "scope" = CASE WHEN "engine" = 'image-scan' THEN 'image' ELSE 'host' END;
