-- CreateTable
CREATE TABLE "app_user" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "role" TEXT NOT NULL DEFAULT 'viewer',
    "banned" BOOLEAN NOT NULL DEFAULT false,
    "ban_reason" TEXT,
    "ban_expires" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "app_user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "impersonated_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "access_token" TEXT,
    "refresh_token" TEXT,
    "id_token" TEXT,
    "access_token_expires_at" TIMESTAMPTZ(3),
    "refresh_token_expires_at" TIMESTAMPTZ(3),
    "scope" TEXT,
    "password" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verification" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "verification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_limit" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "last_request" BIGINT NOT NULL,

    CONSTRAINT "rate_limit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "role" TEXT,
    "scope_kind" TEXT,
    "scope_id" TEXT,
    "uses_left" INTEGER,
    "allowed_addresses" TEXT[],
    "is_demo" BOOLEAN NOT NULL DEFAULT false,
    "created_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "secret" (
    "id" UUID NOT NULL,
    "cipher" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "secret_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" TEXT,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "rule" (
    "id" TEXT NOT NULL,
    "engine" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "rationale" TEXT NOT NULL,
    "remediation" TEXT NOT NULL,
    "logic" TEXT NOT NULL,
    "refs" JSONB NOT NULL,
    "examples" JSONB NOT NULL,
    "retired" JSONB,
    "published_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "rule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feed" (
    "id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "url" TEXT,
    "etag" TEXT,
    "last_modified" TEXT,
    "cursor" TEXT,
    "licence" TEXT,
    "record_count" INTEGER NOT NULL DEFAULT 0,
    "data_date" TIMESTAMPTZ(3),
    "last_checked_at" TIMESTAMPTZ(3),
    "last_changed_at" TIMESTAMPTZ(3),
    "state" TEXT NOT NULL DEFAULT 'never',
    "last_error" TEXT,
    "is_demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "feed_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "advisory_import" (
    "id" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "source_kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "feeds" JSONB NOT NULL,
    "summary" JSONB,
    "error" TEXT,
    "staged_sha256" BYTEA,
    "requested_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "is_demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "advisory_import_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "advisory" (
    "id" BIGINT NOT NULL,
    "feed_id" TEXT NOT NULL,
    "record_id" TEXT NOT NULL,
    "aliases" TEXT[],
    "related" TEXT[],
    "title" TEXT NOT NULL,
    "details" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "severity_source" TEXT,
    "cvss_score" DOUBLE PRECISION,
    "cvss_vector" TEXT,
    "published_at" TIMESTAMPTZ(3),
    "modified_at" TIMESTAMPTZ(3),
    "withdrawn_at" TIMESTAMPTZ(3),
    "links" JSONB NOT NULL,
    "content_hash" BYTEA NOT NULL,
    "import_id" UUID NOT NULL,

    CONSTRAINT "advisory_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "advisory_range" (
    "advisory_id" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "ecosystem" TEXT NOT NULL,
    "package_name" TEXT NOT NULL,
    "ranges" JSONB NOT NULL,
    "versions" TEXT[],
    "vendor_status" TEXT,
    "urgency" TEXT,
    "severity" TEXT,
    "extra" JSONB,

    CONSTRAINT "advisory_range_pkey" PRIMARY KEY ("advisory_id","ordinal")
);

-- CreateTable
CREATE TABLE "vulnerability" (
    "id" BIGINT NOT NULL,
    "key" TEXT NOT NULL,
    "aliases" TEXT[],
    "title" TEXT NOT NULL,
    "details" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "severity_rank" SMALLINT NOT NULL,
    "severity_source" TEXT,
    "cvss_score" DOUBLE PRECISION,
    "cvss_vector" TEXT,
    "epss" DOUBLE PRECISION,
    "epss_percentile" DOUBLE PRECISION,
    "kev_added_at" TIMESTAMPTZ(3),
    "kev_due_at" TIMESTAMPTZ(3),
    "published_at" TIMESTAMPTZ(3),
    "modified_at" TIMESTAMPTZ(3),
    "withdrawn_at" TIMESTAMPTZ(3),
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "image_count" INTEGER NOT NULL DEFAULT 0,
    "placement_count" INTEGER NOT NULL DEFAULT 0,
    "fixable_placement_count" INTEGER NOT NULL DEFAULT 0,
    "first_affected_at" TIMESTAMPTZ(3),
    "is_demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "vulnerability_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "exploit_signal" (
    "vulnerability_key" TEXT NOT NULL,
    "epss" DOUBLE PRECISION,
    "epss_percentile" DOUBLE PRECISION,
    "epss_date" TIMESTAMPTZ(3),
    "kev_added_at" TIMESTAMPTZ(3),
    "kev_due_at" TIMESTAMPTZ(3),
    "kev_action" TEXT,
    "is_demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "exploit_signal_pkey" PRIMARY KEY ("vulnerability_key")
);

-- CreateTable
CREATE TABLE "distribution_lifecycle" (
    "distribution" TEXT NOT NULL,
    "cycle" TEXT NOT NULL,
    "end_of_life_at" TIMESTAMPTZ(3),
    "extended_support_ends_at" TIMESTAMPTZ(3),
    "latest_version" TEXT,

    CONSTRAINT "distribution_lifecycle_pkey" PRIMARY KEY ("distribution","cycle")
);

-- CreateTable
CREATE TABLE "package_version" (
    "id" BIGINT NOT NULL,
    "ecosystem" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "source_name" TEXT NOT NULL,
    "source_version" TEXT NOT NULL,
    "arch" TEXT,
    "module" TEXT,
    "purl" TEXT NOT NULL,
    "matched_at" TIMESTAMPTZ(3),
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "is_demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "package_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "package_advisory" (
    "package_version_id" BIGINT NOT NULL,
    "vulnerability_id" BIGINT NOT NULL,
    "advisory_id" BIGINT NOT NULL,
    "record_ids" TEXT[],
    "severity" TEXT NOT NULL,
    "severity_rank" SMALLINT NOT NULL,
    "severity_source" TEXT,
    "fixed_version" TEXT,
    "status" TEXT NOT NULL,
    "vendor_status" TEXT,
    "hidden_reason" TEXT,
    "why" JSONB NOT NULL,
    "first_matched_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "package_advisory_pkey" PRIMARY KEY ("package_version_id","vulnerability_id")
);

-- CreateTable
CREATE TABLE "package_advisory_history" (
    "id" UUID NOT NULL,
    "package_version_id" BIGINT NOT NULL,
    "vulnerability_id" BIGINT NOT NULL,
    "change" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "import_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "package_advisory_history_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "advisory_state" (
    "version" INTEGER NOT NULL,
    "advisories_version" BIGINT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_import_id" UUID,

    CONSTRAINT "advisory_state_pkey" PRIMARY KEY ("version")
);

-- CreateTable
CREATE TABLE "registry" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "auth_kind" TEXT NOT NULL,
    "username" TEXT,
    "secret_id" UUID,
    "token_realm_host" TEXT,
    "ca_pem" TEXT,
    "state" TEXT NOT NULL DEFAULT 'connecting',
    "state_reason" TEXT,
    "state_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "rights" JSONB,
    "settings" JSONB NOT NULL,
    "owner" TEXT,
    "environment" TEXT,
    "webhook_token_id" UUID,
    "sync" JSONB,
    "last_event_at" TIMESTAMPTZ(3),
    "last_reconciled_at" TIMESTAMPTZ(3),
    "next_reconcile_at" TIMESTAMPTZ(3),
    "created_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "is_demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "registry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "repository" (
    "registry_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_pushed_at" TIMESTAMPTZ(3),
    "retired_at" TIMESTAMPTZ(3),
    "retired_reason" TEXT,
    "tag_count" INTEGER NOT NULL DEFAULT 0,
    "image_count" INTEGER NOT NULL DEFAULT 0,
    "critical" INTEGER NOT NULL DEFAULT 0,
    "high" INTEGER NOT NULL DEFAULT 0,
    "medium" INTEGER NOT NULL DEFAULT 0,
    "low" INTEGER NOT NULL DEFAULT 0,
    "unrated" INTEGER NOT NULL DEFAULT 0,
    "fixable" INTEGER NOT NULL DEFAULT 0,
    "kev" INTEGER NOT NULL DEFAULT 0,
    "not_assessed" INTEGER NOT NULL DEFAULT 0,
    "risk" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "repository_pkey" PRIMARY KEY ("registry_id","id")
);

-- CreateTable
CREATE TABLE "tag" (
    "registry_id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "moved_at" TIMESTAMPTZ(3) NOT NULL,
    "retired_at" TIMESTAMPTZ(3),
    "retired_reason" TEXT,

    CONSTRAINT "tag_pkey" PRIMARY KEY ("registry_id","repository_id","name")
);

-- CreateTable
CREATE TABLE "push" (
    "registry_id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "tag" TEXT,
    "digest" BYTEA NOT NULL,
    "previous_digest" BYTEA,
    "media_type" TEXT,
    "actor" TEXT,
    "source" TEXT NOT NULL,
    "pushed_at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "push_pkey" PRIMARY KEY ("registry_id","repository_id","id")
);

-- CreateTable
CREATE TABLE "manifest" (
    "registry_id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "digest" BYTEA NOT NULL,
    "media_type" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "children" JSONB,
    "annotations" JSONB,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),
    "retired_reason" TEXT,

    CONSTRAINT "manifest_pkey" PRIMARY KEY ("registry_id","repository_id","digest")
);

-- CreateTable
CREATE TABLE "image" (
    "registry_id" UUID NOT NULL,
    "digest" BYTEA NOT NULL,
    "platform" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "config_digest" BYTEA,
    "size_bytes" BIGINT NOT NULL DEFAULT 0,
    "layers" JSONB NOT NULL,
    "history" JSONB,
    "config" JSONB,
    "created_at" TIMESTAMPTZ(3),
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "scan_state" TEXT NOT NULL DEFAULT 'queued',
    "scan_reason" TEXT,
    "scanned_at" TIMESTAMPTZ(3),
    "last_scan_id" UUID,
    "analyser_version" INTEGER,
    "os" JSONB,
    "os_state" TEXT NOT NULL DEFAULT 'unknown',
    "end_of_life_at" TIMESTAMPTZ(3),
    "completeness" TEXT,
    "diagnostics" JSONB,
    "package_count" INTEGER NOT NULL DEFAULT 0,
    "inventory_sha256" BYTEA,
    "set_ids" BIGINT[],
    "critical" INTEGER NOT NULL DEFAULT 0,
    "high" INTEGER NOT NULL DEFAULT 0,
    "medium" INTEGER NOT NULL DEFAULT 0,
    "low" INTEGER NOT NULL DEFAULT 0,
    "unrated" INTEGER NOT NULL DEFAULT 0,
    "fixable" INTEGER NOT NULL DEFAULT 0,
    "kev" INTEGER NOT NULL DEFAULT 0,
    "hidden" INTEGER NOT NULL DEFAULT 0,
    "risk" INTEGER NOT NULL DEFAULT 0,
    "counted_at" TIMESTAMPTZ(3),

    CONSTRAINT "image_pkey" PRIMARY KEY ("registry_id","digest")
);

-- CreateTable
CREATE TABLE "placement" (
    "registry_id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "digest" BYTEA NOT NULL,
    "platform" TEXT NOT NULL,
    "id" UUID NOT NULL,
    "parent_digest" BYTEA,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_pushed_at" TIMESTAMPTZ(3) NOT NULL,
    "retired_at" TIMESTAMPTZ(3),
    "retired_reason" TEXT,
    "critical" INTEGER NOT NULL DEFAULT 0,
    "high" INTEGER NOT NULL DEFAULT 0,
    "medium" INTEGER NOT NULL DEFAULT 0,
    "low" INTEGER NOT NULL DEFAULT 0,
    "unrated" INTEGER NOT NULL DEFAULT 0,
    "fixable" INTEGER NOT NULL DEFAULT 0,
    "kev" INTEGER NOT NULL DEFAULT 0,
    "hidden" INTEGER NOT NULL DEFAULT 0,
    "exempt" INTEGER NOT NULL DEFAULT 0,
    "risk" INTEGER NOT NULL DEFAULT 0,
    "counted_at" TIMESTAMPTZ(3),

    CONSTRAINT "placement_pkey" PRIMARY KEY ("registry_id","repository_id","digest","platform")
);

-- CreateTable
CREATE TABLE "image_scan" (
    "registry_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "digest" BYTEA NOT NULL,
    "trigger" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "stage" TEXT,
    "progress" JSONB,
    "queued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "heartbeat_at" TIMESTAMPTZ(3),
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "duration_ms" INTEGER,
    "layers_read" INTEGER NOT NULL DEFAULT 0,
    "layers_reused" INTEGER NOT NULL DEFAULT 0,
    "bytes_pulled" BIGINT NOT NULL DEFAULT 0,
    "analyser_version" INTEGER,
    "advisories_version" BIGINT,
    "package_count" INTEGER,
    "finding_count" INTEGER,
    "diagnostics" JSONB,
    "error" TEXT,

    CONSTRAINT "image_scan_pkey" PRIMARY KEY ("registry_id","id")
);

-- CreateTable
CREATE TABLE "layer" (
    "registry_id" UUID NOT NULL,
    "blob_digest" BYTEA NOT NULL,
    "diff_id" BYTEA NOT NULL,
    "analyser_version" INTEGER NOT NULL,
    "facts_sha256" BYTEA NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "layer_pkey" PRIMARY KEY ("registry_id","blob_digest","diff_id","analyser_version")
);

-- CreateTable
CREATE TABLE "package_set" (
    "registry_id" UUID NOT NULL,
    "id" BIGINT NOT NULL,
    "content_hash" BYTEA NOT NULL,
    "analyser" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "package_count" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "package_set_pkey" PRIMARY KEY ("registry_id","id")
);

-- CreateTable
CREATE TABLE "set_package" (
    "registry_id" UUID NOT NULL,
    "set_id" BIGINT NOT NULL,
    "package_version_id" BIGINT NOT NULL,

    CONSTRAINT "set_package_pkey" PRIMARY KEY ("registry_id","set_id","package_version_id")
);

-- CreateTable
CREATE TABLE "image_set" (
    "registry_id" UUID NOT NULL,
    "digest" BYTEA NOT NULL,
    "set_id" BIGINT NOT NULL,

    CONSTRAINT "image_set_pkey" PRIMARY KEY ("registry_id","digest","set_id")
);

-- CreateTable
CREATE TABLE "blob" (
    "sha256" BYTEA NOT NULL,
    "bytes" BYTEA NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "blob_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "exemption" (
    "root_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "vulnerability_key" TEXT NOT NULL,
    "repository_id" UUID,
    "package_name" TEXT,
    "reason" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "exemption_pkey" PRIMARY KEY ("root_id","id")
);

-- CreateTable
CREATE TABLE "exempted_finding" (
    "root_id" UUID NOT NULL,
    "placement_id" UUID NOT NULL,
    "vulnerability_id" BIGINT NOT NULL,
    "package_version_id" BIGINT NOT NULL,
    "exemption_id" UUID NOT NULL,

    CONSTRAINT "exempted_finding_pkey" PRIMARY KEY ("root_id","placement_id","vulnerability_id","package_version_id")
);

-- CreateTable
CREATE TABLE "resource_summary" (
    "root_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "owner" TEXT,
    "environment" TEXT,
    "state" TEXT NOT NULL,
    "state_reason" TEXT,
    "risk" INTEGER NOT NULL DEFAULT 0,
    "critical" INTEGER NOT NULL DEFAULT 0,
    "high" INTEGER NOT NULL DEFAULT 0,
    "medium" INTEGER NOT NULL DEFAULT 0,
    "low" INTEGER NOT NULL DEFAULT 0,
    "unrated" INTEGER NOT NULL DEFAULT 0,
    "healthy" INTEGER NOT NULL DEFAULT 0,
    "unhealthy" INTEGER NOT NULL DEFAULT 0,
    "unknown" INTEGER NOT NULL DEFAULT 0,
    "not_applicable" INTEGER NOT NULL DEFAULT 0,
    "exempt" INTEGER NOT NULL DEFAULT 0,
    "fixable" INTEGER NOT NULL DEFAULT 0,
    "kev" INTEGER NOT NULL DEFAULT 0,
    "worst" JSONB,
    "contents_count" INTEGER NOT NULL DEFAULT 0,
    "contents_unit" TEXT NOT NULL,
    "repository_count" INTEGER NOT NULL DEFAULT 0,
    "alerts_active" INTEGER NOT NULL DEFAULT 0,
    "alerts_worst" TEXT,
    "last_data_at" TIMESTAMPTZ(3),
    "expected_interval_seconds" INTEGER NOT NULL DEFAULT 900,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "is_demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "resource_summary_pkey" PRIMARY KEY ("root_id")
);

-- CreateTable
CREATE TABLE "assessment" (
    "root_id" UUID NOT NULL,
    "id" BYTEA NOT NULL,
    "rule_id" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "resource_kind" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "cause" TEXT,
    "reason" TEXT,
    "completeness" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "evidence" JSONB NOT NULL,
    "diagnostics" JSONB NOT NULL,
    "finding_count" INTEGER NOT NULL DEFAULT 0,
    "status_since" TIMESTAMPTZ(3) NOT NULL,
    "assessed_at" TIMESTAMPTZ(3) NOT NULL,
    "exemption_id" UUID,

    CONSTRAINT "assessment_pkey" PRIMARY KEY ("root_id","id")
);

-- CreateTable
CREATE TABLE "assessment_finding" (
    "root_id" UUID NOT NULL,
    "assessment_id" BYTEA NOT NULL,
    "key" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "remediation" TEXT,
    "evidence" JSONB NOT NULL,

    CONSTRAINT "assessment_finding_pkey" PRIMARY KEY ("root_id","assessment_id","key")
);

-- CreateTable
CREATE TABLE "status_history" (
    "root_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "id" UUID NOT NULL,
    "resource_id" TEXT NOT NULL,
    "rule_id" TEXT NOT NULL,
    "from_status" TEXT,
    "to_status" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "cause_ref" TEXT,
    "detail" JSONB,

    CONSTRAINT "status_history_pkey" PRIMARY KEY ("root_id","at","id")
) PARTITION BY RANGE ("at");

CREATE TABLE "status_history_default" PARTITION OF "status_history" DEFAULT;

-- CreateTable
CREATE TABLE "delivery" (
    "registry_id" UUID NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "id" UUID NOT NULL,
    "delivery_key" BYTEA NOT NULL,
    "provider" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "repository" TEXT,
    "digest" TEXT,
    "tag" TEXT,
    "actor" TEXT,
    "user_agent" TEXT,
    "occurred_at" TIMESTAMPTZ(3),
    "outcome" TEXT NOT NULL,
    "detail" TEXT,
    "body" JSONB,

    CONSTRAINT "delivery_pkey" PRIMARY KEY ("registry_id","received_at","id")
) PARTITION BY RANGE ("received_at");

CREATE TABLE "delivery_default" PARTITION OF "delivery" DEFAULT;

-- CreateTable
CREATE TABLE "delivery_seen" (
    "registry_id" UUID NOT NULL,
    "delivery_key" BYTEA NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "delivery_seen_pkey" PRIMARY KEY ("registry_id","delivery_key")
);

-- CreateTable
CREATE TABLE "notice" (
    "root_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "dedupe_key" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "severity_rank" SMALLINT NOT NULL,
    "title" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "href" TEXT NOT NULL,
    "count" INTEGER NOT NULL DEFAULT 1,
    "vulnerability_key" TEXT,
    "repository_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "is_demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "notice_pkey" PRIMARY KEY ("root_id","id")
);

-- CreateTable
CREATE TABLE "notice_read" (
    "user_id" TEXT NOT NULL,
    "root_id" UUID NOT NULL,
    "notice_id" UUID NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "notice_read_pkey" PRIMARY KEY ("user_id","root_id","notice_id")
);

-- CreateTable
CREATE TABLE "notice_mark" (
    "user_id" TEXT NOT NULL,
    "all_read_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "notice_mark_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "metric_day" (
    "root_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "critical" INTEGER NOT NULL DEFAULT 0,
    "high" INTEGER NOT NULL DEFAULT 0,
    "medium" INTEGER NOT NULL DEFAULT 0,
    "low" INTEGER NOT NULL DEFAULT 0,
    "unrated" INTEGER NOT NULL DEFAULT 0,
    "fixable" INTEGER NOT NULL DEFAULT 0,
    "kev" INTEGER NOT NULL DEFAULT 0,
    "opened" INTEGER NOT NULL DEFAULT 0,
    "closed" INTEGER NOT NULL DEFAULT 0,
    "images" INTEGER NOT NULL DEFAULT 0,
    "not_assessed" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "metric_day_pkey" PRIMARY KEY ("root_id","day")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "id" UUID NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target_kind" TEXT,
    "target_id" TEXT,
    "target_name" TEXT,
    "outcome" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "address" TEXT,
    "request_id" TEXT,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("at","id")
) PARTITION BY RANGE ("at");

CREATE TABLE "audit_entry_default" PARTITION OF "audit_entry" DEFAULT;

-- CreateTable
CREATE TABLE "dirty_mark" (
    "scope" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "marked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dirty_mark_pkey" PRIMARY KEY ("scope","key")
);

-- CreateTable
CREATE TABLE "change" (
    "version" BIGSERIAL NOT NULL,
    "topic" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "change_pkey" PRIMARY KEY ("version")
);

-- CreateTable
CREATE TABLE "process_heartbeat" (
    "id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "detail" JSONB,

    CONSTRAINT "process_heartbeat_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "app_user_email_key" ON "app_user"("email");

-- CreateIndex
CREATE UNIQUE INDEX "session_token_key" ON "session"("token");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE INDEX "account_user_id_idx" ON "account"("user_id");

-- CreateIndex
CREATE INDEX "verification_identifier_idx" ON "verification"("identifier");

-- CreateIndex
CREATE UNIQUE INDEX "rate_limit_key_key" ON "rate_limit"("key");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_token_hash_key" ON "api_token"("token_hash");

-- CreateIndex
CREATE INDEX "api_token_kind_created_at_idx" ON "api_token"("kind", "created_at");

-- CreateIndex
CREATE INDEX "advisory_import_created_at_idx" ON "advisory_import"("created_at");

-- CreateIndex
CREATE INDEX "advisory_record_id_idx" ON "advisory"("record_id");

-- CreateIndex
CREATE UNIQUE INDEX "advisory_feed_id_record_id_key" ON "advisory"("feed_id", "record_id");

-- CreateIndex
CREATE INDEX "advisory_range_ecosystem_package_name_idx" ON "advisory_range"("ecosystem", "package_name");

-- CreateIndex
CREATE UNIQUE INDEX "vulnerability_key_key" ON "vulnerability"("key");

-- CreateIndex
CREATE INDEX "package_version_ecosystem_source_name_idx" ON "package_version"("ecosystem", "source_name");

-- CreateIndex
CREATE INDEX "package_version_ecosystem_name_idx" ON "package_version"("ecosystem", "name");

-- CreateIndex
CREATE INDEX "package_version_name_idx" ON "package_version"("name");

-- CreateIndex
CREATE INDEX "package_advisory_vulnerability_id_package_version_id_idx" ON "package_advisory"("vulnerability_id", "package_version_id");

-- CreateIndex
CREATE INDEX "package_advisory_history_package_version_id_at_idx" ON "package_advisory_history"("package_version_id", "at");

-- CreateIndex
CREATE INDEX "package_advisory_history_vulnerability_id_at_idx" ON "package_advisory_history"("vulnerability_id", "at");

-- CreateIndex
CREATE INDEX "package_advisory_history_import_id_idx" ON "package_advisory_history"("import_id");

-- CreateIndex
CREATE INDEX "registry_deleted_at_idx" ON "registry"("deleted_at");

-- CreateIndex
CREATE INDEX "repository_registry_id_risk_id_idx" ON "repository"("registry_id", "risk" DESC, "id");

-- CreateIndex
CREATE INDEX "repository_registry_id_last_pushed_at_id_idx" ON "repository"("registry_id", "last_pushed_at" DESC, "id");

-- CreateIndex
CREATE UNIQUE INDEX "repository_registry_id_name_key" ON "repository"("registry_id", "name");

-- CreateIndex
CREATE INDEX "tag_registry_id_repository_id_digest_idx" ON "tag"("registry_id", "repository_id", "digest");

-- CreateIndex
CREATE INDEX "push_registry_id_repository_id_pushed_at_id_idx" ON "push"("registry_id", "repository_id", "pushed_at" DESC, "id");

-- CreateIndex
CREATE INDEX "push_registry_id_repository_id_digest_idx" ON "push"("registry_id", "repository_id", "digest");

-- CreateIndex
CREATE INDEX "image_digest_idx" ON "image"("digest");

-- CreateIndex
CREATE INDEX "image_registry_id_scan_state_idx" ON "image"("registry_id", "scan_state");

-- CreateIndex
CREATE INDEX "placement_registry_id_digest_idx" ON "placement"("registry_id", "digest");

-- CreateIndex
CREATE INDEX "placement_registry_id_repository_id_last_pushed_at_digest_idx" ON "placement"("registry_id", "repository_id", "last_pushed_at" DESC, "digest");

-- CreateIndex
CREATE INDEX "placement_registry_id_repository_id_risk_digest_idx" ON "placement"("registry_id", "repository_id", "risk" DESC, "digest");

-- CreateIndex
CREATE UNIQUE INDEX "placement_registry_id_id_key" ON "placement"("registry_id", "id");

-- CreateIndex
CREATE INDEX "image_scan_registry_id_digest_queued_at_idx" ON "image_scan"("registry_id", "digest", "queued_at" DESC);

-- CreateIndex
CREATE INDEX "image_scan_registry_id_state_idx" ON "image_scan"("registry_id", "state");

-- CreateIndex
CREATE INDEX "set_package_package_version_id_registry_id_set_id_idx" ON "set_package"("package_version_id", "registry_id", "set_id");

-- CreateIndex
CREATE INDEX "image_set_registry_id_set_id_digest_idx" ON "image_set"("registry_id", "set_id", "digest");

-- CreateIndex
CREATE INDEX "exempted_finding_root_id_exemption_id_idx" ON "exempted_finding"("root_id", "exemption_id");

-- CreateIndex
CREATE INDEX "resource_summary_risk_root_id_idx" ON "resource_summary"("risk" DESC, "root_id");

-- CreateIndex
CREATE INDEX "resource_summary_name_root_id_idx" ON "resource_summary"("name", "root_id");

-- CreateIndex
CREATE INDEX "resource_summary_last_data_at_root_id_idx" ON "resource_summary"("last_data_at" DESC, "root_id");

-- CreateIndex
CREATE INDEX "resource_summary_kind_risk_root_id_idx" ON "resource_summary"("kind", "risk" DESC, "root_id");

-- CreateIndex
CREATE INDEX "assessment_root_id_rule_id_idx" ON "assessment"("root_id", "rule_id");

-- CreateIndex
CREATE INDEX "assessment_rule_id_status_root_id_idx" ON "assessment"("rule_id", "status", "root_id");

-- CreateIndex
CREATE INDEX "status_history_root_id_resource_id_at_idx" ON "status_history"("root_id", "resource_id", "at" DESC);

-- CreateIndex
CREATE INDEX "delivery_registry_id_delivery_key_idx" ON "delivery"("registry_id", "delivery_key");

-- CreateIndex
CREATE INDEX "notice_updated_at_id_idx" ON "notice"("updated_at" DESC, "id");

-- CreateIndex
CREATE UNIQUE INDEX "notice_root_id_dedupe_key_key" ON "notice"("root_id", "dedupe_key");

-- CreateIndex
CREATE INDEX "audit_entry_action_at_idx" ON "audit_entry"("action", "at" DESC);

-- CreateIndex
CREATE INDEX "change_at_idx" ON "change"("at");

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;
