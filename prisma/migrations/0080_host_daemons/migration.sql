-- One host per Docker daemon: further daemons of a machine are hosts of their own that name the first as their parent.
ALTER TABLE "host" ADD COLUMN "parent_host_id" UUID,
ADD COLUMN "daemon_socket" TEXT,
ADD COLUMN "daemon_user" TEXT,
-- The agent's token on its way to being replaced: asked for, handed over (both work), replaced by the first use of the new.
ADD COLUMN "rotate_requested_at" TIMESTAMPTZ(3),
ADD COLUMN "next_token_id" UUID,
ADD COLUMN "token_rotated_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE UNIQUE INDEX "host_parent_host_id_daemon_socket_key" ON "host"("parent_host_id", "daemon_socket");
