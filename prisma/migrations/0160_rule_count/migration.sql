-- How the resources of one kind, owner and environment stand under a rule: what the Recommendations list sums.
CREATE TABLE "rule_count" (
    "rule_id" TEXT NOT NULL,
    "resource_kind" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "is_demo" BOOLEAN NOT NULL,
    "healthy" INTEGER NOT NULL,
    "unhealthy" INTEGER NOT NULL,
    "unknown" INTEGER NOT NULL,
    "manual" INTEGER NOT NULL,
    "not_applicable" INTEGER NOT NULL,
    "exempt" INTEGER NOT NULL,
    "worst_rank" SMALLINT NOT NULL,
    "changed_at" TIMESTAMPTZ(3),

    CONSTRAINT "rule_count_pkey" PRIMARY KEY ("rule_id","resource_kind","owner","environment","is_demo")
);

-- The same at the end of a UTC day; of today as last counted.
CREATE TABLE "rule_count_day" (
    "day" DATE NOT NULL,
    "rule_id" TEXT NOT NULL,
    "resource_kind" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "is_demo" BOOLEAN NOT NULL,
    "healthy" INTEGER NOT NULL,
    "unhealthy" INTEGER NOT NULL,
    "unknown" INTEGER NOT NULL,
    "manual" INTEGER NOT NULL,
    "not_applicable" INTEGER NOT NULL,
    "exempt" INTEGER NOT NULL,

    CONSTRAINT "rule_count_day_pkey" PRIMARY KEY ("rule_id","day","resource_kind","owner","environment","is_demo")
);

-- What stands already is counted by the first recount.
INSERT INTO "dirty_mark" ("scope", "key", "cause") SELECT DISTINCT 'rule', "rule_id", 'scan' FROM "assessment";

-- Repositories are judged by their tagged images with the next count.
INSERT INTO "dirty_mark" ("scope", "key", "cause") SELECT 'repository', "registry_id" || '/' || "id", 'scan' FROM "repository" WHERE "retired_at" IS NULL;

-- A rule is counted over its resources, and its newest changes are read, whatever their root.
CREATE INDEX "assessment_of_rule" ON "assessment" ("rule_id", "resource_kind");
CREATE INDEX "status_history_of_rule" ON "status_history" ("rule_id", "at" DESC) WHERE "resource_id" NOT LIKE 'sha256:%';
