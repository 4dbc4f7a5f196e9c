// Not named route.ts: Next would take it for the route of `/`.
import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { config } from "#config.ts";
import { AppError } from "#domain/app-error.ts";
import { isKnownHost, unknownHostText } from "#domain/known-host.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor, Role } from "#domain/role.ts";
import type { TokenKind } from "#domain/token-kind.ts";
import { readCappedJson } from "#ingest/read-capped-body.ts";
import { requestActor } from "./actor.ts";
import { zodFaults } from "./problem.ts";
import { apiSecurityHeaders, problemResponse } from "./problem-response.ts";
import { requireSameOrigin } from "./same-origin.ts";

/** Who may call a route. A test walks every route file and holds each handler against what it declares here. */
export type Guard =
  | { kind: "role"; role: Role }
  | { kind: "token"; tokenKind: TokenKind }
  | { kind: "public"; because: string };

/** What the OpenAPI document and the route walk read from a handler. */
export interface RouteMeta {
  guard: Guard;
  summary?: string;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  result?: z.ZodType;
  status?: number;
  /** Left out of the OpenAPI document. */
  isHidden?: boolean;
}

export interface RouteContext {
  params: Promise<Record<string, string | string[] | undefined>>;
}
export type RouteHandler = ((request: Request, context: RouteContext) => Promise<Response>) & { meta: RouteMeta };

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

export interface ApiRoute<Params, Query, Body> {
  role: Role;
  /** One line for the OpenAPI document. */
  summary?: string;
  params?: Params;
  /** Parsed from URL search params; a name that occurs more than once becomes an array. */
  query?: Query;
  body?: Body;
  /** Schema of the answer, for the OpenAPI document. */
  result?: z.ZodType;
  /** Status of a plain answer: 200, or 204 when `handle` returns nothing. */
  status?: number;
  /** Cap of a JSON body; 1 MiB. Routes that stream their body leave `body` out and read `request` themselves. */
  maxBodyBytes?: number;
  /** The routes that a person with a one-time password still needs. */
  allowOneTimePassword?: boolean;
  handle: (call: {
    actor: Actor;
    params: Parsed<Params>;
    query: Parsed<Query>;
    body: Parsed<Body>;
    request: Request;
    requestId: string;
  }) => Promise<unknown>;
}

/**
 * A route for people and api tokens: authenticates, checks the role, refuses foreign origins on changes, parses params, query
 * and body, and turns the returned value into JSON (a Response passes as it is) and every error into problem+json.
 */
export function apiRoute<
  Params extends z.ZodType | undefined = undefined,
  Query extends z.ZodType | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(route: ApiRoute<Params, Query, Body>): RouteHandler {
  return guardedRoute(metaOf(route), async (request, context, requestId) => {
    const { actor, via, mustChangePassword } = await requestActor(request.headers, requestId);
    if (via === "cookie") requireSameOrigin(request);
    if (mustChangePassword && !route.allowOneTimePassword) {
      throw new AppError("forbidden", "Your password is a one-time password. Change it first, then go on.");
    }
    requireRole(actor, route.role);
    const params = parse<Params>(route.params, storable(await context.params, "/params"), "/params");
    const query = parse<Query>(route.query, searchValues(new URL(request.url)), "/query");
    const body = route.body
      ? parse<Body>(route.body, storable(await readJson(request, route.maxBodyBytes), ""), "")
      : (undefined as Parsed<Body>);
    return route.handle({ actor, params, query, body, request, requestId });
  });
}

/**
 * A route whose handler proves the caller itself (ingest by token, public pages). `meta.guard` says how, and the route
 * walk tests that it does. Errors become problem+json as everywhere.
 */
export function guardedRoute(
  meta: RouteMeta,
  handle: (request: Request, context: RouteContext, requestId: string) => Promise<unknown>,
): RouteHandler {
  const handler = async (request: Request, context: RouteContext): Promise<Response> => {
    const requestId = randomUUID();
    try {
      requireKnownHost(request);
      return finish(await handle(request, context, requestId), requestId, meta.status);
    } catch (error) {
      return problemResponse(error, requestId, request);
    }
  };
  return Object.assign(handler, { meta });
}

function requireKnownHost(request: Request): void {
  const host = request.headers.get("host");
  if (isKnownHost(host, config())) return;
  throw new AppError("bad-request", unknownHostText(host));
}

function metaOf<
  Params extends z.ZodType | undefined,
  Query extends z.ZodType | undefined,
  Body extends z.ZodType | undefined,
>(route: ApiRoute<Params, Query, Body>): RouteMeta {
  return {
    guard: { kind: "role", role: route.role },
    ...(route.summary ? { summary: route.summary } : {}),
    ...(route.params ? { params: route.params } : {}),
    ...(route.query ? { query: route.query } : {}),
    ...(route.body ? { body: route.body } : {}),
    ...(route.result ? { result: route.result } : {}),
    ...(route.status ? { status: route.status } : {}),
  };
}

// The schema decides the type; without one there is nothing to hand over.
function parse<Schema extends z.ZodType | undefined>(
  schema: Schema | undefined,
  value: unknown,
  base: string,
): Parsed<Schema> {
  if (!schema) return undefined as Parsed<Schema>;
  const result = schema.safeParse(value);
  if (result.success) return result.data as Parsed<Schema>;
  throw new AppError("validation-failed", "Some values are not usable. See errors for each of them.", {
    faults: zodFaults(result.error, base),
  });
}

function readJson(request: Request, maxBytes = 1_048_576): Promise<unknown> {
  return readCappedJson(request, { maxBytes });
}

/** Text that no database column can hold is refused before anything is looked up: NUL, and half of a surrogate pair. */
function storable<Value>(value: Value, base: string): Value {
  const pointer = unstorable(value, base);
  if (pointer === undefined) return value;
  throw new AppError("validation-failed", "Some text holds a character that cannot be stored.", {
    faults: [{ pointer, detail: "must be well-formed Unicode without NUL" }],
  });
}

function unstorable(value: unknown, pointer: string): string | undefined {
  if (typeof value === "string") return value.includes("\u0000") || !value.isWellFormed() ? pointer : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const found = unstorable(key, pointer) ?? unstorable(part, `${pointer}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function searchValues(url: URL): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = {};
  for (const name of new Set(url.searchParams.keys())) {
    const all = url.searchParams.getAll(name);
    values[name] = all.length === 1 ? (all[0] ?? "") : all;
  }
  return values;
}

function finish(result: unknown, requestId: string, status: number | undefined): Response {
  const response =
    result instanceof Response
      ? result
      : result === undefined
        ? new Response(null, { status: status ?? 204 })
        : Response.json(result, { status: status ?? 200 });
  const headers = new Headers(response.headers);
  headers.set("x-request-id", requestId);
  for (const [name, value] of Object.entries(apiSecurityHeaders)) headers.set(name, value);
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
