import { z } from "zod";
import { clock } from "#clock.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { Severity } from "#domain/severity.ts";
import { severityRanks } from "#queries/image/image-findings.ts";
import { DigestColumn, IsoColumn } from "#queries/list/columns.ts";
import { ChoiceParam } from "#queries/list/search-params.ts";
import { firstFix } from "#queries/vulnerability/first-fix.ts";
import { priority } from "#queries/vulnerability/flaw-priority.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";
import { isSilent, rootPosture } from "./root-signal.ts";

export const ComputeOverviewParams = z.object({ days: ChoiceParam(["30", "90"], "30") });
export type ComputeOverviewParams = z.infer<typeof ComputeOverviewParams>;

const DayRow = z.object({
  day: z.string(),
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
  unrated: z.number(),
  opened: z.number(),
  closed: z.number(),
});
export type OverviewDay = z.infer<typeof DayRow>;

/** Figures of one unit each. Distinct vulnerabilities are those of the vulnerability list, so each is a link to its rows. */
const Totals = z.object({
  /** Connected roots of any kind, and those that do not report. */
  roots: z.number(),
  silent: z.number(),
  /** Distinct vulnerabilities that are open somewhere, by severity. */
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
  unrated: z.number(),
  /** Of these: with a fix somewhere, known exploited, first seen here in the last 7 days. */
  fixable: z.number(),
  kev: z.number(),
  fresh: z.number(),
  /** Open findings: one vulnerability in one package of one image. */
  findings: z.number(),
  /** Docker hosts by posture. Their controls are no images. */
  hosts: z.number(),
  hostsUnhealthy: z.number(),
  hostsHealthy: z.number(),
  hostsUnknown: z.number(),
});

/** Images of one registry by verdict. */
const RegistryCoverage = z.object({
  rootId: z.string(),
  name: z.string(),
  unhealthy: z.number(),
  healthy: z.number(),
  unknown: z.number(),
});
export type RegistryCoverage = z.infer<typeof RegistryCoverage>;

const RiskyImage = z.object({
  registryId: z.string(),
  registry: z.string(),
  repository: z.string(),
  tag: z.string().nullable(),
  digest: DigestColumn,
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
  unrated: z.number(),
  fixable: z.number(),
  kev: z.number(),
  scannedAt: IsoColumn.nullable(),
});
export type RiskyImage = z.infer<typeof RiskyImage>;

const TopVulnerability = z.object({
  key: z.string(),
  title: z.string(),
  severity: Severity,
  kev: z.boolean(),
  epss: z.number().nullable(),
  images: z.number(),
  fixable: z.boolean(),
  /** The package to upgrade and the version that closes it; null when nothing closes it yet. */
  package: z.string().nullable(),
  target: z.string().nullable(),
});
export type TopVulnerability = z.infer<typeof TopVulnerability>;

export interface ComputeOverview {
  readAt: string;
  /** Only the demo is connected, so the figures are the demo's. Otherwise demo data is left out. */
  isDemo: boolean;
  /** The demo is connected too, so lists that show it must leave it out to match. */
  hasDemo: boolean;
  totals: z.infer<typeof Totals>;
  registries: RegistryCoverage[];
  days: OverviewDay[];
  images: RiskyImage[];
  vulnerabilities: TopVulnerability[];
}

/** The morning look: open findings now and over time, what to fix first, and what is not known. */
export async function computeOverview(actor: Actor, params: ComputeOverviewParams): Promise<ComputeOverview> {
  requireRole(actor, "viewer");
  const only = await selectFirst(
    z.object({ demo: z.boolean(), some: z.boolean() }),
    sql`select coalesce(bool_and(is_demo), false) as demo, coalesce(bool_or(is_demo), false) as some from resource_summary`,
  );
  const isDemo = only?.demo ?? false;
  const [totals, registries, days, images, vulnerabilities] = await Promise.all([
    readTotals(isDemo),
    readRegistries(isDemo),
    readDays(isDemo, Number(params.days)),
    readImages(isDemo),
    readVulnerabilities(isDemo),
  ]);
  return {
    readAt: clock.now().toISOString(),
    isDemo,
    hasDemo: only?.some ?? false,
    totals,
    registries,
    days,
    images,
    vulnerabilities,
  };
}

async function readTotals(isDemo: boolean): Promise<z.infer<typeof Totals>> {
  const row = await selectFirst(
    Totals,
    sql`select flaws.*, roots.* from (
          select (count(*) filter (where ${ranked("critical")}))::int as critical, (count(*) filter (where ${ranked("high")}))::int as high,
                 (count(*) filter (where ${ranked("medium")}))::int as medium, (count(*) filter (where ${ranked("low")}))::int as low,
                 (count(*) filter (where ${ranked("unknown")}))::int as unrated,
                 (count(*) filter (where t.fixable_places > 0))::int as fixable, (count(*) filter (where t.is_exploited))::int as kev,
                 (count(*) filter (where t.first_affected_at > now() - interval '7 days'))::int as fresh
            from flaw_total t where t.is_demo = ${isDemo}) flaws
        cross join (
          select count(*)::int as roots, (count(*) filter (where ${isSilent}))::int as silent,
                 coalesce(sum(s.findings), 0)::int as findings, (count(*) filter (where s.kind = 'host'))::int as hosts,
                 (count(*) filter (where s.kind = 'host' and ${rootPosture} = 'unhealthy'))::int as "hostsUnhealthy",
                 (count(*) filter (where s.kind = 'host' and ${rootPosture} = 'healthy'))::int as "hostsHealthy",
                 (count(*) filter (where s.kind = 'host' and ${rootPosture} = 'unknown'))::int as "hostsUnknown"
            from resource_summary s where s.is_demo = ${isDemo}) roots`,
  );
  if (!row) throw new Error("an aggregate returned no row");
  return row;
}

/** The same rows as the severity filter of the vulnerability list. */
const ranked = (severity: Severity) => sql`t.severity_rank = any(${severityRanks([severity])}::smallint[])`;

function readRegistries(isDemo: boolean): Promise<RegistryCoverage[]> {
  return selectRows(
    RegistryCoverage,
    sql`select root_id as "rootId", name, images_unhealthy as unhealthy, images_healthy as healthy, images_unknown as unknown
          from resource_summary where kind = 'registry' and is_demo = ${isDemo} order by risk desc, name, root_id limit 1000`,
  );
}

/** One row per UTC day. A registry counts with its last figures on or before the day, from its first to its last day. */
function readDays(isDemo: boolean, days: number): Promise<OverviewDay[]> {
  return selectRows(
    DayRow,
    sql`with day as (
          select generate_series((now() at time zone 'utc')::date - ${days - 1}::int, (now() at time zone 'utc')::date, interval '1 day')::date as day)
        select to_char(day.day, 'YYYY-MM-DD') as day, coalesce(sum(m.critical), 0)::int as critical, coalesce(sum(m.high), 0)::int as high,
               coalesce(sum(m.medium), 0)::int as medium, coalesce(sum(m.low), 0)::int as low, coalesce(sum(m.unrated), 0)::int as unrated,
               coalesce(sum(m.opened) filter (where m.day = day.day), 0)::int as opened,
               coalesce(sum(m.closed) filter (where m.day = day.day), 0)::int as closed
          from day
          left join registry r on r.is_demo = ${isDemo} and (r.deleted_at is null or r.deleted_at::date > day.day)
          left join lateral (
            select * from metric_day m where m.root_id = r.id and m.day <= day.day order by m.day desc limit 1) m on true
         group by day.day having count(m.root_id) > 0 order by day.day`,
  );
}

function readImages(isDemo: boolean): Promise<RiskyImage[]> {
  return selectRows(
    RiskyImage,
    sql`select top.registry_id as "registryId", g.name as registry, place.repository, place.tag, top.digest, top.critical, top.high,
               top.medium, top.low, top.unrated, top.fixable, top.kev, top.scanned_at as "scannedAt"
          from registry g
          cross join lateral (
            select f.*, i.scanned_at from (
              select * from place_figure where registry_id = g.id and is_lead and is_live and risk > 0
               order by risk desc, digest limit 8) f join image i on i.registry_id = f.registry_id and i.digest = f.digest) top
          cross join lateral (
            select r.name as repository, (select t.name from tag t where t.registry_id = p.registry_id and t.repository_id = p.repository_id
                     and t.digest = any(manifests_of(p.registry_id, p.repository_id, p.digest)) and t.retired_at is null order by t.moved_at desc limit 1) as tag
              from placement p join repository r on r.registry_id = p.registry_id and r.id = p.repository_id
             where p.registry_id = top.registry_id and p.id = top.placement_id) place
         where g.deleted_at is null and g.is_demo = ${isDemo}
         order by top.risk desc, top.digest limit 8`,
  );
}

function readVulnerabilities(isDemo: boolean): Promise<TopVulnerability[]> {
  return selectRows(
    TopVulnerability,
    sql`select top.*, fix.package, fix.target from (
          select v.id, v.key, v.title, v.severity, t.is_exploited as kev, t.epss, t.images, t.fixable_places > 0 as fixable, ${priority} as rank
            from flaw_total t join vulnerability v on v.id = t.vulnerability_id where t.is_demo = ${isDemo}
           order by -(${priority}), v.id limit 8) top
          left join lateral (${firstFix(sql`top.id`)}) fix on true
         order by -top.rank, top.id`,
  );
}
