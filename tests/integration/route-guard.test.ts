import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Guard } from "#app/api-route.ts";
import { buildDocument } from "#app/openapi/build-document.ts";
import { signIn } from "#commands/answer-auth-request.ts";
import { createUser } from "#commands/create-user.ts";
import { systemActor } from "#commands/system-actor.ts";
import { type Role, roleIncludes, roles } from "#domain/role.ts";
import { type TokenKind, tokenKinds } from "#domain/token-kind.ts";
import { insertApiToken } from "#store/account/api-token.ts";
import { pool } from "#store/client.ts";
import { execute, sql } from "#store/sql.ts";
import {
  methods,
  routeFiles,
  routeModules,
  undeclaredRoutes,
  type WalkedRoute,
  walkedRoutes,
} from "./walked-routes.ts";

/**
 * Every route × every role × no session × wrong token. The routes are read from the file system, so a new one is walked
 * without being named here; a new public one fails until it is listed below with a person's consent.
 */
const publicRoutes = new Set([
  "POST /api/auth/[...all]",
  "GET /api/v1/health",
  "POST /api/v1/setup",
  "GET /api/v1/openapi.json",
  "GET /metrics",
  "GET /api/v1/agent/breakwater-agent.mjs",
  "GET /api/v1/agent/breakwater-agent",
  "GET /api/v1/agent/sha256",
  "GET /api/v1/agent/install.sh",
  ...methods.flatMap((method) => [`${method} /api/[...path]`, `${method} /api`]),
]);

const ids = { id: "0198c0de-0000-7000-8000-00000000abcd", other: "0198c0de-0000-7000-8000-00000000ffff" };
const password = "a quite long password";

interface Operation {
  operationId: string;
  summary?: string;
  description: string;
  parameters: { name: string; in: string }[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
}

const guardedBy = <Kind extends Guard["kind"]>(kind: Kind) =>
  walkedRoutes.filter((route) => route.meta.guard.kind === kind).map((route) => [route.name, route] as const);

const cookies: Partial<Record<Role | "oneTime", string>> = {};
const apiTokens: Partial<Record<Role, string>> = {};
const otherTokens: Partial<Record<TokenKind, string>> = {};
const dead: Record<string, string> = {};

beforeAll(async () => {
  const system = systemActor({ name: "test" });
  const cookieOf = async (email: string, secret: string) => {
    const response = await signIn({
      email,
      password: secret,
      cookie: null,
      userAgent: null,
      address: "192.0.2.1",
      source: "192.0.2.1",
      requestId: "r",
    });
    return response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(";")[0])
      .join("; ");
  };
  for (const role of roles) {
    await createUser(system, { email: `${role}@example.com`, name: role, role, password });
    cookies[role] = await cookieOf(`${role}@example.com`, password);
    apiTokens[role] = (await insertApiToken(pool(), { kind: "api", name: role, role })).token;
  }
  const invited = await createUser(system, { email: "invited@example.com", name: "invited", role: "admin" });
  cookies.oneTime = await cookieOf("invited@example.com", invited.oneTimePassword ?? "");
  for (const kind of tokenKinds) {
    if (kind !== "api")
      otherTokens[kind] = (
        await insertApiToken(pool(), { kind, name: kind, scope: { kind: "host", id: ids.other } })
      ).token;
  }
  const revoked = await insertApiToken(pool(), { kind: "api", name: "revoked", role: "admin" });
  await execute(sql`update api_token set revoked_at = now() where id = ${revoked.id}`);
  const expired = await insertApiToken(pool(), { kind: "api", name: "expired", role: "admin", expiresAt: new Date(0) });
  Object.assign(dead, {
    revoked: revoked.token,
    expired: expired.token,
    unknown: `bw_api_${"A".repeat(43)}`,
    garbage: "x y z",
  });
});

let calls = 0;
const open: ReadableStream[] = [];
afterAll(async () => {
  for (const body of open) await body.cancel().catch(() => {});
});

async function call(route: WalkedRoute, headers: Record<string, string>): Promise<Response> {
  calls += 1;
  const params: Record<string, string | string[]> = {};
  for (const [, rest, name] of route.pattern.matchAll(/\[(\.\.\.)?(\w+)\]/g)) {
    if (name) params[name] = rest ? ["some", "thing"] : ids.id;
  }
  const url = `http://127.0.0.1:3000${route.pattern.replaceAll(/\[(\.\.\.)?\w+\]/g, ids.id)}`;
  const abort = new AbortController();
  const request = new Request(url, {
    method: route.method,
    headers: {
      host: "127.0.0.1:3000",
      "x-breakwater-peer": `10.${calls % 250}.${Math.floor(calls / 250)}.1`,
      ...headers,
    },
    signal: abort.signal,
    ...(route.method === "GET" ? {} : { body: "{}" }),
  });
  const response = await route.handler(request, { params: Promise.resolve(params) });
  if (response.headers.get("content-type")?.includes("event-stream") && response.body) {
    open.push(response.body);
    abort.abort();
  }
  return response;
}

const sameOrigin = { "sec-fetch-site": "same-origin", origin: "http://127.0.0.1:3000" };
const bearer = (token: string | undefined) => ({ authorization: `Bearer ${token}` });
const problemOf = async (response: Response) =>
  response.headers.get("content-type")?.includes("problem+json")
    ? ((await response.json()) as { detail: string }).detail
    : "";

test("every route declares who may call it", () => {
  expect(undeclaredRoutes).toEqual([]);
  expect(walkedRoutes.length).toBeGreaterThanOrEqual(15);
  expect(
    routeFiles.filter((file) => !walkedRoutes.some((route) => `/${path.dirname(file)}`.endsWith(route.pattern))),
  ).toEqual([]);
});

test("the OpenAPI document describes every operation, each with its parameters and a schema of its errors", () => {
  const document = buildDocument(routeModules) as { paths: Record<string, Record<string, Operation>> };
  const described = Object.entries(document.paths).flatMap(([pattern, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${pattern}`),
  );
  expect(described.toSorted()).toEqual(
    walkedRoutes
      .filter((route) => !route.meta.isHidden)
      .map((route) => route.name.replaceAll(/\[(?:\.\.\.)?(\w+)\]/g, "{$1}"))
      .toSorted(),
  );
  const operations = Object.entries(document.paths).flatMap(([pattern, of]) =>
    Object.values(of).map((operation) => ({ pattern, operation })),
  );
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
  for (const { pattern, operation } of operations) {
    const named = operation.parameters
      .filter((parameter) => parameter.in === "path")
      .map((parameter) => `{${parameter.name}}`);
    expect(named).toEqual(pattern.match(/\{\w+\}/g) ?? []);
    expect(operation.summary ?? operation.description).toBeTruthy();
    expect(operation.responses.default).toBeTruthy();
  }
  expect(document.paths["/api/v1/users"]?.post?.requestBody).toMatchObject({ required: true });
  expect(document.paths["/api/v1/users"]?.get?.parameters.map((parameter) => parameter.name)).toEqual([
    "q",
    "role",
    "cursor",
  ]);
});

test("only the routes that are meant to be public are", () => {
  const found = walkedRoutes.filter((route) => route.meta.guard.kind === "public").map((route) => route.name);
  expect(found.filter((name) => !publicRoutes.has(name))).toEqual([]);
  for (const { meta } of walkedRoutes) {
    if (meta.guard.kind === "public") expect(meta.guard.because.length).toBeGreaterThan(20);
  }
});

describe.each(guardedBy("role"))("%s", (_name, route) => {
  const needed = route.meta.guard.kind === "role" ? route.meta.guard.role : "admin";

  test("nobody and dead or foreign tokens get 401", async () => {
    expect((await call(route, {})).status).toBe(401);
    expect((await call(route, sameOrigin)).status).toBe(401);
    expect((await call(route, { cookie: "breakwater.session_token=forged.signature", ...sameOrigin })).status).toBe(
      401,
    );
    for (const token of [...Object.values(dead), ...Object.values(otherTokens)]) {
      expect((await call(route, bearer(token))).status).toBe(401);
      // A session beside it must not save it.
      expect((await call(route, { ...bearer(token), cookie: cookies.admin ?? "", ...sameOrigin })).status).toBe(401);
    }
  });

  test.each(roles)("a %s by session and by api token", async (role) => {
    for (const headers of [{ cookie: cookies[role] ?? "", ...sameOrigin }, bearer(apiTokens[role])]) {
      const response = await call(route, headers);
      if (roleIncludes(role, needed)) {
        const detail = await problemOf(response.clone());
        // Some routes hold more back for one kind of caller; what must not happen is a refusal for the role.
        expect(response.status, detail).not.toBe(401);
        expect(response.status < 500 || response.status === 502 || response.status === 503, detail).toBe(true);
        if (response.status === 403) expect(detail).not.toContain("This needs the role");
      } else {
        expect(response.status).toBe(403);
        expect(await problemOf(response)).toContain(`This needs the role ${needed}`);
      }
    }
  });

  test("a one-time password opens nothing but its change", async () => {
    const response = await call(route, { cookie: cookies.oneTime ?? "", ...sameOrigin });
    if (["GET /api/v1/me", "POST /api/v1/me/password"].includes(route.name)) expect(response.status).not.toBe(403);
    else {
      expect(response.status).toBe(403);
      expect(await problemOf(response)).toContain("one-time password");
    }
  });
});

const changes = guardedBy("role").filter(([, route]) => route.method !== "GET");
test.each(changes)("%s by cookie from another site is refused", async (_name, route) => {
  for (const origin of [
    {},
    { origin: "https://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site", origin: "http://127.0.0.1:3000" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
  ]) {
    const response = await call(route, { cookie: cookies.admin ?? "", ...(origin as Record<string, string>) });
    expect(response.status).toBe(403);
    expect(await problemOf(response)).toContain("not sent by a page of Breakwater");
  }
});

const byToken = guardedBy("token");
describe.each(byToken)("%s", (_name, route) => {
  const kind = route.meta.guard.kind === "token" ? route.meta.guard.tokenKind : "agent";

  test("people, other kinds and tokens for something else get 401", async () => {
    expect((await call(route, {})).status).toBe(401);
    for (const role of roles) {
      expect((await call(route, { cookie: cookies[role] ?? "", ...sameOrigin })).status).toBe(401);
      expect((await call(route, bearer(apiTokens[role]))).status).toBe(401);
    }
    for (const [other, token] of Object.entries(otherTokens)) {
      // The right kind here is for another host: where the address names one, it is refused as well.
      if (other === kind && !/\[\w+\]/.test(route.pattern)) continue;
      expect((await call(route, bearer(token))).status).toBe(401);
    }
  });

  test("the right token is let in", async () => {
    const scopeKind = /registries/.test(route.pattern)
      ? "registry"
      : /clusters/.test(route.pattern)
        ? "cluster"
        : "host";
    const { token } = await insertApiToken(pool(), { kind, name: "right", scope: { kind: scopeKind, id: ids.id } });
    const response = await call(route, { ...bearer(token), "content-type": "application/json" });
    expect(response.status, await problemOf(response.clone())).not.toBe(401);
    expect(response.status).toBeLessThan(500);
  });
});

describe("roles are checked in every command and query, not in pages", () => {
  const source = path.resolve(import.meta.dirname, "../../src");
  const found: [string, string][] = [];
  for (const folder of ["commands", "queries"]) {
    for (const file of readdirSync(path.join(source, folder), { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".ts") || file.endsWith(".test.ts")) continue;
      const text = readFileSync(path.join(source, folder, file), "utf8");
      for (const match of text.matchAll(
        /export (?:async )?function\*? (\w+)\(\s*actor: Actor[^{]*?\)(?:: [^\n]*?)? \{\n\s*([^\n]*)/g,
      )) {
        found.push([`${folder}/${file} ${match[1]}`, match[2] ?? ""]);
      }
    }
  }
  test("there are many", () => expect(found.length).toBeGreaterThanOrEqual(15));
  test.each(found)("%s asks for the role first", (_name, line) => expect(line).toMatch(/^requireRole\(actor, /));
});
