import { z } from "zod";
import { OwnerRule } from "#domain/owner.ts";
import { newId } from "#store/ids.ts";
import { saveIdentity } from "#store/resource-summary.ts";
import { type Executor, execute, selectFirst, selectRows, sql } from "#store/sql.ts";

/** How owners are found: which labels name one, the rules in their order, and who answers for the rest. */
export interface OwnerSettings {
  labels: string[];
  defaultOwner: string | null;
  rules: OwnerRule[];
}

/** One change of owners at a time: rules are read, compared and written as one list. */
export async function lockOwners(executor: Executor): Promise<void> {
  await execute(sql`select pg_advisory_xact_lock(727274341)`, executor);
}

export async function readOwnerSettings(executor: Executor): Promise<OwnerSettings> {
  const settings = await selectFirst(
    z.object({ labels: z.array(z.string()).nullable(), defaultOwner: z.string().nullable() }),
    sql`select (select value from setting where key = 'owners.labels') as labels, default_owner() as "defaultOwner"`,
    executor,
  );
  const rules = await selectRows(
    OwnerRule,
    sql`select kind, pattern, root_id as "rootId", owner from owner_rule order by position, id`,
    executor,
  );
  return { labels: settings?.labels ?? [], defaultOwner: settings?.defaultOwner ?? null, rules };
}

/** Replaces labels, default and all rules. */
export async function writeOwnerSettings(executor: Executor, to: OwnerSettings, by: string): Promise<void> {
  await execute(
    sql`insert into setting (key, value, updated_at, updated_by) values
          ('owners.labels', ${JSON.stringify(to.labels)}::jsonb, now(), ${by}),
          ('owners.default', ${JSON.stringify(to.defaultOwner)}::jsonb, now(), ${by})
        on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
    executor,
  );
  const column = <Value>(pick: (rule: OwnerRule) => Value) => to.rules.map(pick);
  await execute(sql`delete from owner_rule`, executor);
  await execute(
    sql`insert into owner_rule (id, position, kind, pattern, root_id, owner, created_by)
        select id, nth, kind, pattern, root_id, owner, ${by}
          from unnest(${column(() => newId())}::uuid[], ${column((rule) => rule.kind)}::text[], ${column((rule) => rule.pattern)}::text[],
            ${column((rule) => rule.rootId)}::uuid[], ${column((rule) => rule.owner)}::text[]) with ordinality
            as given (id, kind, pattern, root_id, owner, nth)`,
    executor,
  );
}

/** Makes this what registries and hosts say of their owner. Returns how many there are, and which of them are registries. */
export async function setRootOwners(
  executor: Executor,
  rootIds: readonly string[],
  owner: string | null,
): Promise<{ found: number; registryIds: string[] }> {
  const Id = z.object({ id: z.string() });
  const registries = await selectRows(
    Id,
    sql`update registry set owner = ${owner} where id = any(${[...rootIds]}::uuid[]) and deleted_at is null returning id`,
    executor,
  );
  const hosts = await selectRows(
    Id,
    sql`update host set owner = ${owner} where id = any(${[...rootIds]}::uuid[]) and removed_at is null returning id`,
    executor,
  );
  const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);
  await saveIdentity(executor, "registry", ids(registries));
  await saveIdentity(executor, "host", ids(hosts));
  return { found: registries.length + hosts.length, registryIds: ids(registries) };
}

/** Makes these the owners that a person belongs to. */
export async function writeMemberships(executor: Executor, userId: string, owners: readonly string[]): Promise<void> {
  await execute(sql`delete from owner_member where user_id = ${userId}`, executor);
  await execute(
    sql`insert into owner_member (user_id, owner) select ${userId}, unnest(${[...new Set(owners)]}::text[])`,
    executor,
  );
}
