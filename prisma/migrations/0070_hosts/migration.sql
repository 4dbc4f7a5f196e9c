-- CreateTable
CREATE TABLE "host" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hostname" TEXT NOT NULL,
    "machine_id_hash" TEXT,
    "clone_of" UUID,
    "clone_reason" TEXT,
    "boot_id" TEXT,
    "seen_boot_ids" TEXT[],
    "agent_version" TEXT,
    "approval" TEXT NOT NULL DEFAULT 'approved',
    "engine_kind" TEXT NOT NULL DEFAULT 'docker',
    "docker_version" TEXT,
    "api_version" TEXT,
    "operating_system" TEXT,
    "is_rootless" BOOLEAN NOT NULL DEFAULT false,
    "managed" JSONB,
    "assess_managed" BOOLEAN NOT NULL DEFAULT false,
    "policy" JSONB,
    "owner" TEXT,
    "environment" TEXT,
    "state" TEXT NOT NULL DEFAULT 'connecting',
    "state_reason" TEXT,
    "token_id" UUID,
    "enrol_token_id" UUID,
    "report_requested_at" TIMESTAMPTZ(3),
    "last_report_id" UUID,
    "last_report_at" TIMESTAMPTZ(3),
    "last_collected_at" TIMESTAMPTZ(3),
    "last_sequence" BIGINT NOT NULL DEFAULT 0,
    "clock_skew_seconds" INTEGER NOT NULL DEFAULT 0,
    "refused" JSONB,
    "dropped_reports" INTEGER NOT NULL DEFAULT 0,
    "heartbeat_seconds" INTEGER NOT NULL DEFAULT 300,
    "images_total" INTEGER,
    "images_in_use" INTEGER,
    "containers_running" INTEGER,
    "containers_paused" INTEGER,
    "containers_stopped" INTEGER,
    "assessed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),
    "is_demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "host_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host_heartbeat" (
    "host_id" UUID NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "sequence" BIGINT NOT NULL,

    CONSTRAINT "host_heartbeat_pkey" PRIMARY KEY ("host_id")
) WITH (fillfactor = 50);

-- CreateTable
CREATE TABLE "host_report" (
    "host_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "content_sha256" BYTEA NOT NULL,
    "body_sha256" BYTEA,
    "size_bytes" INTEGER NOT NULL,
    "collected_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "agent_version" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'accepted',
    "error" TEXT,
    "summary" JSONB,

    CONSTRAINT "host_report_pkey" PRIMARY KEY ("host_id","id")
);

-- CreateTable
CREATE TABLE "host_container" (
    "host_id" UUID NOT NULL,
    "container_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "image_ref" TEXT,
    "image_id" TEXT,
    "image_digest" BYTEA,
    "state" TEXT NOT NULL,
    "facts" JSONB NOT NULL,
    "failing" INTEGER NOT NULL DEFAULT 0,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "gone_at" TIMESTAMPTZ(3),

    CONSTRAINT "host_container_pkey" PRIMARY KEY ("host_id","container_id")
);

-- CreateTable
CREATE TABLE "host_image" (
    "host_id" UUID NOT NULL,
    "image_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "tags" TEXT[],
    "digests" TEXT[],
    "digest" BYTEA,
    "size_bytes" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3),
    "is_used" BOOLEAN NOT NULL DEFAULT false,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "gone_at" TIMESTAMPTZ(3),

    CONSTRAINT "host_image_pkey" PRIMARY KEY ("host_id","image_id")
);

-- CreateTable
CREATE TABLE "attestation" (
    "root_id" UUID NOT NULL,
    "rule_id" TEXT NOT NULL,
    "confirmed" BOOLEAN NOT NULL,
    "by_name" TEXT NOT NULL,
    "by_user_id" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "note" TEXT NOT NULL,

    CONSTRAINT "attestation_pkey" PRIMARY KEY ("root_id","rule_id")
);

-- CreateIndex
CREATE INDEX "host_machine_id_hash_idx" ON "host"("machine_id_hash");

-- CreateIndex
CREATE INDEX "host_report_host_id_received_at_id_idx" ON "host_report"("host_id", "received_at" DESC, "id");

-- CreateIndex
CREATE INDEX "host_report_host_id_state_sequence_idx" ON "host_report"("host_id", "state", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "host_report_host_id_sequence_content_sha256_key" ON "host_report"("host_id", "sequence", "content_sha256");

-- CreateIndex
CREATE INDEX "host_container_host_id_name_idx" ON "host_container"("host_id", "name");

-- CreateIndex
CREATE INDEX "host_container_image_digest_idx" ON "host_container"("image_digest");

-- CreateIndex
CREATE INDEX "host_image_digest_idx" ON "host_image"("digest");

CREATE INDEX host_name_trgm ON host USING gin (name gin_trgm_ops);
