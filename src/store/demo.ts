import { z } from "zod";
import { carryExploited } from "./advisory/exploit-signals.ts";
import { recordChange } from "./change.ts";
import { askForRecount } from "./count/dirty-marks.ts";
import { deleteJobsOfRegistry } from "./queue/job.ts";
import { type Executor, execute, selectRows, sql } from "./sql.ts";
import type { Transaction } from "./transaction.ts";

/** Adds what the demo says about exploitation, where no real source has said anything. Before its advisories are imported. */
export async function insertDemoSignals(
  tx: Transaction,
  signals: readonly {
    key: string;
    epss: number | null;
    percentile: number | null;
    kevAddedAt: string | null;
    kevDueAt: string | null;
    kevAction: string | null;
  }[],
  at: Date,
): Promise<void> {
  const column = <Key extends keyof (typeof signals)[number]>(key: Key) => signals.map((signal) => signal[key]);
  await execute(
    sql`insert into exploit_signal (vulnerability_key, epss, epss_percentile, epss_date, kev_added_at, kev_due_at, kev_action, is_demo)
        select key, epss, percentile, case when epss is null then null else ${at}::timestamptz end, added, due, action, true
          from unnest(${column("key")}::text[], ${column("epss")}::float8[], ${column("percentile")}::float8[], ${column("kevAddedAt")}::timestamptz[],
            ${column("kevDueAt")}::timestamptz[], ${column("kevAction")}::text[]) as signal (key, epss, percentile, added, due, action)
        on conflict (vulnerability_key) do nothing`,
    tx,
  );
}

/** Images of the demo that are still waiting for their first result, and tags that are known, to pace the pushes. */
export async function demoProgress(registryId: string): Promise<{ tags: Set<string>; unfinished: number }> {
  const tags = await selectRows(
    z.object({ name: z.string() }),
    sql`select r.name || ':' || t.name || '@sha256:' || encode(t.digest, 'hex') as name from tag t
          join repository r on r.registry_id = t.registry_id and r.id = t.repository_id
         where t.registry_id = ${registryId} and t.retired_at is null`,
  );
  const [row] = await selectRows(
    z.object({ unfinished: z.number() }),
    sql`select count(*)::int as unfinished from image where registry_id = ${registryId} and scan_state in ('queued', 'scanning')`,
  );
  return { tags: new Set(tags.map((tag) => tag.name)), unfinished: row?.unfinished ?? 0 };
}

/** Tables below a registry whose rows name it as `registry_id`, children first. */
const registryTables = [
  "set_flaw",
  "set_figure",
  "shared_flaw",
  "combined_flaw",
  "place_figure",
  "registry_flaw",
  "tag",
  "push",
  "manifest",
  "manifest_image",
  "placement",
  "image_scan",
  "image_set",
  "set_package",
  "package_set",
  "delivery",
  "delivery_seen",
  "repository",
];
/** Tables that name it as their root. */
const rootTables = [
  "exempted_finding",
  "exempted_package",
  "exemption",
  "notice_read",
  "notice",
  "assessment_finding",
  "assessment",
  "status_history",
  "metric_day",
  "resource_summary",
];

/** Deletes every row of the demo registries; the audit log alone keeps that they were there. */
export async function deleteDemoRegistries(tx: Transaction): Promise<void> {
  const rows = await selectRows(
    z.object({ id: z.string(), secretId: z.string().nullable() }),
    sql`select id, secret_id as "secretId" from registry where is_demo for update`,
    tx,
  );
  for (const { id, secretId } of rows) {
    await deleteBlobs(tx, id);
    // Names come from the lists above, never from outside.
    for (const table of registryTables) await tx.query(`delete from ${table} where registry_id = $1`, [id]);
    for (const table of rootTables) await tx.query(`delete from ${table} where root_id = $1`, [id]);
    await execute(sql`delete from image where registry_id = ${id}`, tx);
    await execute(sql`delete from layer where registry_id = ${id}`, tx);
    await execute(sql`delete from dirty_mark where key = ${id} or key like ${`${id}/%`}`, tx);
    await deleteJobsOfRegistry(tx, id);
    await execute(sql`delete from api_token where scope_kind = 'registry' and scope_id = ${id}`, tx);
    if (secretId) await execute(sql`delete from secret where id = ${secretId}`, tx);
    await execute(sql`delete from registry where id = ${id}`, tx);
    await execute(sql`delete from flaw_total where is_demo`, tx);
    await execute(sql`delete from rule_count where is_demo`, tx);
    await execute(sql`delete from rule_count_day where is_demo`, tx);
    await recordChange(tx, `registry:${id}`);
  }
}

/** Stored layer facts and inventories that only this registry used. */
async function deleteBlobs(tx: Transaction, registryId: string): Promise<void> {
  await execute(
    sql`delete from blob b where b.sha256 in (
          select facts_sha256 from layer where registry_id = ${registryId}
          union select inventory_sha256 from image where registry_id = ${registryId} and inventory_sha256 is not null)
        and not exists (select 1 from layer l where l.facts_sha256 = b.sha256 and l.registry_id <> ${registryId})
        and not exists (select 1 from image i where i.inventory_sha256 = b.sha256 and i.registry_id <> ${registryId})`,
    tx,
  );
}

/**
 * Deletes the demo's advisories and everything that only they made. Packages of real images that one of them matched are noted
 * for matching again; call `deleteDemoFlaws` after that was done.
 */
export async function deleteDemoAdvisories(tx: Transaction): Promise<void> {
  await execute(
    sql`delete from package_version p where p.is_demo and not exists (select 1 from set_package s where s.package_version_id = p.id)`,
    tx,
  );
  for (const table of ["package_advisory", "package_advisory_history", "package_touch", "package_change"]) {
    await tx.query(
      `delete from ${table} a where not exists (select 1 from package_version p where p.id = a.package_version_id)`,
    );
  }
  await execute(
    sql`insert into package_touch (package_version_id, import_id)
        select distinct pa.package_version_id, null::uuid from package_advisory pa join advisory a on a.id = pa.advisory_id where a.feed_id = 'demo' order by 1
        on conflict (package_version_id) do update set import_id = excluded.import_id, touched_at = now()`,
    tx,
  );
  await execute(
    sql`delete from advisory_range where advisory_id in (select id from advisory where feed_id = 'demo')`,
    tx,
  );
  await execute(sql`delete from advisory where feed_id = 'demo'`, tx);
  await execute(sql`delete from feed_ecosystem where feed_id = 'demo'`, tx);
  await execute(sql`delete from feed where id = 'demo'`, tx);
  await execute(sql`delete from advisory_import where is_demo`, tx);
  await execute(
    sql`update advisory_state set advisories_version = advisories_version + 1, changed_at = now(), last_import_id = null where version = 1`,
    tx,
  );
  await deleteDemoSignals(tx);
  await carryExploited(tx);
  await askForRecount(tx);
  await recordChange(tx, "advisories", "vulnerabilities", "containers", "notices");
}

/** What the demo said about exploitation goes; what a real feed has taken over since stays. */
async function deleteDemoSignals(tx: Transaction): Promise<void> {
  await execute(
    sql`update exploit_signal set is_demo = false,
          kev_added_at = case when exists (select 1 from feed where id = 'kev') then kev_added_at end,
          kev_due_at = case when exists (select 1 from feed where id = 'kev') then kev_due_at end,
          kev_action = case when exists (select 1 from feed where id = 'kev') then kev_action end,
          epss = case when exists (select 1 from feed where id = 'epss') then epss end,
          epss_percentile = case when exists (select 1 from feed where id = 'epss') then epss_percentile end,
          epss_date = case when exists (select 1 from feed where id = 'epss') then epss_date end
         where is_demo`,
    tx,
  );
  await execute(sql`delete from exploit_signal where kev_added_at is null and epss is null`, tx);
}

/** Deletes the demo's flaws that nothing refers to any longer. The rest belongs to real feeds now. */
export async function deleteDemoFlaws(executor: Executor): Promise<void> {
  await execute(
    sql`delete from vulnerability v where v.is_demo and not exists (select 1 from package_advisory pa where pa.vulnerability_id = v.id)`,
    executor,
  );
  await recordChange(executor, "vulnerabilities");
}
