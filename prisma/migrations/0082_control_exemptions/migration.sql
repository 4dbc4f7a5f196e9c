-- A person's decision that a control, or one item of it, does not count: on one host, or (host_id null) on all of them.
CREATE TABLE "control_exemption" (
    "id" UUID NOT NULL,
    "rule_id" TEXT NOT NULL,
    "host_id" UUID,
    "item" TEXT,
    "reason" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "created_by" TEXT NOT NULL,
    "created_by_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" TEXT,

    CONSTRAINT "control_exemption_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "control_exemption_rule_id_idx" ON "control_exemption"("rule_id");
CREATE INDEX "control_exemption_created_at_id_idx" ON "control_exemption"("created_at" DESC, "id");
-- One decision of a kind at a time.
CREATE UNIQUE INDEX control_exemption_in_force ON control_exemption (rule_id, host_id, item) NULLS NOT DISTINCT WHERE ended_at IS NULL;

-- Which exemption covers an item. "assessment"."exemption_id" is set where all of a control is covered.
ALTER TABLE "assessment_finding" ADD COLUMN "exemption_id" UUID;
ALTER TABLE "assessment" ADD COLUMN "exempt_count" INTEGER NOT NULL DEFAULT 0;
CREATE INDEX assessment_exempt ON assessment (exemption_id) WHERE exemption_id IS NOT NULL;
CREATE INDEX assessment_finding_exempt ON assessment_finding (exemption_id) WHERE exemption_id IS NOT NULL;
-- What a container breaks: its findings by its name.
CREATE INDEX assessment_finding_title ON assessment_finding USING hash (title);
