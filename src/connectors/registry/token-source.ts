import { z } from "zod";
import { clock } from "#clock.ts";
import { type GuardedFetchOptions, guardedFetch } from "../http/guarded-fetch.ts";
import type { AuthChallenge } from "./auth-challenge.ts";
import { RegistryFault } from "./registry-fault.ts";

export interface RegistryCredentials {
  username: string;
  password: string;
}

export interface TokenSettings {
  registry: URL;
  credentials: RegistryCredentials | null;
  /** Host (with port) that was confirmed to receive the credentials, besides the registry's own. */
  tokenRealmHost: string | null;
  http: Pick<GuardedFetchOptions, "caPem" | "rules" | "lookup">;
}

const TokenAnswer = z.object({
  token: z.string().min(1).optional(),
  access_token: z.string().min(1).optional(),
  expires_in: z.number().nonnegative().optional(),
});

/**
 * Trades credentials for short-lived bearer tokens at the realm that a challenge names, and keeps each until shortly
 * before it expires. Credentials are sent to the registry's own host or the confirmed realm host, to no other.
 */
export class TokenSource {
  readonly #settings: TokenSettings;
  readonly #tokens = new Map<string, { value: string; goodUntil: number }>();

  constructor(settings: TokenSettings) {
    this.#settings = settings;
  }

  /** The token kept for a purpose, or undefined. */
  known(purpose: string): string | undefined {
    const token = this.#tokens.get(purpose);
    return token && token.goodUntil > clock.monotonicMs() ? token.value : undefined;
  }

  forget(purpose: string): void {
    this.#tokens.delete(purpose);
  }

  /** Fetches a token for `scope` as the challenge asks. Throws RegistryFault `unauthenticated`, `noRight` or `realm`. */
  async fetch(purpose: string, challenge: AuthChallenge, scope: string, signal?: AbortSignal): Promise<string> {
    const url = this.#realmUrl(challenge, scope);
    const { credentials } = this.#settings;
    const headers: Record<string, string> = credentials ? { authorization: basic(credentials) } : {};
    const response = await guardedFetch(url, {
      ...this.#settings.http,
      headers,
      signal,
      maxBytes: 262_144,
      totalTimeoutMs: 30_000,
      maxRedirects: 0,
    });
    if (response.status === 401 || response.status === 403) {
      response.discard();
      throw refused(url, response.status, credentials !== null);
    }
    if (response.status !== 200) {
      response.discard();
      const reason = response.status === 429 ? "throttled" : response.status >= 500 ? "unreachable" : "broken";
      throw new RegistryFault(reason, `The token service ${url.host} answered with status ${response.status}.`);
    }
    const answer = TokenAnswer.safeParse(await response.json());
    const value = answer.data?.token ?? answer.data?.access_token;
    if (!answer.success || !value)
      throw new RegistryFault("broken", `The token service ${url.host} answered without a token.`);
    const lifeSeconds = Math.min(answer.data.expires_in ?? 60, 3600);
    this.#remember(purpose, value, lifeSeconds);
    return value;
  }

  #remember(purpose: string, value: string, lifeSeconds: number): void {
    if (this.#tokens.size > 2000) this.#tokens.clear();
    const margin = Math.min(60, lifeSeconds / 4);
    this.#tokens.set(purpose, { value, goodUntil: clock.monotonicMs() + (lifeSeconds - margin) * 1000 });
  }

  #realmUrl(challenge: AuthChallenge, scope: string): URL {
    const { registry, credentials, tokenRealmHost } = this.#settings;
    const url = URL.parse(challenge.parameters.realm ?? "");
    if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) {
      throw new RegistryFault("broken", `${registry.host} asks for a token but names no usable address for it.`);
    }
    if (credentials && url.host !== registry.host && url.host !== tokenRealmHost) {
      throw new RegistryFault(
        "realm",
        `${registry.host} wants the credentials to be sent to ${url.host}, which nobody has confirmed. Test the connection and confirm this host if it is right.`,
      );
    }
    if (credentials && registry.protocol === "https:" && url.protocol === "http:") {
      throw new RegistryFault("realm", `${registry.host} wants the credentials to be sent unencrypted to ${url.host}.`);
    }
    if (challenge.parameters.service) url.searchParams.set("service", challenge.parameters.service);
    url.searchParams.delete("scope");
    for (const part of scope.split(" ").filter(Boolean)) url.searchParams.append("scope", part);
    return url;
  }
}

/** The host that a challenge sends credentials to. */
export function realmHost(challenge: AuthChallenge): string | null {
  return URL.parse(challenge.parameters.realm ?? "")?.host ?? null;
}

export function basic({ username, password }: RegistryCredentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}

function refused(url: URL, status: number, hadCredentials: boolean): RegistryFault {
  if (!hadCredentials)
    return new RegistryFault(
      "noRight",
      `${url.host} gives no token without credentials: anonymous access is not allowed here.`,
    );
  if (status === 403)
    return new RegistryFault("noRight", `${url.host} accepts the credentials but gives no token for this.`);
  return new RegistryFault("unauthenticated", `${url.host} refused the user name or the password.`);
}
