import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { config } from "#config.ts";
import { AppError } from "#domain/app-error.ts";
import { productVersion } from "#domain/product-version.ts";
import { type AddressRules, refuseAddress } from "./address-rules.ts";
import { agentFor, portOf, refusal } from "./connection-agents.ts";
import { type GuardedResponse, guardedResponse } from "./guarded-response.ts";
import { networkFault } from "./network-fault.ts";

/** What every request of ours says it is. Registries report it back in notifications, so own pulls can be told apart. */
export const userAgent = `breakwater/${productVersion}`;

export interface GuardedFetchOptions {
  method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  signal?: AbortSignal | undefined;
  /** PEM of further certificate authorities to trust for this request. */
  caPem?: string | undefined;
  /** Largest body in bytes; 32 MiB when not given. */
  maxBytes?: number;
  /** Until the headers have arrived. */
  timeoutMs?: number;
  /** Longest silence while the body arrives. */
  idleTimeoutMs?: number;
  /** For the whole exchange, redirects and body included; none when not given. */
  totalTimeoutMs?: number;
  /** Redirects followed for GET and HEAD; 0 returns the redirect itself. */
  maxRedirects?: number;
  rules?: AddressRules;
  /** Looks names up; the system's by default. */
  lookup?: LookupFunction | undefined;
}

/** Headers that must not travel to another origin. */
const credentialHeaders = new Set(["authorization", "cookie", "proxy-authorization", "x-breakwater-token"]);
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/**
 * The one HTTP client to the outside. The address is checked when the socket connects, each redirect is checked again
 * and takes no credentials to another origin, sizes and times are capped. Answers with any status; throws AppError
 * (`upstream-unreachable`, `upstream-refused`, `too-large`) in plain words when there is no answer.
 */
export async function guardedFetch(url: string | URL, options: GuardedFetchOptions = {}): Promise<GuardedResponse> {
  const deadline = startDeadline(options);
  let target = parseUrl(url);
  let headers = lowerCased(options.headers ?? {});
  let redirectsLeft = options.maxRedirects ?? 5;
  try {
    for (;;) {
      const response = await send(target, { ...options, headers }, deadline);
      const next = followable(response, options, redirectsLeft);
      if (!next) return response;
      response.discard();
      redirectsLeft -= 1;
      headers = headersAfterRedirect(headers, target, next);
      target = next;
    }
  } catch (error) {
    deadline.clear();
    throw deadline.reason() ?? networkFault(error, target);
  }
}

function followable(response: GuardedResponse, options: GuardedFetchOptions, redirectsLeft: number): URL | null {
  const location = redirectStatuses.has(response.status) ? response.header("location") : null;
  if (!location || options.maxRedirects === 0) return null;
  const method = options.method ?? "GET";
  if (method !== "GET" && method !== "HEAD") return null;
  if (redirectsLeft <= 0) throw new AppError("upstream-refused", `${response.url.host} redirects in circles.`);
  const next = parseUrl(location, response.url);
  if (response.url.protocol === "https:" && next.protocol === "http:") {
    throw new AppError(
      "upstream-refused",
      `${response.url.host} redirects from https to unencrypted http (${next.host}).`,
    );
  }
  return next;
}

function headersAfterRedirect(headers: Record<string, string>, from: URL, to: URL): Record<string, string> {
  if (from.origin === to.origin) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !credentialHeaders.has(name)));
}

function send(
  url: URL,
  options: GuardedFetchOptions & { headers: Record<string, string> },
  deadline: Deadline,
): Promise<GuardedResponse> {
  const rules = options.rules ?? { allowLoopback: config().allowLoopback };
  const port = portOf(url);
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  // A literal address is never looked up, so the guarded lookup does not see it.
  if (ipaddr.isValid(literal) && refuseAddress(literal, port, rules))
    return Promise.reject(refusal(literal, literal, port, rules));
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? https : http).request(url, {
      agent: agentFor(url, { rules, caPem: options.caPem, lookup: options.lookup }),
      method: options.method ?? "GET",
      headers: { "user-agent": userAgent, "accept-encoding": "identity", ...options.headers },
      signal: deadline.signal,
      maxHeaderSize: 32_768,
    });
    const timer = setTimeout(() => {
      request.destroy(
        new AppError(
          "upstream-unreachable",
          `${url.host} did not answer within ${Math.round((options.timeoutMs ?? 30_000) / 1000)} s.`,
        ),
      );
    }, options.timeoutMs ?? 30_000);
    request.on("socket", (socket) => {
      const check = () => {
        const address = socket.remoteAddress;
        if (address && refuseAddress(address, port, rules))
          request.destroy(refusal(url.hostname, address, port, rules));
      };
      if (socket.connecting) socket.once("connect", check);
      else check();
    });
    request.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.once("response", (message) => {
      clearTimeout(timer);
      const limits = {
        maxBytes: options.maxBytes ?? 33_554_432,
        idleTimeoutMs: options.idleTimeoutMs ?? 30_000,
        isHead: options.method === "HEAD",
        finished: deadline.clear,
        reason: deadline.reason,
      };
      // After the headers a failure belongs to whoever reads the body.
      request.on("error", (error) => message.destroy(deadline.reason() ?? error));
      resolve(guardedResponse(message, url, limits));
    });
    request.end(options.body);
  });
}

interface Deadline {
  signal: AbortSignal;
  clear: () => void;
  /** Why the exchange was ended from our side, if it was. */
  reason: () => Error | undefined;
}

function startDeadline({ signal, totalTimeoutMs }: GuardedFetchOptions): Deadline {
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { once: true });
  const timer = totalTimeoutMs
    ? setTimeout(
        () =>
          controller.abort(
            new AppError("upstream-unreachable", `The answer took longer than ${Math.round(totalTimeoutMs / 1000)} s.`),
          ),
        totalTimeoutMs,
      )
    : undefined;
  timer?.unref();
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    },
    reason: () =>
      controller.signal.aborted && controller.signal.reason instanceof Error ? controller.signal.reason : undefined,
  };
}

function parseUrl(url: string | URL, base?: URL): URL {
  const parsed = URL.parse(url, base);
  if (!parsed) throw new AppError("bad-request", `Not a usable address: ${String(url).slice(0, 200)}`);
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:") {
    throw new AppError(
      "upstream-refused",
      `Only http and https addresses are contacted, not ${parsed.protocol.slice(0, 20)}`,
    );
  }
  if (parsed.username || parsed.password) {
    throw new AppError(
      "bad-request",
      `The address ${parsed.host} carries a user name or password. Enter credentials in their own fields.`,
    );
  }
  return parsed;
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
