-- One row per launcher: several may share a database, each on a machine of its own. The web side writes only the wish
-- (is_wanted, wanted_*), the launcher only the rest, so neither overwrites the other.
CREATE TABLE "local_agent" (
    "id" UUID NOT NULL,
    "hostname" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "is_root" BOOLEAN NOT NULL,
    "sockets" JSONB NOT NULL DEFAULT '[]',
    "state" TEXT NOT NULL DEFAULT 'absent',
    "socket" TEXT,
    "problem" TEXT,
    "last_error" TEXT,
    "pid" INTEGER,
    "restarts" INTEGER NOT NULL DEFAULT 0,
    "host_id" UUID,
    "twin_host_id" UUID,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "is_wanted" BOOLEAN NOT NULL DEFAULT false,
    "wanted_by" TEXT,
    "wanted_at" TIMESTAMPTZ(3),

    CONSTRAINT "local_agent_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "local_agent_host_id_idx" ON "local_agent"("host_id");
