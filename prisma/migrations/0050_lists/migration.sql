-- Sorts that the lists of registries and repositories offer, each with its index.
CREATE INDEX resource_summary_oldest_data ON resource_summary (last_data_at ASC NULLS FIRST, root_id);
CREATE INDEX placement_of_registry_by_risk ON placement (registry_id, risk DESC, digest) WHERE retired_at IS NULL;
CREATE INDEX delivery_newest ON delivery (registry_id, received_at DESC, id DESC);
CREATE INDEX image_scan_unfinished ON image_scan (registry_id, queued_at) WHERE state IN ('queued', 'running');
