import { z } from "zod";
import { selectFirst, sql } from "#store/sql.ts";

/** Whether anybody can sign in yet. No actor: the pages before sign-in ask it, and the answer names nobody. */
export async function hasAccounts(): Promise<boolean> {
  const row = await selectFirst(z.object({ any: z.boolean() }), sql`select exists (select 1 from app_user) as any`);
  return row?.any ?? false;
}
