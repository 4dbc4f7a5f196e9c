import ipaddr from "ipaddr.js";

/**
 * Which addresses a connector may reach. Private networks (RFC 1918, fc00::/7) are allowed, because that is where
 * registries of self-hosters live; loopback only when configured; link-local, metadata, multicast, unspecified,
 * broadcast and reserved addresses never.
 */
export interface AddressRules {
  allowLoopback: boolean;
  /** One loopback port that may be reached although loopback is closed: that of the demo registry. */
  loopbackPort?: number | undefined;
}

/** Cloud metadata services outside 169.254.0.0/16, which lie in ranges that are otherwise allowed. */
const metadataAddresses = new Set(["fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16"]);

const neverAllowed: Record<string, string> = {
  linkLocal: "is a link-local address (cloud metadata services live there), which is never contacted",
  multicast: "is a multicast address",
  broadcast: "is a broadcast address",
  unspecified: "is the unspecified address",
  reserved: "is a reserved address",
  discard: "is a discard address",
};

/** Null when `address` may be contacted on `port`, else why not, as the end of a sentence ("… is a loopback address"). */
export function refuseAddress(address: string, port: number, rules: AddressRules): string | null {
  const parsed = toAddress(address);
  if (!parsed) return "is not an IP address";
  const text = parsed.toString();
  if (metadataAddresses.has(text)) return "is the address of a cloud metadata service, which is never contacted";
  const range = parsed.range();
  if (range === "loopback") return refuseLoopback(port, rules);
  if (range in neverAllowed) return neverAllowed[range] ?? "is not allowed";
  const inner = embeddedAddress(parsed);
  return inner ? refuseAddress(inner, port, rules) : null;
}

function refuseLoopback(port: number, rules: AddressRules): string | null {
  if (rules.allowLoopback || (rules.loopbackPort !== undefined && rules.loopbackPort === port)) return null;
  return "is a loopback address; set BREAKWATER_ALLOW_LOOPBACK=1 to allow services on this machine";
}

function toAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : null;
}

/** The IPv4 address that NAT64, 6to4 or an IPv4-compatible IPv6 address leads to. */
function embeddedAddress(address: ipaddr.IPv4 | ipaddr.IPv6): string | null {
  if (address.kind() === "ipv4") return null;
  const bytes = address.toByteArray();
  const at = embeddedOffset(address.range(), bytes);
  return at === null ? null : bytes.slice(at, at + 4).join(".");
}

function embeddedOffset(range: string, bytes: number[]): number | null {
  if (range === "rfc6052") return 12;
  if (range === "6to4") return 2;
  return bytes.slice(0, 12).every((byte) => byte === 0) ? 12 : null;
}
