-- A classic Docker engine knows an image by the digest of its configuration; with the digest of the manifest that says where it runs.
CREATE INDEX "host_container_image_id_idx" ON "host_container"("image_id");
CREATE INDEX "image_config_digest_idx" ON "image"("config_digest");
