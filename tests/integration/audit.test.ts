import { beforeAll, describe, expect, test } from "vitest";
import { POST as exportAudit } from "#app/api/v1/audit/exports/route.ts";
import { createToken } from "#commands/create-token.ts";
import { createUser } from "#commands/create-user.ts";
import { systemActor } from "#commands/system-actor.ts";
import type { Actor } from "#domain/role.ts";
import { AuditListParams, auditList } from "#queries/audit/audit-list.ts";
import { recordAudit } from "#store/audit.ts";
import { pool } from "#store/client.ts";
import { execute, sql } from "#store/sql.ts";

const admin = systemActor({ name: "test" });
const list = (params: Record<string, unknown> = {}) => auditList(admin, AuditListParams.parse(params));
let token = "";

beforeAll(async () => {
  await createUser(admin, {
    email: "a@example.com",
    name: '=HYPERLINK("http://evil")',
    role: "viewer",
    password: "a quite long password",
  });
  token = (await createToken(admin, { kind: "api", role: "admin", name: "export" })).token;
  // Many rows in the very same instant: the order needs more than the time.
  await execute(
    sql`insert into audit_entry (at, id, actor_kind, actor_id, actor_name, action, target_kind, target_id, target_name, outcome, before, after)
        select '2026-01-02T03:04:05.678Z'::timestamptz + (n / 40) * interval '1 microsecond', gen_random_uuid(), 'user', 'u' || n % 3, 'Person ' || n % 3,
               case when n % 2 = 0 then 'registry.connect' else 'registry.disconnect' end, 'registry', 'r' || n, 'shop%_' || n, 'done', null, '{"n":1}'
          from generate_series(1, 400) n`,
  );
});

describe("the audit list", () => {
  test("pages without gaps or repeats, newest first", async () => {
    const seen: string[] = [];
    const times: string[] = [];
    let cursor: string | undefined;
    let total = 0;
    do {
      const page = await list({ cursor });
      total = page.total;
      seen.push(...page.items.map((item) => item.id));
      times.push(...page.items.map((item) => item.at));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toHaveLength(402);
    expect(total).toBe(402);
    expect(new Set(seen).size).toBe(402);
    expect(times).toEqual([...times].sort().reverse());
  });

  test.each<[Record<string, unknown>, number]>([
    [{ action: "registry.connect" }, 200],
    [{ action: "registry" }, 400],
    [{ action: "regis" }, 0],
    [{ action: "%" }, 0],
    [{ actor: "Person 1" }, 134],
    [{ actor: "u1" }, 134],
    [{ target: "r7" }, 1],
    [{ target: "registry" }, 400],
    [{ target: "shop%_7" }, 11],
    [{ target: "shop__" }, 0],
    [{ outcome: "refused" }, 0],
    [{ outcome: "nonsense" }, 402],
    [{ from: "2026-01-02T03:04:05.678Z", to: "2026-01-02T03:04:06Z" }, 400],
    [{ from: "2026-01-03T00:00:00Z" }, 2],
    [{ from: "not a time", to: "-1" }, 402],
    [{ action: "registry", actor: "Person 0", target: "shop" }, 133],
    [{ action: "'; drop table audit_entry; --" }, 0],
    [{ cursor: "forged" }, 402],
  ])("%j finds %i", async (params, count) => {
    expect((await list(params)).total).toBe(count);
  });

  test("a cursor of other filters starts at the first page", async () => {
    const { nextCursor } = await list({ action: "registry" });
    const other = await list({ actor: "u1", cursor: nextCursor });
    expect(other.items[0]?.id).toBe((await list({ actor: "u1" })).items[0]?.id);
  });

  test("knows every action", async () => {
    expect((await list()).actions).toEqual(["registry.connect", "registry.disconnect", "token.create", "user.create"]);
  });

  test.each(["viewer", "analyst"] as const)("is closed to a %s", async (role) => {
    const actor: Actor = { kind: "user", id: "x", name: "x", role };
    await expect(auditList(actor, AuditListParams.parse({}))).rejects.toMatchObject({ code: "forbidden" });
  });
});

test("entries are never changed or deleted", async () => {
  await expect(execute(sql`update audit_entry set actor_name = 'someone else'`)).rejects.toThrow("append-only");
  await expect(execute(sql`delete from audit_entry`)).rejects.toThrow("append-only");
});

test("an entry keeps who, on what, before, after and from where", async () => {
  const actor: Actor = {
    kind: "user",
    id: "u9",
    name: "Nine",
    role: "admin",
    address: "203.0.113.5",
    requestId: "req-1",
  };
  await recordAudit(pool(), actor, {
    action: "x.y",
    target: { kind: "k", id: "i", name: "n" },
    before: { a: 1 },
    after: { a: 2 },
  });
  expect((await list({ action: "x.y" })).items[0]).toMatchObject({
    actorKind: "user",
    actorId: "u9",
    actorName: "Nine",
    action: "x.y",
    targetKind: "k",
    targetId: "i",
    targetName: "n",
    outcome: "done",
    before: { a: 1 },
    after: { a: 2 },
    address: "203.0.113.5",
    requestId: "req-1",
  });
});

describe("the export", () => {
  const call = async (query: string, bearer = token) => {
    const request = new Request(`http://127.0.0.1/api/v1/audit/exports${query}`, {
      method: "POST",
      headers: { authorization: `Bearer ${bearer}`, "x-breakwater-peer": "192.0.2.1" },
    });
    return exportAudit(request, { params: Promise.resolve({}) });
  };

  test("has exactly the rows of the list, is audited before, and cannot run formulas", async () => {
    const before = (await list({ action: "audit.export" })).total;
    const response = await call("?action=registry");
    expect(response.headers.get("content-type")).toContain("text/csv");
    const text = await response.text();
    expect(text.trim().split("\r\n")).toHaveLength(401);
    const exports = await list({ action: "audit.export" });
    expect(exports.total).toBe(before + 1);
    expect(exports.items[0]).toMatchObject({
      actorKind: "token",
      actorName: "export",
      after: { filters: { action: "registry" } },
    });
    const all = await (await call("?action=user.create")).text();
    expect(all).toContain("HYPERLINK");
    for (const cell of all.split(/[\r\n,]+/)) expect(cell).not.toMatch(/^"?[=+@]/);
  });

  test("a small token gets nothing and leaves no export entry", async () => {
    const small = await createToken(admin, { kind: "api", role: "analyst", name: "small" });
    const before = (await list({ action: "audit.export" })).total;
    const response = await call("", small.token);
    expect(response.status).toBe(403);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect((await list({ action: "audit.export" })).total).toBe(before);
  });
});
