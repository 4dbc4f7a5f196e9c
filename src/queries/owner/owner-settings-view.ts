import { z } from "zod";
import { OwnerRule } from "#domain/owner.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";

export const OwnerRuleRow = OwnerRule.extend({ rootName: z.string().nullable() });

export const OwnerSettingsView = z.object({
  labels: z.array(z.string()),
  defaultOwner: z.string().nullable(),
  rules: z.array(OwnerRuleRow),
  /** Every owner that anything here has or a rule names, with what it answers for now. */
  owners: z.array(z.object({ name: z.string(), repositories: z.number(), roots: z.number() })),
  unowned: z.object({ repositories: z.number(), roots: z.number() }),
  /** Owners that the signed-in person belongs to. */
  mine: z.array(z.string()),
  registries: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type OwnerSettingsView = z.infer<typeof OwnerSettingsView>;

/** How owners are found, who there is, and which of them are one's own. */
export async function ownerSettingsView(actor: Actor): Promise<OwnerSettingsView> {
  requireRole(actor, "viewer");
  const [settings, rules, owners, unowned, mine, registries] = await Promise.all([
    selectFirst(
      z.object({ labels: z.array(z.string()).nullable(), defaultOwner: z.string().nullable() }),
      sql`select (select value from setting where key = 'owners.labels') as labels, default_owner() as "defaultOwner"`,
    ),
    selectRows(
      OwnerRuleRow,
      sql`select o.kind, o.pattern, o.root_id as "rootId", o.owner, g.name as "rootName"
            from owner_rule o left join registry g on g.id = o.root_id order by o.position, o.id`,
    ),
    selectRows(
      z.object({ name: z.string(), repositories: z.number(), roots: z.number() }),
      sql`select name, sum(repositories)::int as repositories, sum(roots)::int as roots from (
            select owner as name, 1 as repositories, 0 as roots from (${liveRepositories}) r where owner is not null
            union all select owner, 0, 1 from resource_summary where owner is not null
            union all select owner, 0, 0 from owner_rule
            union all select owner, 0, 0 from owner_member) o group by name order by name limit 500`,
    ),
    selectFirst(
      z.object({ repositories: z.number(), roots: z.number() }),
      sql`select (select count(*)::int from (${liveRepositories}) r where owner is null) as repositories,
                 (select count(*)::int from resource_summary where owner is null) as roots`,
    ),
    selectRows(
      z.object({ owner: z.string() }),
      sql`select owner from owner_member where user_id = ${actor.kind === "user" ? actor.id : null} order by owner`,
    ),
    selectRows(
      z.object({ id: z.string(), name: z.string() }),
      sql`select id, name from registry where deleted_at is null order by name limit 200`,
    ),
  ]);
  return {
    labels: settings?.labels ?? [],
    defaultOwner: settings?.defaultOwner ?? null,
    rules,
    owners,
    unowned: unowned ?? { repositories: 0, roots: 0 },
    mine: mine.map(({ owner }) => owner),
    registries,
  };
}

const liveRepositories = sql`select r.owner from repository r join registry g on g.id = r.registry_id and g.deleted_at is null where r.retired_at is null`;
