import { z } from "zod";
import { type Executor, execute, selectFirst, sql } from "#store/sql.ts";

/** Site-wide expectations of Docker hosts; a host's own override them key by key. */
const KEY = "hosts.policy";
/** What they were before the last change, so that it can be taken back. */
const PREVIOUS_KEY = "hosts.policy.previous";

const Row = z.object({
  policy: z.record(z.string(), z.unknown()).catch({}),
  updatedAt: z.date(),
  updatedBy: z.string().nullable(),
});
export type SitePolicyRow = z.infer<typeof Row>;

const read = (key: string, executor: Executor, lock = sql``) =>
  selectFirst(
    Row,
    sql`select value as policy, updated_at as "updatedAt", updated_by as "updatedBy" from setting where key = ${key} ${lock}`,
    executor,
  );

/** What the site expects of its hosts, only the keys that somebody set. Undefined = nobody ever set any. */
export function sitePolicy(executor: Executor): Promise<SitePolicyRow | undefined> {
  return read(KEY, executor);
}

/** Replaces the site's expectations and keeps the ones before. Two people who save at once do so one after the other. */
export async function replaceSitePolicy(
  executor: Executor,
  policy: Record<string, unknown>,
  change: { at: Date; by: string },
): Promise<void> {
  const before = await lockSitePolicy(executor);
  if (before)
    await write(executor, PREVIOUS_KEY, { policy: before.policy, at: before.updatedAt, by: before.updatedBy });
  await write(executor, KEY, { policy, at: change.at, by: change.by });
}

/** The site's expectations, locked: nobody else can replace them before this transaction ends. */
export async function lockSitePolicy(executor: Executor): Promise<SitePolicyRow | undefined> {
  // A row that does not exist yet cannot be locked.
  await execute(sql`select pg_advisory_xact_lock(hashtext(${KEY}))`, executor);
  return read(KEY, executor, sql`for update`);
}

async function write(
  executor: Executor,
  key: string,
  { policy, at, by }: { policy: Record<string, unknown>; at: Date; by: string | null },
): Promise<void> {
  await execute(
    sql`insert into setting (key, value, updated_at, updated_by) values (${key}, ${JSON.stringify(policy)}::jsonb, ${at}, ${by})
        on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
    executor,
  );
}
