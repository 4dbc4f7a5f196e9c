import { setTimeout as sleep } from "node:timers/promises";
import { clock } from "#clock.ts";
import { type GuardedFetchOptions, guardedFetch } from "../http/guarded-fetch.ts";
import type { GuardedResponse } from "../http/guarded-response.ts";
import { errorCode } from "../http/network-fault.ts";
import { type AuthChallenge, parseChallenges } from "./auth-challenge.ts";
import { RegistryFault } from "./registry-fault.ts";
import { RequestLimiter } from "./request-limiter.ts";
import { basic, type RegistryCredentials, TokenSource } from "./token-source.ts";

export interface TransportSettings {
  /** Base address: scheme and host. */
  url: URL;
  credentials: RegistryCredentials | null;
  tokenRealmHost: string | null;
  http: Pick<GuardedFetchOptions, "caPem" | "rules" | "lookup">;
  /** Requests in flight at once. */
  maxConcurrent: number;
  /** First pause before a retry; later ones double. */
  retryBaseMs: number;
  /** Tries for one request, the first included. */
  maxTries: number;
}

export interface TransportRequest {
  path: string;
  method?: "GET" | "HEAD";
  accept?: string;
  /** Key under which the token is kept, such as `catalog` or `repository:team/app`. */
  purpose: string;
  /** Scope to ask for when the challenge names none. */
  scope: string;
  signal?: AbortSignal | undefined;
  maxBytes?: number;
  headers?: Record<string, string>;
  timeoutMs?: number;
  /** For the whole answer; one minute when not given. */
  totalTimeoutMs?: number;
}

/** An answer with status 2xx, and the slot it holds: call `release` when the body was read or dropped. */
export interface OpenAnswer {
  response: GuardedResponse;
  release: () => void;
}

const retryStatuses = new Set([429, 500, 502, 503, 504]);
const LONGEST_PAUSE_MS = 120_000;
/** A longer pause is not waited for inside a job: it would hold what others need. */
const LONGEST_WAIT_MS = 5000;

/** Sends requests to one registry: signs in as it asks, keeps to the limit, retries what may pass. */
export class RegistryTransport {
  readonly #settings: TransportSettings;
  readonly #limiter: RequestLimiter;
  readonly #tokens: TokenSource;
  #closedUntilMs = 0;
  #useBasic = false;

  constructor(settings: TransportSettings) {
    this.#settings = settings;
    this.#limiter = new RequestLimiter(settings.maxConcurrent);
    this.#tokens = new TokenSource({
      registry: settings.url,
      credentials: settings.credentials,
      tokenRealmHost: settings.tokenRealmHost,
      http: settings.http,
    });
  }

  get url(): URL {
    return this.#settings.url;
  }

  /** Sends and returns an answer with status 2xx; any other status becomes a RegistryFault. */
  async open(request: TransportRequest): Promise<OpenAnswer> {
    const release = await this.#limiter.acquire(request.signal);
    try {
      return { response: await this.#sendWithRetries(request), release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** As `open`, for answers that are read at once: `read` gets the answer and the slot is given back behind it. */
  async ask<Result>(request: TransportRequest, read: (response: GuardedResponse) => Promise<Result>): Promise<Result> {
    const { response, release } = await this.open(request);
    try {
      return await read(response);
    } finally {
      if (request.method === "HEAD") response.discard();
      release();
    }
  }

  /** The challenges of the base endpoint; empty when it answers without credentials. */
  async challenges(signal?: AbortSignal): Promise<AuthChallenge[]> {
    const response = await this.#fetch({ path: "/v2/", purpose: "base", scope: "", signal, timeoutMs: 15_000 }, null);
    response.discard();
    if (response.status === 200) return [];
    const challenges = response.status === 401 ? parseChallenges(response.header("www-authenticate")) : [];
    if (challenges.length > 0) return challenges;
    throw new RegistryFault(
      "broken",
      `${this.url.host} does not answer like a registry: GET /v2/ gave status ${response.status}.`,
    );
  }

  async #sendWithRetries(request: TransportRequest): Promise<GuardedResponse> {
    this.#requireOpen();
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt >= this.#settings.maxTries;
      try {
        const response = await this.#sendSignedIn(request);
        if (response.status >= 200 && response.status < 300) return response;
        const fault = await faultOf(response, this.url, request, this.#settings.credentials !== null);
        if (last || !retryStatuses.has(response.status)) throw fault;
        const askedMs = retryAfterMs(response.header("retry-after"));
        if (askedMs !== null && askedMs > LONGEST_WAIT_MS) {
          this.#closedUntilMs = clock.monotonicMs() + askedMs;
          throw this.#closedFault();
        }
        await this.#pause(attempt, askedMs, request.signal);
      } catch (error) {
        if (last || this.#closedUntilMs > clock.monotonicMs() || !isPassing(error) || request.signal?.aborted)
          throw error;
        await this.#pause(attempt, null, request.signal);
      }
    }
  }

  /** A registry that asked for a pause gets it: nobody waits here for it, and nobody asks it again before. */
  #requireOpen(): void {
    if (this.#closedUntilMs > clock.monotonicMs()) throw this.#closedFault();
  }

  #closedFault(): RegistryFault {
    const retryAfterSeconds = Math.max(1, Math.ceil((this.#closedUntilMs - clock.monotonicMs()) / 1000));
    return new RegistryFault("throttled", `${this.url.host} asks to be left alone for ${retryAfterSeconds} s.`, {
      retryAfterSeconds,
    });
  }

  async #sendSignedIn(request: TransportRequest): Promise<GuardedResponse> {
    const response = await this.#fetch(request, this.#authorization(request.purpose));
    if (response.status !== 401) return response;
    const challenges = parseChallenges(response.header("www-authenticate"));
    const bearer = challenges.find((challenge) => challenge.scheme === "bearer");
    if (bearer) {
      response.discard();
      this.#tokens.forget(request.purpose);
      const token = await this.#tokens.fetch(
        request.purpose,
        bearer,
        bearer.parameters.scope ?? request.scope,
        request.signal,
      );
      return this.#fetch(request, `Bearer ${token}`);
    }
    const { credentials } = this.#settings;
    if (!credentials || this.#useBasic || !challenges.some((challenge) => challenge.scheme === "basic"))
      return response;
    response.discard();
    const retried = await this.#fetch(request, basic(credentials));
    this.#useBasic = retried.status !== 401;
    return retried;
  }

  #authorization(purpose: string): string | null {
    const { credentials } = this.#settings;
    if (this.#useBasic && credentials) return basic(credentials);
    const token = this.#tokens.known(purpose);
    return token ? `Bearer ${token}` : null;
  }

  #fetch(request: TransportRequest, authorization: string | null): Promise<GuardedResponse> {
    return guardedFetch(new URL(request.path, this.url), {
      ...this.#settings.http,
      method: request.method ?? "GET",
      headers: {
        ...(request.accept ? { accept: request.accept } : {}),
        ...request.headers,
        ...(authorization ? { authorization } : {}),
      },
      signal: request.signal,
      maxBytes: request.maxBytes ?? 8_388_608,
      timeoutMs: request.timeoutMs ?? 30_000,
      idleTimeoutMs: 30_000,
      totalTimeoutMs: request.totalTimeoutMs ?? 60_000,
    });
  }

  async #pause(attempt: number, askedMs: number | null, signal?: AbortSignal): Promise<void> {
    const backoff = this.#settings.retryBaseMs * 2 ** (attempt - 1);
    const milliseconds = Math.min((askedMs ?? backoff) + Math.random() * backoff, LONGEST_PAUSE_MS);
    await sleep(milliseconds, undefined, { ...(signal ? { signal } : {}) });
  }
}

/** Connection faults may pass; a refused address, a bad certificate or an unknown name will not within seconds. */
function isPassing(error: unknown): boolean {
  if (error instanceof RegistryFault) return error.reason === "unreachable" || error.reason === "throttled";
  const cause = error instanceof Error ? error.cause : undefined;
  return ["ECONNRESET", "EPIPE", "ETIMEDOUT", "EAI_AGAIN", "ECONNREFUSED", "ERR_STREAM_PREMATURE_CLOSE"].includes(
    errorCode(cause),
  );
}

/** `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110 §10.2.3). */
export function retryAfterMs(header: string | null): number | null {
  if (!header) return null;
  if (/^\d{1,6}$/.test(header)) return Math.min(Number(header) * 1000, LONGEST_PAUSE_MS);
  // A date has words; Date.parse would also read a bare number as a year.
  const at = /[a-z]/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - clock.now().getTime()), LONGEST_PAUSE_MS);
}

async function faultOf(
  response: GuardedResponse,
  url: URL,
  request: TransportRequest,
  hasCredentials: boolean,
): Promise<RegistryFault> {
  const said = request.method === "HEAD" ? "" : await registryWords(response);
  response.discard();
  const what = `${url.host}${request.path.slice(0, 300)}`;
  const { status } = response;
  if (status === 404) return new RegistryFault("notFound", `${what} does not exist in the registry.${said}`);
  if (status === 401 && !hasCredentials)
    return new RegistryFault("noRight", `${url.host} refuses anonymous access to ${request.path.slice(0, 300)}.`);
  if (status === 401 && request.purpose === "base")
    return new RegistryFault("unauthenticated", `${url.host} refused the user name or the password.`);
  if (status === 401 || status === 403)
    return new RegistryFault(
      "noRight",
      `${url.host} refuses ${request.path.slice(0, 300)} to these credentials.${said}`,
    );
  if (status === 429) {
    const wait = retryAfterMs(response.header("retry-after"));
    return new RegistryFault(
      "throttled",
      `${url.host} is throttling requests (status 429).`,
      wait === null ? {} : { retryAfterSeconds: Math.ceil(wait / 1000) },
    );
  }
  if (status >= 500) return new RegistryFault("unreachable", `${what} answered with status ${status}.${said}`);
  return new RegistryFault("broken", `${what} answered with status ${status}.${said}`);
}

/** The first error message of an OCI error body, made safe to show. */
async function registryWords(response: GuardedResponse): Promise<string> {
  try {
    const body = JSON.parse(await response.text(65_536)) as { errors?: { code?: unknown; message?: unknown }[] };
    const [first] = body.errors ?? [];
    const words = [first?.code, first?.message].filter((part) => typeof part === "string").join(": ");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters of a foreign text are what is removed
    return words ? ` It says: ${words.replace(/[\u0000-\u001f\u007f]/g, " ").slice(0, 200)}` : "";
  } catch {
    return "";
  }
}
