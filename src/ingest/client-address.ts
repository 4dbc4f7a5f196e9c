import ipaddr from "ipaddr.js";
import { config } from "#config.ts";

/** Set by us on every request from the socket; a value sent by a client is overwritten. */
export const PEER_HEADER = "x-breakwater-peer";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * The address a request came from: the socket's peer, or, while the peer is a trusted proxy, the right-most entry of
 * X-Forwarded-For that is not one. A forged header from anywhere else changes nothing. `unknown` when there is none.
 */
export function clientAddress(headers: Headers, trusted: readonly string[] = config().trustedProxies): string {
  const peer = parse(headers.get(PEER_HEADER) ?? "");
  if (!peer) return "unknown";
  if (trusted.length === 0 || !inRanges(peer, trusted)) return peer.toString();
  let nearest = peer;
  const hops = (headers.get("x-forwarded-for") ?? "").split(",").map((hop) => hop.trim());
  for (const hop of hops.filter(Boolean).reverse()) {
    const address = parse(hop);
    if (!address) break;
    nearest = address;
    if (!inRanges(address, trusted)) break;
  }
  return nearest.toString();
}

/** What a rate limit counts by: an IPv4 address, or the /64 network of an IPv6 one, which one sender owns as a whole. */
export function addressGroup(address: string): string {
  const parsed = parse(address);
  if (parsed?.kind() !== "ipv6") return address;
  return `${(parsed as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(":")}::/64`;
}

/** True when `address` lies in one of the ranges (`10.0.0.0/8`, `2001:db8::/32` or single addresses). */
export function addressAllowed(address: string, ranges: readonly string[]): boolean {
  const parsed = parse(address);
  return parsed !== undefined && inRanges(parsed, ranges);
}

/** True when `text` is an address or a range that `addressAllowed` understands. */
export function isAddressRange(text: string): boolean {
  return toRange(text) !== undefined;
}

function inRanges(address: Address, ranges: readonly string[]): boolean {
  return ranges.some((text) => {
    const range = toRange(text);
    if (!range || range[0].kind() !== address.kind()) return false;
    return address.kind() === "ipv4"
      ? (address as ipaddr.IPv4).match(range[0] as ipaddr.IPv4, range[1])
      : (address as ipaddr.IPv6).match(range[0] as ipaddr.IPv6, range[1]);
  });
}

function toRange(text: string): [Address, number] | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  const address = parse(text);
  return address ? [address, address.kind() === "ipv4" ? 32 : 128] : undefined;
}

function parse(text: string): Address | undefined {
  const bare = text.replace(/^\[|\](:\d+)?$/g, "");
  // Strict forms only: `0177.1` and friends mean different hosts to different readers.
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare);
  return ipaddr.IPv6.isValid(bare) ? ipaddr.process(bare) : undefined;
}
