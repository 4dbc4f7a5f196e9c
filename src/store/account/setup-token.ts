import { randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { clock } from "#clock.ts";
import { sha256 } from "#store/ids.ts";
import { type Executor, execute, selectFirst, sql } from "#store/sql.ts";
import { hasAccounts } from "./user.ts";

const KEY = "setup-token";
const LIFETIME_MS = 24 * 3_600_000;
const Stored = z.object({ hash: z.string(), expiresAt: z.iso.datetime() });

/**
 * Makes the one-time token of the setup link (`/setup?token=…`), valid for 24 h; a token made before stops working. Returns
 * null when an account exists already. Only its SHA-256 is stored.
 */
export async function issueSetupToken(): Promise<string | null> {
  if (await hasAccounts()) return null;
  const token = randomBytes(32).toString("base64url");
  const value = {
    hash: sha256(token).toString("hex"),
    expiresAt: new Date(clock.now().getTime() + LIFETIME_MS).toISOString(),
  };
  await execute(
    sql`insert into setting (key, value) values (${KEY}, ${JSON.stringify(value)}::jsonb)
        on conflict (key) do update set value = excluded.value, updated_at = now()`,
  );
  return token;
}

/** Whether `token` is the present setup token. `expired` says that it was right but came too late. */
export async function checkSetupToken(token: string, executor?: Executor): Promise<"valid" | "expired" | "wrong"> {
  const row = await selectFirst(
    z.object({ value: Stored }),
    sql`select value from setting where key = ${KEY}`,
    executor,
  );
  if (!row || !timingSafeEqual(sha256(token), Buffer.from(row.value.hash, "hex"))) return "wrong";
  return new Date(row.value.expiresAt) > clock.now() ? "valid" : "expired";
}

/** Makes the present setup token useless. */
export async function deleteSetupToken(executor: Executor): Promise<void> {
  await execute(sql`delete from setting where key = ${KEY}`, executor);
}
