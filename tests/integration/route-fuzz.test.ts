import { rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { createUser } from "#commands/create-user.ts";
import { systemActor } from "#commands/system-actor.ts";
import { tokenKinds } from "#domain/token-kind.ts";
import { insertApiToken } from "#store/account/api-token.ts";
import { pool } from "#store/client.ts";
import { queue } from "#store/queue/queue.ts";
import { randomFrom } from "../crash/random-from.ts";
import { addFlaws, addImage, addRegistries, debian, digestOf, recountAll, registryId } from "./query-estate.ts";
import { routeAddress, type WalkedRoute, walkedRoutes } from "./walked-routes.ts";

// Read once with the environment: what the agent's routes hand out.
vi.hoisted(() => {
  process.env.BREAKWATER_AGENT_BUNDLE = `/tmp/breakwater-fuzz-agent-${process.pid}.mjs`;
});

/**
 * Ten thousand requests that no page would send, over every route and method: whatever comes in, the answer blames the request and
 * never breaks. FUZZ_SEED repeats a run.
 */
const REQUESTS = 10_000;
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const random = randomFrom(seed);

const texts = [
  "",
  " ",
  "0",
  "-1",
  "1e999",
  "NaN",
  "null",
  "undefined",
  "true",
  "../../etc/passwd",
  "%",
  "%zz",
  "%00",
  "a%",
  "' or 1=1 --",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "x\udfffy",
  "\u202e",
  "😀",
  "ﬀ",
  "\r\nset-cookie: a=b",
  "{{7*7}}",
  "$(id)",
  "<script>",
  "9223372036854775807",
  "9223372036854775808",
  "-9223372036854775809",
  "2147483648",
  "99999999999999999999999",
  "1.5",
  "0x10",
  "2026-02-30T00:00:00Z",
  "9999-12-31T23:59:59Z",
  "+275760-09-13T00:00:00Z",
  "0001-01-01",
  "a".repeat(300),
  "é".repeat(5000),
  "sha256:zz",
  digestOf("big"),
  `sha256:${"0".repeat(64)}`,
  "sha512:00",
  registryId,
  "0198c0de-0000-7000-8000-00000000abcd",
  "CVE-2026-1",
  "http://",
  "ftp://a",
  "http://[::1",
  "not a url",
  "http://127.0.0.1:1/x",
  "http://user:pw@127.0.0.1:1",
  "javascript:alert(1)",
  "//a",
  "http://a b",
  "bmFtZQ",
  Buffer.from('["x"]').toString("base64url"),
  "team/app",
  "team/app:1",
  "a/b/c/../d",
  "*",
  "__proto__",
  "constructor",
];
const numbers = [0, -1, 1, 1.5, 2 ** 31, 2 ** 53, 2 ** 63, -(2 ** 63), 1e308, 5e-324, 2_147_483_648, 100_000];

const pick = <Item>(items: readonly Item[], from: () => number): Item =>
  items[Math.floor(from() * items.length)] as Item;
const ids: string[] = [];
const tokens: string[] = [];
const open: ReadableStream[] = [];

beforeAll(async () => {
  writeFileSync(process.env.BREAKWATER_AGENT_BUNDLE ?? "", "// the agent\n");
  await queue();
  await addRegistries();
  await addImage({ repository: "team/app", name: "big", tag: "1", daysAgo: 1, packages: [debian("openssl", "1.0")] });
  await addFlaws([{ key: "CVE-2026-1", severity: "high", packages: ["openssl"], fixed: "2.0" }]);
  await recountAll();
  const { id } = await createUser(systemActor({ name: "test" }), { email: "a@example.com", name: "A", role: "viewer" });
  ids.push(registryId, id, digestOf("big"), "CVE-2026-1", "0198c0de-0000-7000-8000-00000000abcd");
  await pool().query("insert into host (id, name, hostname, seen_boot_ids) values ($1, 'h', 'h', '{}')", [ids[4]]);
  for (const role of ["admin", "admin", "analyst", "viewer"] as const)
    tokens.push((await insertApiToken(pool(), { kind: "api", name: role, role })).token);
  for (const kind of tokenKinds.filter((name) => name !== "api"))
    for (const scope of [registryId, ids[4] ?? ""])
      tokens.push(
        (
          await insertApiToken(pool(), {
            kind,
            name: kind,
            scope: { kind: scope === registryId ? "registry" : "host", id: scope },
          })
        ).token,
      );
});
afterAll(async () => {
  rmSync(process.env.BREAKWATER_AGENT_BUNDLE ?? "", { force: true });
  for (const body of open) await body.cancel().catch(() => {});
});

test(`${REQUESTS} requests: none is answered with 5xx (FUZZ_SEED=${seed})`, async () => {
  const broken = new Map<string, string>();
  const answers = new Map<number, number>();
  for (let count = 0; count < REQUESTS && broken.size < 40; count += 1) {
    // Every route in turn, so that none is left out.
    const route = walkedRoutes[count % walkedRoutes.length];
    if (!route) break;
    const { request, said, params } = requestFor(route, count);
    const response = await route.handler(request, { params: Promise.resolve(params) });
    answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
    // Health is red where no worker beats, as in this test: that is its answer, not a fault.
    if (response.status >= 500 && !(response.status === 503 && route.pattern === "/api/v1/health"))
      broken.set(`${response.status} ${route.name}`, `${said}: ${(await response.text()).slice(0, 200)}`);
    else if (response.headers.get("content-type")?.includes("event-stream") && response.body) open.push(response.body);
    else await response.body?.cancel();
    for (const body of open.splice(0)) await body.cancel().catch(() => {});
  }
  console.log(
    `route fuzz: FUZZ_SEED=${seed}, answers ${JSON.stringify(Object.fromEntries([...answers].toSorted(([a], [b]) => a - b)))}`,
  );
  expect([...broken]).toEqual([]);
  // A fuzzer that is refused at the door tests nothing.
  expect((answers.get(200) ?? 0) + (answers.get(204) ?? 0)).toBeGreaterThan(REQUESTS / 50);
  expect(answers.get(400)).toBeGreaterThan(REQUESTS / 50);
}, 600_000);

function requestFor(
  route: WalkedRoute,
  count: number,
): { request: Request; said: string; params: Record<string, string> } {
  const values = Object.fromEntries(
    [...route.pattern.matchAll(/\[(?:\.\.\.)?(\w+)\]/g)].map(([, name = ""]) => [
      name,
      random() < 0.6 ? pick(ids, random) : pick(texts, random),
    ]),
  );
  const address = routeAddress(
    route.pattern,
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.toWellFormed()])),
  );
  const query = queryFor(route);
  const url = `http://127.0.0.1:3000${address.path}${query ? `?${query}` : ""}`;
  const body = route.method === "GET" ? undefined : bodyFor(route);
  const headers = new Headers({
    "x-breakwater-peer": `10.1.${(count >> 8) & 255}.${count & 255}`,
    host: "127.0.0.1:3000",
  });
  if (random() < 0.95) headers.set("authorization", `Bearer ${random() < 0.7 ? tokens[0] : pick(tokens, random)}`);
  if (body !== undefined)
    headers.set(
      "content-type",
      pick(["application/json", "application/json", "text/plain", "application/octet-stream"], random),
    );
  if (random() < 0.05)
    headers.set(
      pick(["last-event-id", "cookie", "if-none-match", "range", "content-encoding"], random),
      pick(["99999999999999999999", "gzip", "a=b; c", "x"], random),
    );
  const request = new Request(url, { method: route.method, headers, ...(body === undefined ? {} : { body }) });
  return {
    request,
    said: `${route.method} ${url} ${JSON.stringify(values)} ${String(body).slice(0, 300)}`,
    params: { ...(address.params as Record<string, string>), ...values },
  };
}

function queryFor(route: WalkedRoute): string {
  const names = Object.keys(shapeOf(route.meta.query));
  if (names.length === 0 && random() < 0.9) return "";
  return Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
    const name = names.length > 0 && random() < 0.9 ? pick(names, random) : pick(texts, random);
    const value = pick(texts, random);
    // Some are encoded as they should be, some are not.
    return random() < 0.7
      ? `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`
      : `${name}=${value}`;
  })
    .join("&")
    .replaceAll("#", "%23");
}

/** Half of the bodies have the right keys with values of any kind; some are right but for one value; the rest is no such object. */
function bodyFor(route: WalkedRoute): string {
  const chance = random();
  if (chance < 0.1) return pick(["", "{", "[]", "null", '"x"', "0", "\u0000", '{"a":', "[".repeat(5000)], random);
  const names = Object.keys(shapeOf(route.meta.body));
  const keys =
    names.length > 0
      ? names
      : ["events", "id", "name", "url", "token", "hostId", "records", "action", "target", "email", "password"];
  return JSON.stringify(Object.fromEntries(keys.filter(() => random() < 0.85).map((key) => [key, valueFor(key, 0)])));
}

function valueFor(key: string, depth: number): unknown {
  const chance = random();
  if (chance < 0.55) return plausible[key] !== undefined && random() < 0.6 ? plausible[key] : pick(texts, random);
  if (chance < 0.7) return pick(numbers, random);
  if (chance < 0.8) return pick([null, true, false], random);
  if (depth > 3) return {};
  if (chance < 0.9) return Array.from({ length: Math.floor(random() * 4) }, () => valueFor(key, depth + 1));
  return { [pick(texts, random)]: valueFor(key, depth + 1), [key]: valueFor(key, depth + 1) };
}

/** Values that get past the first look, so that what stands behind it is reached. */
const plausible: Record<string, unknown> = {
  name: "a name",
  role: "viewer",
  email: "b@example.com",
  kind: "oci",
  authKind: "anonymous",
  url: "http://127.0.0.1:1/",
  source: "not a url",
  reason: "accepted-risk",
  note: "a note",
  days: 30,
  confirm: "shop",
  paused: true,
  userId: "x",
  password: "a quite long password",
};

function shapeOf(schema: z.ZodType | undefined): Record<string, unknown> {
  return schema instanceof z.ZodObject ? schema.shape : {};
}
