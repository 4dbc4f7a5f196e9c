import { z } from "zod";
import { imageRules } from "#domain/image-rules.ts";
import { type OwnerSource, OwnerSource as Source } from "#domain/owner.ts";
import { markRulesDirty } from "#store/count/rule-count.ts";
import { saveIdentity } from "#store/resource-summary.ts";
import { type Executor, execute, type Statement, selectRows, sql } from "#store/sql.ts";

/** The repositories to look at, as a condition on `repository re`. */
type Which = Statement;

/**
 * Who answers for each place and each repository, as rules, labels and registries stand now: a label of the image, the first rule
 * that matches the repository, the owner of the registry, the default. A repository follows the label of its newest image.
 */
const ownersNow = (which: Which): Statement => sql`
  with settings as materialized (
    select array(select jsonb_array_elements_text(value) from setting where key = 'owners.labels') as keys, default_owner() as fallback),
  base as materialized (
    select re.registry_id, re.id, re.name, owner_by_rule(re.registry_id, 'repository', re.name) as by_rule, g.owner as by_tag
      from repository re join registry g on g.id = re.registry_id where ${which}),
  labelled as materialized (
    select p.registry_id, p.repository_id, p.id, p.digest, p.platform, p.last_pushed_at, p.retired_at, owner_by_label(i.config, s.keys) as by_label
      from base b join placement p on p.registry_id = b.registry_id and p.repository_id = b.id
      join image i on i.registry_id = p.registry_id and i.digest = p.digest cross join settings s),
  newest as (
    select distinct on (registry_id, repository_id) registry_id, repository_id, by_label from labelled
     where retired_at is null order by registry_id, repository_id, last_pushed_at desc, id)`;

const ownerOf = (label: Statement) => sql`coalesce(${label}, b.by_rule, b.by_tag, s.fallback)`;
const sourceOf = (
  label: Statement,
) => sql`case when ${label} is not null then 'label' when b.by_rule is not null then 'rule'
  when b.by_tag is not null then 'tag' when s.fallback is not null then 'default' end`;

/** Writes the owners of these repositories and of the images in them, where they differ. */
export async function settleRepositoryOwners(executor: Executor, which: Which): Promise<void> {
  await execute(
    sql`${ownersNow(which)}, told as (
          select l.registry_id, l.repository_id, l.digest, l.platform, ${ownerOf(sql`l.by_label`)} as owner, ${sourceOf(sql`l.by_label`)} as source
            from labelled l join base b on b.registry_id = l.registry_id and b.id = l.repository_id cross join settings s)
        update placement p set owner = t.owner, owner_source = t.source from told t
         where p.registry_id = t.registry_id and p.repository_id = t.repository_id and p.digest = t.digest and p.platform = t.platform
           and (p.owner, p.owner_source) is distinct from (t.owner, t.source)`,
    executor,
  );
  const changed = await execute(
    sql`${ownersNow(which)}, told as (
          select b.registry_id, b.id, ${ownerOf(sql`n.by_label`)} as owner, ${sourceOf(sql`n.by_label`)} as source
            from base b left join newest n on n.registry_id = b.registry_id and n.repository_id = b.id cross join settings s)
        update repository r set owner = t.owner, owner_source = t.source from told t
         where r.registry_id = t.registry_id and r.id = t.id and (r.owner, r.owner_source) is distinct from (t.owner, t.source)`,
    executor,
  );
  // Recommendations count repositories by owner.
  if (changed > 0) await markRulesDirty(executor, Object.values(imageRules));
}

/** One repository, after something was pushed to it. */
export const ofRepository = ({ registryId, id }: { registryId: string; id: string }): Which =>
  sql`re.registry_id = ${registryId} and re.id = ${id}`;

/** Everything of some registries, after what they say of their owner changed. */
export const ofRegistries = (registryIds: readonly string[]): Which =>
  sql`re.registry_id = any(${[...registryIds]}::uuid[])`;

/** Writes the owners of everything: rules, labels or the default changed. */
export async function settleAllOwners(executor: Executor): Promise<void> {
  await settleRepositoryOwners(executor, sql`g.deleted_at is null`);
  const roots = await selectRows(
    z.object({ id: z.string(), kind: z.enum(["registry", "host"]) }),
    sql`select root_id as id, kind from resource_summary where kind in ('registry', 'host') order by root_id`,
    executor,
  );
  for (const kind of ["registry", "host"] as const) {
    await saveIdentity(
      executor,
      kind,
      roots.filter((root) => root.kind === kind).map(({ id }) => id),
    );
  }
}

const Change = z.object({
  kind: z.enum(["repository", "host"]),
  name: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  source: Source.nullable(),
});
export type OwnerChange = z.infer<typeof Change> & { source: OwnerSource | null };

const CHANGES_SHOWN = 50;

/** What `settleAllOwners` would change about live repositories and hosts: how many, and the first of them by name. */
export async function ownerChanges(executor: Executor): Promise<{ total: number; changes: OwnerChange[] }> {
  const rows = await selectRows(
    Change.extend({ total: z.number() }),
    sql`${ownersNow(sql`g.deleted_at is null and re.retired_at is null`)}, told as (
          select 'repository' as kind, b.name, r.owner as "from", ${ownerOf(sql`n.by_label`)} as "to", ${sourceOf(sql`n.by_label`)} as source
            from base b join repository r on r.registry_id = b.registry_id and r.id = b.id
            left join newest n on n.registry_id = b.registry_id and n.repository_id = b.id cross join settings s
          union all
          select 'host', h.name, rs.owner, coalesce(h.by_rule, h.owner, s.fallback),
                 case when h.by_rule is not null then 'rule' when h.owner is not null then 'tag' when s.fallback is not null then 'default' end
            from (select h.*, owner_by_rule(h.id, 'host', h.name) as by_rule from host h where h.removed_at is null) h
            join resource_summary rs on rs.root_id = h.id cross join settings s)
        select *, (count(*) over ())::int as total from told where "from" is distinct from "to" order by kind desc, name limit ${CHANGES_SHOWN}`,
    executor,
  );
  return { total: rows[0]?.total ?? 0, changes: rows.map(({ total: _total, ...change }) => change) };
}
