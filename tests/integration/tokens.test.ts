import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { requestActor } from "#app/actor.ts";
import { createToken } from "#commands/create-token.ts";
import { createUser } from "#commands/create-user.ts";
import { deleteUser } from "#commands/delete-user.ts";
import { disableUser } from "#commands/disable-user.ts";
import { revokeToken } from "#commands/revoke-token.ts";
import { systemActor } from "#commands/system-actor.ts";
import { updateUserRole } from "#commands/update-user-role.ts";
import type { Actor, Role } from "#domain/role.ts";
import { tokenKinds } from "#domain/token-kind.ts";
import { authenticateToken } from "#ingest/authenticate-token.ts";
import { TokenListParams, tokenList } from "#queries/account/token-list.ts";
import { takeTokenUse } from "#store/account/api-token.ts";
import { pool } from "#store/client.ts";
import { execute, selectFirst, selectRows, sql } from "#store/sql.ts";

const root = systemActor({ name: "test" });
const people: Partial<Record<Role, Actor>> = {};
const scopes = { registry: "0198c0de-0000-7000-8000-000000000001", host: "0198c0de-0000-7000-8000-000000000002" };
let peers = 0;

/** Headers as a web process sees them: each call from an address of its own, so that refusals do not add up. */
function from(token: string | null, extra: Record<string, string> = {}): Headers {
  peers += 1;
  const headers = new Headers({
    "x-breakwater-peer": `10.0.${Math.floor(peers / 250)}.${(peers % 250) + 1}`,
    ...extra,
  });
  if (token !== null) headers.set("authorization", `Bearer ${token}`);
  return headers;
}
function actorOf(role: Role): Actor {
  const actor = people[role];
  if (!actor) throw new Error(`no ${role}`);
  return actor;
}
const make = async (input: Record<string, unknown>, actor: Actor = root) => createToken(actor, { name: "t", ...input });
const inputs: Record<(typeof tokenKinds)[number], Record<string, unknown>> = {
  enrol: { kind: "enrol", usesLeft: 3 },
  agent: { kind: "agent", scopeKind: "host", scopeId: scopes.host },
  sensor: { kind: "sensor", scopeKind: "host", scopeId: scopes.host },
  webhook: { kind: "webhook", scopeKind: "registry", scopeId: scopes.registry },
  api: { kind: "api", role: "viewer" },
};

beforeAll(async () => {
  for (const role of ["viewer", "analyst", "admin"] as const) {
    const { id } = await createUser(root, {
      email: `${role}@example.com`,
      name: role,
      role,
      password: "a quite long password",
    });
    people[role] = { kind: "user", id, name: role, role };
  }
});

describe("a token", () => {
  test.each(tokenKinds)("of kind %s opens its own door and no other", async (kind) => {
    const { token, id } = await make(inputs[kind]);
    expect(token).toMatch(new RegExp(`^bw_${kind}_[A-Za-z0-9_-]{43}$`));
    for (const door of tokenKinds) {
      const attempt = authenticateToken(from(token), door);
      if (door === kind) expect(await attempt).toMatchObject({ id, kind });
      else await expect(attempt).rejects.toMatchObject({ code: "unauthenticated" });
    }
  });

  test("is stored as a hash and shown in no list, answer or audit row", async () => {
    const { token } = await make(inputs.api);
    const secret = token.slice("bw_api_".length + 6);
    const rows = await selectRows(
      z.object({ row: z.string() }),
      sql`select to_jsonb(t)::text as row from api_token t union all select to_jsonb(a)::text from audit_entry a`,
    );
    expect(rows.some(({ row }) => row.includes(secret))).toBe(false);
    expect(JSON.stringify(await tokenList(root, TokenListParams.parse({ state: "any" })))).not.toContain(secret);
    expect(JSON.stringify(await authenticateToken(from(token), "api"))).not.toContain("tokenHash");
  });

  test("is read from Bearer, from the password of Basic and from our own header", async () => {
    const { token, id } = await make(inputs.webhook);
    const basic = `Basic ${Buffer.from(`registry:${token}`).toString("base64")}`;
    for (const headers of [
      from(null, { authorization: `bearer   ${token}` }),
      from(null, { authorization: basic }),
      from(null, { "x-breakwater-token": token }),
    ]) {
      expect((await authenticateToken(headers, "webhook")).id).toBe(id);
    }
    expect((await authenticateToken({ value: token, headers: from(null) }, "webhook")).id).toBe(id);
  });

  test.each([
    null,
    "",
    "x",
    "bw_webhook_",
    "bw_webhook_' or 1=1 --",
    `bw_webhook_${"A".repeat(43)}`,
    `bw_webhook_${"A".repeat(100_000)}`,
    "bw_webhook_\u00e9",
  ])("%j is refused", async (value) => {
    await expect(authenticateToken({ value, headers: from(null) }, "webhook")).rejects.toMatchObject({
      code: "unauthenticated",
    });
  });

  test("is bound to its scope", async () => {
    const { token } = await make(inputs.webhook);
    expect(await authenticateToken(from(token), "webhook", { kind: "registry", id: scopes.registry })).toMatchObject({
      scopeId: scopes.registry,
    });
    for (const scope of [
      { kind: "registry", id: scopes.host },
      { kind: "host", id: scopes.registry },
    ]) {
      await expect(authenticateToken(from(token), "webhook", scope)).rejects.toMatchObject({ code: "unauthenticated" });
    }
    const { token: unscoped } = await make(inputs.enrol);
    await expect(authenticateToken(from(unscoped), "enrol", { kind: "host", id: scopes.host })).rejects.toMatchObject({
      code: "unauthenticated",
    });
  });

  test("ends when it expires, when it is revoked and when its uses are taken", async () => {
    const expired = await make(inputs.agent);
    await execute(sql`update api_token set expires_at = now() - interval '1 second' where id = ${expired.id}`);
    const revoked = await make(inputs.agent);
    await revokeToken(root, { tokenId: revoked.id });
    for (const { token } of [expired, revoked]) {
      await expect(authenticateToken(from(token), "agent")).rejects.toMatchObject({ code: "unauthenticated" });
    }
    const counted = await make(inputs.enrol);
    const taken = await Promise.all(Array.from({ length: 10 }, () => takeTokenUse(pool(), counted.id)));
    expect(taken.filter(Boolean)).toHaveLength(3);
    await expect(authenticateToken(from(counted.token), "enrol")).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(revokeToken(root, { tokenId: revoked.id })).rejects.toMatchObject({ code: "conflict" });
  });

  test("works only from its addresses, and a forged X-Forwarded-For does not help", async () => {
    const { token } = await make({ ...inputs.agent, allowedAddresses: ["203.0.113.0/24", "2001:db8::/32"] });
    for (const peer of ["203.0.113.9", "2001:db8::1", "::ffff:203.0.113.9"]) {
      expect(await authenticateToken(from(token, { "x-breakwater-peer": peer }), "agent")).toBeTruthy();
    }
    for (const extra of [
      { "x-breakwater-peer": "203.0.114.9" },
      { "x-breakwater-peer": "198.51.100.1", "x-forwarded-for": "203.0.113.9" },
      { "x-breakwater-peer": "", "x-forwarded-for": "203.0.113.9" },
    ]) {
      await expect(authenticateToken(from(token, extra), "agent")).rejects.toMatchObject({ code: "unauthenticated" });
    }
  });

  test("notes its last use at most once a minute", async () => {
    const { token, id } = await make(inputs.api);
    const used = async () =>
      (
        await selectFirst(
          z.object({ at: z.date().nullable() }),
          sql`select last_used_at as at from api_token where id = ${id}`,
        )
      )?.at;
    expect(await used()).toBeNull();
    await authenticateToken(from(token), "api");
    const first = await used();
    expect(first).not.toBeNull();
    await authenticateToken(from(token), "api");
    expect(await used()).toEqual(first);
    await execute(sql`update api_token set last_used_at = now() - interval '2 minutes' where id = ${id}`);
    await authenticateToken(from(token), "api");
    expect((await used())?.getTime()).toBeGreaterThanOrEqual(first?.getTime() ?? 0);
  });

  test("repeated refusals from one source become 429 with Retry-After, others are not touched", async () => {
    const { token } = await make(inputs.agent);
    const peer = { "x-breakwater-peer": "2001:db8:1:1::1" };
    const neighbour = { "x-breakwater-peer": "2001:db8:1:1:ffff::2" };
    const codes: string[] = [];
    for (let attempt = 0; attempt < 22; attempt += 1) {
      const error: unknown = await authenticateToken(from("bw_agent_wrong", peer), "agent").catch(
        (thrown: unknown) => thrown,
      );
      codes.push((error as { code: string }).code);
      if (attempt === 21) expect((error as { retryAfterSeconds: number }).retryAfterSeconds).toBeGreaterThan(0);
    }
    expect(codes.slice(0, 20).every((code) => code === "unauthenticated")).toBe(true);
    expect(codes.slice(20)).toEqual(["rate-limited", "rate-limited"]);
    await expect(authenticateToken(from("bw_agent_wrong", neighbour), "agent")).rejects.toMatchObject({
      code: "rate-limited",
    });
    await expect(authenticateToken(from("bw_agent_wrong"), "agent")).rejects.toMatchObject({ code: "unauthenticated" });
    expect(await authenticateToken(from(token, peer), "agent")).toBeTruthy();
  });
});

describe("who may make and revoke", () => {
  const allowed: Record<Role, Role[]> = {
    viewer: ["viewer"],
    analyst: ["viewer", "analyst"],
    admin: ["viewer", "analyst", "admin"],
  };
  test.each(["viewer", "analyst", "admin"] as const)("a %s makes api tokens up to the own role", async (own) => {
    for (const role of ["viewer", "analyst", "admin"] as const) {
      const attempt = make({ kind: "api", role }, actorOf(own));
      if (allowed[own].includes(role)) expect(await attempt).toHaveProperty("token");
      else await expect(attempt).rejects.toMatchObject({ code: "forbidden" });
    }
  });

  test("other kinds and tokens without end need an admin, and an api token makes no api token", async () => {
    for (const kind of ["enrol", "agent", "sensor", "webhook"] as const) {
      await expect(make(inputs[kind], actorOf("analyst"))).rejects.toMatchObject({ code: "forbidden" });
    }
    await expect(make({ ...inputs.api, expiresInDays: null }, actorOf("analyst"))).rejects.toMatchObject({
      code: "forbidden",
    });
    expect((await make({ ...inputs.api, expiresInDays: null }, actorOf("admin"))).expiresAt).toBeNull();
    await expect(make(inputs.api, { ...actorOf("admin"), kind: "token" })).rejects.toMatchObject({ code: "forbidden" });
  });

  test("unusable wishes are refused with their place", async () => {
    const faults: [Record<string, unknown>, string][] = [
      [{ kind: "api" }, "role"],
      [{ kind: "enrol", role: "admin" }, "role"],
      [{ kind: "webhook" }, "scopeKind"],
      [{ kind: "webhook", scopeKind: "host", scopeId: "x" }, "scopeKind"],
      [{ kind: "agent" }, "scopeKind"],
      [{ kind: "api", role: "viewer", usesLeft: 3 }, "usesLeft"],
      [{ kind: "api", role: "viewer", expiresInDays: 0 }, "expiresInDays"],
      [{ kind: "api", role: "viewer", expiresInDays: 10_000 }, "expiresInDays"],
      [{ kind: "api", role: "viewer", allowedAddresses: ["10.0.0.0/99"] }, "allowedAddresses"],
      [{ kind: "api", role: "viewer", allowedAddresses: ["0177.0.0.1"] }, "allowedAddresses"],
      [{ kind: "api", role: "viewer", name: " " }, "name"],
      [{ kind: "root" }, "kind"],
    ];
    for (const [input, place] of faults) {
      await expect(make(input)).rejects.toMatchObject({
        issues: expect.arrayContaining([expect.objectContaining({ path: expect.arrayContaining([place]) })]),
      });
    }
  });

  test("people see and revoke their own api tokens, admins all", async () => {
    const own = await make({ ...inputs.api, name: "viewer's own" }, actorOf("viewer"));
    const other = await make({ ...inputs.api, name: "analyst's own" }, actorOf("analyst"));
    const seen = await tokenList(actorOf("viewer"), TokenListParams.parse({ state: "any" }));
    expect(seen.items.every((item) => item.createdByName === "viewer" && item.kind === "api")).toBe(true);
    expect(seen.total).toBe(seen.items.length);
    await expect(revokeToken(actorOf("viewer"), { tokenId: other.id })).rejects.toMatchObject({ code: "not-found" });
    await revokeToken(actorOf("viewer"), { tokenId: own.id });
    await revokeToken(actorOf("admin"), { tokenId: other.id });
    const all = await tokenList(root, TokenListParams.parse({ state: "any" }));
    expect(all.total).toBe(all.items.length);
    expect(all.items.find((item) => item.id === own.id)?.state).toBe("revoked");
    await expect(revokeToken(root, { tokenId: scopes.host })).rejects.toMatchObject({ code: "not-found" });
  });

  test("each change leaves one audit row", async () => {
    const count = async () =>
      (await selectFirst(z.object({ n: z.number() }), sql`select count(*)::int as n from audit_entry`))?.n ?? 0;
    const before = await count();
    const { id } = await make(inputs.api, actorOf("analyst"));
    expect(await count()).toBe(before + 1);
    await revokeToken(actorOf("analyst"), { tokenId: id });
    expect(await count()).toBe(before + 2);
    await expect(make({ kind: "api", role: "admin" }, actorOf("analyst"))).rejects.toThrow();
    expect(await count()).toBe(before + 2);
  });
});

describe("an api token acts", () => {
  test("with its own role, never with more than its maker has today, and dies with its maker", async () => {
    const { id } = await createUser(root, {
      email: "maker@example.com",
      name: "Maker",
      role: "admin",
      password: "a quite long password",
    });
    const maker: Actor = { kind: "user", id, name: "Maker", role: "admin" };
    const { token } = await make({ kind: "api", role: "admin" }, maker);
    const small = await make({ kind: "api", role: "viewer" }, maker);
    const roleOf = async (text: string) => (await requestActor(from(text), "r")).actor.role;
    expect(await roleOf(token)).toBe("admin");
    expect(await roleOf(small.token)).toBe("viewer");
    await updateUserRole(root, { userId: id, role: "analyst" });
    expect(await roleOf(token)).toBe("analyst");
    expect(await roleOf(small.token)).toBe("viewer");
    await disableUser(root, { userId: id });
    await expect(roleOf(token)).rejects.toMatchObject({ code: "unauthenticated" });
    // Even if the row were not revoked.
    await execute(sql`update api_token set revoked_at = null where created_by = ${id}`);
    await expect(roleOf(token)).rejects.toMatchObject({ code: "unauthenticated" });
    await deleteUser(root, { userId: id });
    await execute(sql`update api_token set revoked_at = null where created_by = ${id}`);
    await expect(roleOf(token)).rejects.toMatchObject({ code: "unauthenticated" });
  });

  test("a bad token is not saved by a good cookie", async () => {
    const headers = from("bw_api_nonsense", { cookie: "breakwater.session_token=whatever" });
    await expect(requestActor(headers, "r")).rejects.toMatchObject({ code: "unauthenticated" });
  });
});

test("the list pages by cursor without gaps or repeats and keeps its filters", async () => {
  await execute(
    sql`insert into api_token (id, kind, name, prefix, token_hash, allowed_addresses, created_at)
        select gen_random_uuid(), 'enrol', 'bulk 50%_' || n, 'bw_enrol_x', sha256(n::text::bytea), '{}', now() - (n / 7) * interval '1 minute'
          from generate_series(1, 250) n`,
  );
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await tokenList(root, TokenListParams.parse({ q: "bulk 50%_", kind: "enrol", cursor }));
    expect(page.total).toBe(250);
    seen.push(...page.items.map((item) => item.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(new Set(seen).size).toBe(250);
  expect(seen).toHaveLength(250);
  expect((await tokenList(root, TokenListParams.parse({ q: "bulk 50_%" }))).total).toBe(0);
});
