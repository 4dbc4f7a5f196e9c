import { expect, test, vi } from "vitest";

vi.hoisted(() => {
  process.env.BREAKWATER_ADMIN_EMAIL = "Ops@Example.com";
  process.env.BREAKWATER_ADMIN_PASSWORD = "a password from the environment";
});

import { z } from "zod";
import { signIn } from "#commands/answer-auth-request.ts";
import { changeOwnPassword } from "#commands/change-own-password.ts";
import { ensureAdminFromEnvironment } from "#commands/ensure-admin-from-environment.ts";
import { issueSetupToken } from "#store/account/setup-token.ts";
import { selectRows, sql } from "#store/sql.ts";

const signInWith = (password: string) =>
  signIn({
    email: "ops@example.com",
    password,
    cookie: null,
    userAgent: null,
    address: "192.0.2.1",
    source: "192.0.2.1",
    requestId: "r",
  });

test("several processes at once make one admin, and a restart never sets the password back", async () => {
  expect(await issueSetupToken()).not.toBeNull();
  await Promise.all(Array.from({ length: 5 }, () => ensureAdminFromEnvironment()));
  const users = await selectRows(
    z.object({ id: z.string(), email: z.string(), role: z.string() }),
    sql`select id, email, role from app_user`,
  );
  expect(users).toMatchObject([{ email: "ops@example.com", role: "admin" }]);
  expect(await issueSetupToken()).toBeNull();
  expect((await signInWith("a password from the environment")).status).toBe(204);
  const actor = { kind: "user", id: users[0]?.id ?? "", name: "Admin", role: "admin" } as const;
  await changeOwnPassword(actor, {
    currentPassword: "a password from the environment",
    newPassword: "a password of my own",
  });
  await ensureAdminFromEnvironment();
  await expect(signInWith("a password from the environment")).rejects.toMatchObject({ code: "unauthenticated" });
  expect((await signInWith("a password of my own")).status).toBe(204);
});
