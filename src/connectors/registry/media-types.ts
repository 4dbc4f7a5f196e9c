/** Media types of the two manifest families, as far as Breakwater follows them. */
export const mediaTypes = {
  ociIndex: "application/vnd.oci.image.index.v1+json",
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  ociConfig: "application/vnd.oci.image.config.v1+json",
  empty: "application/vnd.oci.empty.v1+json",
  dockerConfig: "application/vnd.docker.container.image.v1+json",
} as const;

/** Sent with every manifest request; without it registries convert to the long dead schema 1. */
export const manifestAccept = [
  mediaTypes.ociIndex,
  mediaTypes.dockerList,
  mediaTypes.ociManifest,
  mediaTypes.dockerManifest,
].join(", ");

export const isIndexType = (type: string): boolean => type === mediaTypes.ociIndex || type === mediaTypes.dockerList;
export const isManifestType = (type: string): boolean =>
  type === mediaTypes.ociManifest || type === mediaTypes.dockerManifest;
/** A layer that is part of a file system. Without a type it is taken for one: what may run must not escape the scan. */
export const isFileSystemLayerType = (type: string): boolean =>
  type === "" || /^application\/(?:vnd\.oci\.image\.layer\.|vnd\.docker\.image\.rootfs\.|x-tar|tar\b)/.test(type);
export const isImageConfigType = (type: string): boolean =>
  type === mediaTypes.ociConfig || type === mediaTypes.dockerConfig;
/** A layer that its maker may not pass on (Windows base layers): its bytes may lie at another address, and nowhere here. */
export const isForeignLayerType = (type: string): boolean =>
  type.includes(".layer.nondistributable.") || type.includes(".rootfs.foreign.");
