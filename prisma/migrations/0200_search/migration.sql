-- People look for glibc, the package is libc6: the source of a package is searched as its name is.
CREATE INDEX package_version_source_name_idx ON package_version (source_name);
CREATE INDEX package_version_source_name_trgm ON package_version USING gin (source_name gin_trgm_ops);
