/** What a server may be called in the `Host` header of a request. */
export interface HostNames {
  /** Address that people use. */
  publicUrl: string;
  /** Address that the server listens on. */
  host: string;
  /** Further names, with or without a port. */
  allowedHosts: readonly string[];
}

/**
 * Whether a request that names `host` means this server. A foreign name is a page of another site whose name was pointed here (DNS
 * rebinding), or a proxy that was not told about. A bare address cannot be pointed elsewhere, so any is taken; no header at all
 * comes from no browser.
 */
export function isKnownHost(host: string | null, names: HostNames): boolean {
  if (host === null) return true;
  const name = hostName(host);
  if (name === null) return false;
  if (name === "localhost" || name.endsWith(".localhost") || isAddress(name)) return true;
  const known = [new URL(names.publicUrl).hostname, names.host, ...names.allowedHosts.map((entry) => hostName(entry))];
  return known.some((entry) => entry?.toLowerCase() === name);
}

/** What a request with a foreign name is told. */
export function unknownHostText(host: string | null): string {
  return `This server is not called ${(host ?? "").slice(0, 200)}. Use its own address, or name this one in BREAKWATER_PUBLIC_URL or BREAKWATER_ALLOWED_HOSTS.`;
}

/** The name of `name[:port]`, lower case; null when it is none. */
function hostName(host: string): string | null {
  if (!/^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.test(host)) return null;
  return host.replace(/:\d+$/, "").toLowerCase();
}

function isAddress(name: string): boolean {
  return name.startsWith("[") || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name);
}
