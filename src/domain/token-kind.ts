import { z } from "zod";

/**
 * What a token is for. `enrol` lets a host exchange it for its own `agent` token, `sensor` sends runtime events,
 * `webhook` receives pushes of one registry, `api` acts like a person with a role.
 */
export const tokenKinds = ["enrol", "agent", "sensor", "webhook", "api"] as const;
export const TokenKind = z.enum(tokenKinds);
export type TokenKind = z.infer<typeof TokenKind>;

/** The one thing a token may speak for, for example `{ kind: "registry", id }`. */
export interface TokenScope {
  kind: string;
  id: string;
}

/** `bw_<kind>_` and 256 random bits as base64url. */
export const tokenPattern = /^bw_(enrol|agent|sensor|webhook|api)_[A-Za-z0-9_-]{43}$/;
