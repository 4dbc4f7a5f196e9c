import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { signIn } from "#commands/answer-auth-request.ts";
import { changeOwnPassword } from "#commands/change-own-password.ts";
import { completeSetup } from "#commands/complete-setup.ts";
import { createUser } from "#commands/create-user.ts";
import { deleteUser } from "#commands/delete-user.ts";
import { disableUser } from "#commands/disable-user.ts";
import { enableUser } from "#commands/enable-user.ts";
import { resetPassword } from "#commands/reset-password.ts";
import { systemActor } from "#commands/system-actor.ts";
import { updateUserRole } from "#commands/update-user-role.ts";
import type { Actor, Role } from "#domain/role.ts";
import { authenticateSession } from "#ingest/authenticate-session.ts";
import { UserListParams, userList } from "#queries/account/user-list.ts";
import { issueSetupToken } from "#store/account/setup-token.ts";
import { execute, selectFirst, selectRows, sql } from "#store/sql.ts";

const root = systemActor({ name: "test" });
const password = "a quite long password";
let addresses = 0;
function nextAddress(): string {
  addresses += 1;
  return `192.0.2.${addresses}`;
}

/** Signs in from an address of its own, so that rate limits of one test do not reach the next. */
async function cookieOf(email: string, secret = password, from = nextAddress()): Promise<string> {
  const response = await signIn({
    email,
    password: secret,
    cookie: null,
    userAgent: "test",
    address: from,
    source: from,
    requestId: "r",
  });
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}
const whoIs = (cookie: string) => authenticateSession(new Headers({ cookie }));
const auditCount = async () =>
  (await selectFirst(z.object({ n: z.number() }), sql`select count(*)::int as n from audit_entry`))?.n ?? 0;
const lastAudit = () =>
  selectFirst(
    z.object({
      action: z.string(),
      outcome: z.string(),
      before: z.unknown(),
      after: z.unknown(),
      actor_name: z.string(),
      target_name: z.string().nullable(),
    }),
    sql`select action, outcome, before, after, actor_name, target_name from audit_entry order by at desc, id desc limit 1`,
  );
async function person(role: Role, email: string): Promise<Actor> {
  const { id } = await createUser(root, { email, name: email, role, password });
  return { kind: "user", id, name: email, role };
}

let setupToken = "";
beforeAll(async () => {
  setupToken = (await issueSetupToken()) ?? "";
});

describe("the first admin", () => {
  test("a wrong or replaced setup token is refused and makes nobody", async () => {
    const input = { email: "First@Example.com", name: "First", password };
    await expect(completeSetup(root, { ...input, token: "nonsense" })).rejects.toMatchObject({ code: "gone" });
    const old = setupToken;
    setupToken = (await issueSetupToken()) ?? "";
    await expect(completeSetup(root, { ...input, token: old })).rejects.toMatchObject({ code: "gone" });
    await execute(
      sql`update setting set value = jsonb_set(value, '{expiresAt}', '"2020-01-01T00:00:00.000Z"') where key = 'setup-token'`,
    );
    await expect(completeSetup(root, { ...input, token: setupToken })).rejects.toThrow("expired");
    setupToken = (await issueSetupToken()) ?? "";
    await expect(completeSetup(root, { ...input, password: "short", token: setupToken })).rejects.toThrow(
      "at least 12",
    );
    expect(await userList(root, UserListParams.parse({}))).toMatchObject({ accounts: 0 });
  });

  test("ten people with the same link make exactly one admin, and the link ends", async () => {
    const attempts = Array.from({ length: 10 }, (_, n) =>
      completeSetup(root, { email: `racer${n}@example.com`, name: "Racer", password, token: setupToken }),
    );
    const results = await Promise.allSettled(attempts);
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    const list = await userList(root, UserListParams.parse({}));
    expect(list.items.map((item) => [item.role, item.state, item.isLastAdmin])).toEqual([["admin", "active", true]]);
    expect(await issueSetupToken()).toBeNull();
    expect(
      await selectRows(z.object({ key: z.string() }), sql`select key from setting where key = 'setup-token'`),
    ).toEqual([]);
  });
});

describe("signing in", () => {
  test("a session starts, names its person, and ends for every reason it should", async () => {
    const ann = await person("analyst", "ann@example.com");
    const cookie = await cookieOf("ANN@example.com ");
    expect(await whoIs(cookie)).toMatchObject({
      actor: { id: ann.id, role: "analyst", kind: "user" },
      mustChangePassword: false,
    });
    expect(await lastAudit()).toMatchObject({
      action: "session.sign-in",
      outcome: "done",
      target_name: "ann@example.com",
    });
    const endings: [string, () => Promise<unknown>][] = [
      ["role", () => updateUserRole(root, { userId: ann.id, role: "viewer" })],
      ["disable", () => disableUser(root, { userId: ann.id })],
    ];
    let current = cookie;
    for (const [, end] of endings) {
      expect(await whoIs(current)).not.toBeNull();
      await end();
      expect(await whoIs(current)).toBeNull();
      if (
        await selectFirst(
          z.object({ id: z.string() }),
          sql`select id from app_user where id = ${ann.id} and not banned`,
        )
      ) {
        current = await cookieOf("ann@example.com");
      }
    }
    await expect(cookieOf("ann@example.com")).rejects.toMatchObject({ code: "forbidden" });
    await enableUser(root, { userId: ann.id });
    current = await cookieOf("ann@example.com");
    const reset = await resetPassword(root, { userId: ann.id });
    expect(await whoIs(current)).toBeNull();
    current = await cookieOf("ann@example.com", reset.oneTimePassword ?? "");
    expect(await whoIs(current)).toMatchObject({ mustChangePassword: true });
    await deleteUser(root, { userId: ann.id });
    expect(await whoIs(current)).toBeNull();
  });

  test("a disabled account with a session that slipped through is nobody", async () => {
    const slip = await person("admin", "slip@example.com");
    const cookie = await cookieOf("slip@example.com");
    await execute(sql`update app_user set banned = true where id = ${slip.id}`);
    expect(await whoIs(cookie)).toBeNull();
  });

  test("wrong password and unknown account look the same and are audited without what was typed", async () => {
    await person("viewer", "bob@example.com");
    const wrong = await cookieOf("bob@example.com", "wrong password here").catch((error: unknown) => error);
    const unknown = await cookieOf("hunter2-my-secret@example.com", "wrong password here").catch(
      (error: unknown) => error,
    );
    expect(wrong).toMatchObject({ code: "unauthenticated" });
    expect(unknown).toEqual(wrong);
    expect(JSON.stringify(await lastAudit())).not.toContain("hunter2");
    expect(await lastAudit()).toMatchObject({ outcome: "refused", target_name: "unknown account" });
    for (const email of ["", "no address", undefined, 7, ["bob@example.com"]]) {
      await expect(cookieOf(email as string)).rejects.toMatchObject({ code: "validation-failed" });
    }
  });

  test("wrong passwords from one source are limited, good ones do not count, many at once do not slip through", async () => {
    await person("viewer", "carl@example.com");
    // As if so many wrong ones had come already: each real one costs a slow hash.
    const had = (source: string, count: number) =>
      execute(
        sql`insert into rate_limit (id, key, count, last_request) values (gen_random_uuid()::text, ${`token:sign-in-from:${source}`}, ${count}, ${Date.now()})`,
      );
    const attempt = (secret: string, source: string) =>
      cookieOf("carl@example.com", secret, source).then(
        () => "done",
        (error: { code: string }) => error.code,
      );
    await had("198.51.100.7", 9);
    expect(await attempt("wrong password here", "198.51.100.7")).toBe("unauthenticated");
    expect(await attempt(password, "198.51.100.7")).toBe("rate-limited");
    expect(await attempt(password, "198.51.100.8")).toBe("done");
    await had("198.51.100.9", 9);
    expect(await attempt(password, "198.51.100.9")).toBe("done");
    expect(await attempt(password, "198.51.100.9")).toBe("done");
    await had("198.51.100.10", 8);
    const burst = await Promise.all(Array.from({ length: 6 }, () => attempt("wrong password here", "198.51.100.10")));
    expect(burst.filter((code) => code === "unauthenticated")).toHaveLength(2);
    expect(burst.filter((code) => code === "rate-limited")).toHaveLength(4);
  });

  test("wrong passwords of strangers do not keep the person out, and a slow ceiling spares where they signed in before", async () => {
    await person("viewer", "cleo@example.com");
    const attempt = (secret: string, source: string) =>
      cookieOf("cleo@example.com", secret, source).then(
        () => "done",
        (error: { code: string }) => error.code,
      );
    const had = (count: number) =>
      execute(
        sql`insert into rate_limit (id, key, count, last_request) values ('cleo', 'token:sign-in:cleo@example.com', ${count}, ${Date.now()})
            on conflict (key) do update set count = excluded.count, last_request = excluded.last_request`,
      );
    // Ten a minute from each of four addresses, for some minutes.
    await had(120);
    expect(await attempt("wrong password here", "203.0.113.1")).toBe("unauthenticated");
    expect(await attempt(password, "203.0.113.50")).toBe("done");
    await had(300);
    expect(await attempt(password, "203.0.113.51")).toBe("rate-limited");
    expect(await attempt(password, "203.0.113.50")).toBe("done");
    await execute(sql`update sign_in_source set last_at = now() - interval '200 days'`);
    expect(await attempt(password, "203.0.113.50")).toBe("rate-limited");
    await execute(sql`update rate_limit set last_request = last_request - 3600001 where id = 'cleo'`);
    expect(await attempt(password, "203.0.113.50")).toBe("done");
  });

  test("a forged, cut or foreign cookie is nobody", async () => {
    await person("viewer", "dora@example.com");
    const cookie = await cookieOf("dora@example.com");
    const [name, value = ""] = cookie.split("=");
    const token = value.split(".")[0];
    for (const forged of [
      `${name}=${token}`,
      `${name}=${token}.AAAA`,
      `${name}=${value.slice(0, -6)}`,
      `${name}=`,
      "x=1",
    ]) {
      expect(await whoIs(forged)).toBeNull();
    }
    expect(await whoIs(cookie)).not.toBeNull();
  });

  test("an expired one-time password does not sign in", async () => {
    const { id, oneTimePassword } = await createUser(root, { email: "eve@example.com", name: "Eve", role: "viewer" });
    await execute(sql`update app_user set password_expires_at = now() - interval '1 minute' where id = ${id}`);
    await expect(cookieOf("eve@example.com", oneTimePassword ?? "")).rejects.toThrow("one-time password has expired");
    expect((await userList(root, UserListParams.parse({ q: "eve" }))).items[0]).toMatchObject({ state: "expired" });
  });
});

describe("an api token of an admin", () => {
  const token: Actor = { kind: "token", id: "t", name: "ci", role: "admin" };
  test("makes no admin, by no way, and takes over no admin's account", async () => {
    const target = await person("admin", "target@example.com");
    const low = await person("viewer", "low@example.com");
    const refused = { code: "forbidden", message: expect.stringContaining("An api token cannot") };
    await expect(
      createUser(token, { email: "new@example.com", name: "New", role: "admin", password }),
    ).rejects.toMatchObject(refused);
    await expect(updateUserRole(token, { userId: low.id, role: "admin" })).rejects.toMatchObject(refused);
    await expect(resetPassword(token, { userId: target.id })).rejects.toMatchObject(refused);
    expect(await cookieOf("target@example.com")).toContain("session_token");
    await updateUserRole(token, { userId: low.id, role: "analyst" });
    await resetPassword(token, { userId: low.id, password: "another long password" });
  });
});

describe("two admins at once", () => {
  test("cannot delete, disable or demote each other: who lost the right first acts no more", async () => {
    const acts = [
      (actor: Actor, userId: string) => deleteUser(actor, { userId }),
      (actor: Actor, userId: string) => disableUser(actor, { userId }),
      (actor: Actor, userId: string) => updateUserRole(actor, { userId, role: "viewer" }),
    ];
    for (const [index, act] of acts.entries()) {
      const one = await person("admin", `one${index}@example.com`);
      const two = await person("admin", `two${index}@example.com`);
      const outcomes = await Promise.allSettled([act(one, two.id), act(two, one.id)]);
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
      const left = await selectRows(
        z.object({ email: z.string() }),
        sql`select email from app_user where role = 'admin' and not banned and email in (${one.name}, ${two.name})`,
      );
      expect(left).toHaveLength(1);
    }
  });
});

describe("one's own password", () => {
  test("needs the old one, ends the other sessions and lifts the one-time mark", async () => {
    const { id, oneTimePassword } = await createUser(root, { email: "finn@example.com", name: "Finn", role: "viewer" });
    const actor: Actor = { kind: "user", id, name: "Finn", role: "viewer" };
    const here = await cookieOf("finn@example.com", oneTimePassword ?? "");
    const there = await cookieOf("finn@example.com", oneTimePassword ?? "");
    const session = await whoIs(here);
    const next = "another long password";
    await expect(
      changeOwnPassword(actor, { currentPassword: "nope nope nope", newPassword: next }),
    ).rejects.toMatchObject({
      code: "validation-failed",
      faults: [{ pointer: "/currentPassword" }],
    });
    await expect(
      changeOwnPassword(actor, { currentPassword: oneTimePassword, newPassword: oneTimePassword }),
    ).rejects.toThrow("same");
    await changeOwnPassword(actor, { currentPassword: oneTimePassword, newPassword: next }, session?.sessionId);
    expect(await whoIs(here)).toMatchObject({ mustChangePassword: false });
    expect(await whoIs(there)).toBeNull();
    expect(await cookieOf("finn@example.com", next)).toContain("session_token");
    await expect(
      changeOwnPassword({ ...actor, kind: "token" }, { currentPassword: next, newPassword: password }),
    ).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("the last admin", () => {
  afterEach(() =>
    execute(sql`update app_user set role = 'admin', banned = false where email like 'racer%' or email like 'boss%'`),
  );

  test("cannot be demoted, disabled or deleted, and nobody does it to themselves", async () => {
    await execute(sql`update app_user set role = 'viewer' where email not like 'racer%'`);
    const [last] = (await userList(root, UserListParams.parse({ role: "admin" }))).items;
    const userId = last?.id ?? "";
    const before = await auditCount();
    await expect(updateUserRole(root, { userId, role: "viewer" })).rejects.toThrow("last admin");
    await expect(disableUser(root, { userId })).rejects.toThrow("last admin");
    await expect(deleteUser(root, { userId })).rejects.toThrow("last admin");
    const self: Actor = { kind: "user", id: userId, name: "self", role: "admin" };
    for (const command of [disableUser, deleteUser, resetPassword])
      await expect(command(self, { userId })).rejects.toThrow("own account");
    await expect(updateUserRole(self, { userId, role: "viewer" })).rejects.toThrow("own account");
    expect(await auditCount()).toBe(before);
  });

  test("two admins who remove each other at the same moment leave one", async () => {
    await execute(sql`update app_user set role = 'viewer'`);
    const one = await person("admin", "boss1@example.com");
    const two = await person("admin", "boss2@example.com");
    for (let round = 0; round < 10; round += 1) {
      await execute(sql`update app_user set role = 'admin', banned = false where email like 'boss%'`);
      const results = await Promise.allSettled([
        disableUser(one, { userId: two.id }),
        updateUserRole(two, { userId: one.id, role: "viewer" }),
      ]);
      expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
      const left = await selectFirst(
        z.object({ n: z.number() }),
        sql`select count(*)::int as n from app_user where role = 'admin' and not banned`,
      );
      expect(left?.n).toBe(1);
    }
  });
});

describe("every account command", () => {
  const commands: [string, (actor: Actor, id: string) => Promise<unknown>][] = [
    [
      "user.create",
      (actor) => createUser(actor, { email: `new${Math.random()}@example.com`, name: "N", role: "viewer" }),
    ],
    ["user.change-role", (actor, userId) => updateUserRole(actor, { userId, role: "analyst" })],
    ["user.disable", (actor, userId) => disableUser(actor, { userId })],
    ["user.enable", (actor, userId) => enableUser(actor, { userId })],
    ["user.reset-password", (actor, userId) => resetPassword(actor, { userId })],
    ["user.delete", (actor, userId) => deleteUser(actor, { userId })],
  ];
  test.each(commands)(
    "%s is refused below admin, leaves one audit row and no secret in it",
    async (action, command) => {
      const target = await person("viewer", `target-${action}@example.com`);
      for (const role of ["viewer", "analyst"] as const) {
        const before = await auditCount();
        const low: Actor = { kind: "user", id: "someone", name: "someone", role };
        await expect(command(low, target.id)).rejects.toMatchObject({ code: "forbidden" });
        expect(await auditCount()).toBe(before);
      }
      const before = await auditCount();
      const result = (await command(root, target.id)) as { oneTimePassword?: string } | undefined;
      expect(await auditCount()).toBe(before + 1);
      const row = await lastAudit();
      expect(row).toMatchObject({ action, outcome: "done", actor_name: "test" });
      if (result?.oneTimePassword) expect(JSON.stringify(row)).not.toContain(result.oneTimePassword);
    },
  );

  test("an address is taken once, in any case of letters", async () => {
    await person("viewer", "twin@example.com");
    await expect(createUser(root, { email: " TWIN@Example.com", name: "T", role: "viewer" })).rejects.toMatchObject({
      code: "conflict",
    });
  });

  test("unusable input names the place", async () => {
    await expect(
      createUser(root, { email: "x", name: "\u0000", role: "root", password: "short" }),
    ).rejects.toMatchObject({
      issues: [{ path: ["email"] }, { path: ["name"] }, { path: ["role"] }, { path: ["password"] }],
    });
  });
});

test("passwords and one-time passwords are stored as hashes only", async () => {
  const { oneTimePassword } = await createUser(root, { email: "gil@example.com", name: "Gil", role: "viewer" });
  expect(oneTimePassword).toMatch(/^[A-Za-z2-9]{5}(-[A-Za-z2-9]{5}){3}$/);
  const dump = await selectRows(z.object({ row: z.string() }), sql`select to_jsonb(a)::text as row from account a`);
  expect(dump.length).toBeGreaterThan(0);
  for (const { row } of dump) {
    expect(row).not.toContain(password);
    expect(row).not.toContain(oneTimePassword ?? "-");
  }
});
