-- The image list of a registry, worst first.
CREATE INDEX image_by_risk ON image (registry_id, risk DESC, digest);
