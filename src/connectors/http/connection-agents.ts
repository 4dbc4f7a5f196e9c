import { createHash } from "node:crypto";
import { type LookupAddress, lookup as systemLookup } from "node:dns";
import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import tls from "node:tls";
import { AppError } from "#domain/app-error.ts";
import { type AddressRules, refuseAddress } from "./address-rules.ts";

const agents = new Map<string, http.Agent>();
const MOST_AGENTS = 64;

export interface ConnectionSettings {
  rules: AddressRules;
  /** PEM of further certificate authorities to trust, besides those Node ships. */
  caPem?: string | undefined;
  /** Looks names up; the system's by default. Tests put a name server of their own here. */
  lookup?: LookupFunction | undefined;
}

/** A keep-alive agent whose every new socket passes the address rules. Connections are shared only under equal settings. */
export function agentFor(url: URL, settings: ConnectionSettings): http.Agent {
  const port = portOf(url);
  const key = `${url.protocol}${port}|${JSON.stringify(settings.rules)}|${settings.caPem ? createHash("sha256").update(settings.caPem).digest("hex") : ""}`;
  const known = settings.lookup ? undefined : agents.get(key);
  if (known) return known;
  const lookup = guardedLookup(port, settings);
  const common = { keepAlive: !settings.lookup, maxSockets: 32, maxFreeSockets: 8, timeout: 30_000, lookup };
  const agent =
    url.protocol === "https:"
      ? new https.Agent({
          ...common,
          ...(settings.caPem ? { ca: [...tls.getCACertificates("default"), settings.caPem] } : {}),
        })
      : new http.Agent(common);
  if (!settings.lookup) remember(key, agent);
  return agent;
}

/** The port a URL means. */
export function portOf(url: URL): number {
  if (url.port) return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

/**
 * Looks a name up and hands on only addresses that may be contacted. It runs when a socket connects, so a name that
 * pointed elsewhere a moment ago (DNS rebinding) gains nothing.
 */
function guardedLookup(port: number, { rules, lookup = systemLookup }: ConnectionSettings): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, "", 0);
      const all: LookupAddress[] = Array.isArray(found) ? found : [{ address: String(found), family: 4 }];
      const allowed = all.filter(({ address }) => refuseAddress(address, port, rules) === null);
      const [first] = allowed;
      if (!first) return callback(refusal(hostname, all[0]?.address ?? "", port, rules), "", 0);
      if (options.all) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
  };
}

/** The error for an address that must not be contacted. */
export function refusal(hostname: string, address: string, port: number, rules: AddressRules): AppError {
  const name = hostname === address ? hostname : `${hostname} leads to ${address}, which`;
  return new AppError("upstream-refused", `${name} ${refuseAddress(address, port, rules) ?? "is not allowed"}.`);
}

function remember(key: string, agent: http.Agent): void {
  agents.set(key, agent);
  const [oldest] = agents.keys();
  if (agents.size > MOST_AGENTS && oldest !== undefined) {
    agents.get(oldest)?.destroy();
    agents.delete(oldest);
  }
}
