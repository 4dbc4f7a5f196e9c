import { endOfLife } from "../kit/end-of-life.ts";
import { type HostEvidence, isFailed } from "./facts.ts";

/** The host section with the day on which support of its operating system ends, where our table knows it. */
export function withEndOfLife(host: HostEvidence["host"]): HostEvidence["host"] {
  if (!host || isFailed(host) || !host.osRelease || host.osEndOfLife) return host;
  const field = (name: string) => new RegExp(`^${name}=["']?([^"'\\n]*)`, "m").exec(host.osRelease ?? "")?.[1] ?? "";
  const day = endOfLife({ id: field("ID"), version: field("VERSION_ID") });
  return day === null ? host : { ...host, osEndOfLife: day };
}
