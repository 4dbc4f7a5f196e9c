export interface ImageReference {
  /** Host with its port, lower case; Docker Hub is `docker.io` under all its names. */
  registry: string;
  repository: string;
  tag: string;
}

const hubNames = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

/**
 * The tag that an image reference names, with what Docker adds to a short one: Docker Hub, `library/`, `latest`. Null for an
 * image id, a digest and what is no reference: they point to no tag.
 */
export function imageReference(text: string): ImageReference | null {
  if (text.includes("@") || /^(?:sha256:)?[0-9a-f]{64}$/.test(text)) return null;
  const slash = text.indexOf("/");
  const first = slash < 0 ? "" : text.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === "localhost";
  const rest = isHost ? text.slice(slash + 1) : text;
  const match = /^([a-z0-9._/-]+)(?::([\w][\w.-]{0,127}))?$/.exec(rest);
  const path = match?.[1];
  if (!path) return null;
  const host = isHost ? first.toLowerCase() : "docker.io";
  const registry = hubNames.includes(host) ? "docker.io" : host;
  const isOfficial = registry === "docker.io" && !path.includes("/");
  return { registry, repository: isOfficial ? `library/${path}` : path, tag: match[2] ?? "latest" };
}
