import { z } from "zod";
import { clock } from "#clock.ts";
import { ExemptionEffect, noEffect } from "#domain/exemption.ts";
import type { ImageKey } from "#store/image/image-scan.ts";
import { wantedImages } from "#store/image/wanted-images.ts";
import { type Executor, execute, joinSql, type Statement, selectFirst, selectRows, sql } from "#store/sql.ts";
import { type Baseline, type ExemptionAim, exemptionsInForce, holdExemptions, unsavedExemption } from "./exemption.ts";

// An exemption of a vulnerability is kept as the rows it covers, so that every count, list and export reads one predicate: rows of
// exempted_package where it holds in a whole registry, rows of exempted_finding where it holds in some places only.

/** Facts of a package and a flaw that conditions ask about. Severity is the one that the vendor gives this package. */
const packageFacts = sql`jsonb_build_object('package.version', pv.version, 'package.type', pv.type, 'severity', pa.severity)`;

/** The flaw under any of its names: the key may change when an alias becomes known. */
const ofFlaw = sql`v.key = e.subject or v.aliases @> array[e.subject]`;

/** Rows of exempted_package for these wide exemptions. `held` names the (registry_id, package_version_id) to look at. */
function coveredPackages(exemptions: Statement, held: Statement): Statement {
  return sql`
    select distinct on (h.registry_id, pa.vulnerability_id, pa.package_version_id) h.registry_id as root_id, pa.vulnerability_id,
           pa.package_version_id, e.id as exemption_id, pa.fixed_version is not null as was_fixable
      from (${exemptions}) e
      join vulnerability v on ${ofFlaw}
      join package_advisory pa on pa.vulnerability_id = v.id
      join package_version pv on pv.id = pa.package_version_id
      join (${held}) h on h.package_version_id = pa.package_version_id and (e.root_id is null or h.registry_id = e.root_id)
     where not e.is_narrow and (e.package_name is null or e.package_name in (pv.name, pv.source_name))
       and (e.conditions = '[]' or conditions_hold(e.conditions, ${packageFacts}))
     order by h.registry_id, pa.vulnerability_id, pa.package_version_id, e.created_at, e.id`;
}

/** Rows of exempted_finding for these narrow exemptions. `within` limits the places and packages that are looked at. */
function coveredPlaces(exemptions: Statement, within: Statement): Statement {
  return sql`
    select distinct on (p.registry_id, p.id, pa.vulnerability_id, pa.package_version_id) p.registry_id as root_id, p.id as placement_id,
           pa.vulnerability_id, pa.package_version_id, e.id as exemption_id, pa.fixed_version is not null as was_fixable
      from (${exemptions}) e
      join vulnerability v on ${ofFlaw}
      join package_advisory pa on pa.vulnerability_id = v.id
      join package_version pv on pv.id = pa.package_version_id
      join set_package sp on sp.package_version_id = pa.package_version_id and (e.root_id is null or sp.registry_id = e.root_id)
      join image_set s on s.registry_id = sp.registry_id and s.set_id = sp.set_id
      join placement p on p.registry_id = s.registry_id and p.digest = s.digest
      join repository r on r.registry_id = p.registry_id and r.id = p.repository_id
     where e.is_narrow and (e.repository_id is null or e.repository_id = p.repository_id)
       and (e.resource_id is null or p.digest = decode(substr(e.resource_id, 8), 'hex'))
       and (e.package_name is null or e.package_name in (pv.name, pv.source_name))
       and (e.conditions = '[]' or conditions_hold(e.conditions, ${packageFacts} || jsonb_build_object('platform', p.platform, 'repository', r.name)))
       and ${within}
     order by p.registry_id, p.id, pa.vulnerability_id, pa.package_version_id, e.created_at, e.id`;
}

async function cover(
  executor: Executor,
  exemptions: Statement,
  { held, within }: { held: Statement; within: Statement },
): Promise<void> {
  await execute(
    sql`insert into exempted_package (root_id, vulnerability_id, package_version_id, exemption_id, was_fixable)
        ${coveredPackages(exemptions, held)} on conflict do nothing`,
    executor,
  );
  await execute(
    sql`insert into exempted_finding (root_id, placement_id, vulnerability_id, package_version_id, exemption_id, was_fixable)
        ${coveredPlaces(exemptions, within)} on conflict do nothing`,
    executor,
  );
}

/** True when any exemption of a vulnerability is in force: without one there is nothing to lay over new findings. */
async function hasExemptions(executor: Executor): Promise<boolean> {
  const row = await selectFirst(
    z.object({ found: z.boolean() }),
    sql`select exists (select 1 from exemption where subject_kind = 'vulnerability' and ended_at is null) as found`,
    executor,
  );
  return row?.found ?? false;
}

/**
 * Lays the exemptions in force over the findings that these images have now, so that a new push is exempt in the transaction
 * that brings it. Rows that exist stay as they are.
 */
export async function applyExemptions(executor: Executor, images: readonly ImageKey[]): Promise<void> {
  if (images.length === 0) return;
  await holdExemptions(executor);
  if (!(await hasExemptions(executor))) return;
  const wanted = wantedImages(images);
  await cover(executor, exemptionsInForce("vulnerability", clock.now()), {
    held: sql`select distinct sp.registry_id, sp.package_version_id from (${wanted}) w
      join image_set s on s.registry_id = w.registry_id and s.digest = w.digest
      join set_package sp on sp.registry_id = s.registry_id and sp.set_id = s.set_id`,
    within: sql`(p.registry_id, p.digest) in (${wanted})`,
  });
}

/** Lays the exemptions in force over what is matched in these package versions now, in the transaction that matched them. */
export async function applyExemptionsToPackages(
  executor: Executor,
  packageVersionIds: readonly bigint[],
): Promise<void> {
  if (packageVersionIds.length === 0) return;
  await holdExemptions(executor);
  if (!(await hasExemptions(executor))) return;
  await cover(executor, exemptionsInForce("vulnerability", clock.now()), {
    held: sql`select distinct registry_id, package_version_id from set_package where package_version_id = any(${packageVersionIds}::bigint[])`,
    within: sql`pa.package_version_id = any(${packageVersionIds}::bigint[])`,
  });
}

/** The flaws of these names. */
const flawsOf = (subjects: readonly string[]) =>
  sql`select f.id from vulnerability f where f.key = any(${[...subjects]}::text[]) or f.aliases && ${[...subjects]}::text[]`;

/** What holds the packages that these flaws are in, by registry. */
const holdersOf = (
  subjects: readonly string[],
) => sql`select distinct h.registry_id, h.package_version_id from set_package h
  where h.package_version_id in (select a.package_version_id from package_advisory a where a.vulnerability_id in (${flawsOf(subjects)}))`;

/** Lays every exemption of one vulnerability over its findings again, after one was made or ended. The caller holds `lockExemptions`. */
export async function applyExemptionsOf(executor: Executor, subject: string, now: Date): Promise<void> {
  await cover(
    executor,
    sql`select * from (${exemptionsInForce("vulnerability", now)}) f where f.subject = ${subject}`,
    {
      held: holdersOf([subject]),
      within: sql`true`,
    },
  );
}

/** Takes an exemption off everything it covered. Others of the same vulnerability must be laid over it again. */
export async function uncover(executor: Executor, exemptionId: string): Promise<void> {
  await execute(sql`delete from exempted_package where exemption_id = ${exemptionId}`, executor);
  await execute(sql`delete from exempted_finding where exemption_id = ${exemptionId}`, executor);
}

/** What exemptions that are not saved would take out of the figures together: findings that are open in living places now. */
export async function findingsEffect(executor: Executor, aims: readonly ExemptionAim[]): Promise<ExemptionEffect> {
  if (aims.length === 0) return noEffect;
  const unsaved = joinSql(aims.map(unsavedExemption), " union all ");
  const subjects = aims.map(({ subject }) => subject.id);
  const row = await selectFirst(
    ExemptionEffect,
    sql`with wide as materialized (${coveredPackages(unsaved, holdersOf(subjects))}),
        narrow as materialized (${coveredPlaces(unsaved, sql`true`)})
        select count(*)::int as findings, count(distinct (f.registry_id, f.digest))::int as images,
               (count(*) filter (where f.fixed_version is not null))::int as fixable,
               count(distinct f.repository_id)::int as repositories, 0 as items, 0 as resources
          from open_finding f
          join registry g on g.id = f.registry_id and g.deleted_at is null
         where f.vulnerability_id in (${flawsOf(subjects)})
           and (exists (select 1 from wide w where w.root_id = f.registry_id and w.vulnerability_id = f.vulnerability_id
                                             and w.package_version_id = f.package_version_id)
             or exists (select 1 from narrow n where n.root_id = f.registry_id and n.placement_id = f.placement_id
                                               and n.vulnerability_id = f.vulnerability_id and n.package_version_id = f.package_version_id))`,
    executor,
  );
  return row ?? noEffect;
}

/** What a reopened exemption will be held against: the worst that is known of what it covers. */
export async function findingsBaseline(executor: Executor, exemptionId: string, subject: string): Promise<Baseline> {
  const row = await selectFirst(
    z.object({ severityRank: z.number(), isFixable: z.boolean(), isExploited: z.boolean() }),
    sql`select coalesce(max(greatest(v.severity_rank, pa.severity_rank)), 0)::int as "severityRank",
               coalesce(bool_or(pa.fixed_version is not null), false) as "isFixable",
               coalesce(bool_or(v.kev_added_at is not null), false) as "isExploited"
          from vulnerability v
          left join (select vulnerability_id, package_version_id from exempted_package where exemption_id = ${exemptionId}
                     union all select vulnerability_id, package_version_id from exempted_finding where exemption_id = ${exemptionId}) x
                 on x.vulnerability_id = v.id
          left join package_advisory pa on pa.vulnerability_id = x.vulnerability_id and pa.package_version_id = x.package_version_id
         where v.key = ${subject} or v.aliases @> array[${subject}]`,
    executor,
  );
  return row ?? { severityRank: 0, isFixable: false, isExploited: false };
}

const Reopened = z.object({
  registryId: z.string(),
  isDemo: z.boolean(),
  findings: z.number(),
  images: z.number(),
  fixable: z.number(),
  severityRank: z.number(),
});

/** By registry what an exemption keeps out of the figures now. Ask before it is taken off. */
export function findingsCovered(executor: Executor, exemptionId: string): Promise<z.infer<typeof Reopened>[]> {
  return selectRows(
    Reopened,
    sql`select f.registry_id as "registryId", g.is_demo as "isDemo", count(*)::int as findings, count(distinct f.digest)::int as images,
               (count(*) filter (where f.fixed_version is not null))::int as fixable, max(f.severity_rank)::int as "severityRank"
          from (select distinct vulnerability_id, package_version_id from exempted_package where exemption_id = ${exemptionId}
                union select vulnerability_id, package_version_id from exempted_finding where exemption_id = ${exemptionId}) x
          join placement_finding f on f.vulnerability_id = x.vulnerability_id and f.package_version_id = x.package_version_id
               and f.exemption_id = ${exemptionId} and f.state = 'exempt' and f.retired_at is null
          join registry g on g.id = f.registry_id and g.deleted_at is null
         group by f.registry_id, g.is_demo order by f.registry_id`,
    executor,
  );
}
