import { z } from "zod";
import { wantedImages } from "#store/count/counters.ts";
import { sha256 } from "#store/ids.ts";
import type { ImageKey } from "#store/image/image-scan.ts";
import { type Executor, execute, selectRows, sql } from "#store/sql.ts";
import { appendStatusHistory, type StatusCause } from "./status-history.ts";

/** Ids of the rules that an image is held against. Their words are published by the worker. */
export const imageRules = {
  vulnerabilities: "image-vulnerabilities-remediated",
  distribution: "image-distribution-supported",
  assessed: "image-assessed",
} as const;

const Verdict = z.object({
  registryId: z.string(),
  resourceId: z.string(),
  ruleId: z.string(),
  status: z.string(),
  reason: z.string(),
  severity: z.string(),
  completeness: z.string(),
  findingCount: z.number(),
  oldStatus: z.string().nullable(),
  isChanged: z.boolean(),
});

/**
 * Holds images against the three image rules, from the rows that scans and counts wrote: one assessment per rule and image.
 * Call it after counting. A change of status is appended to the history with its cause, in the same transaction.
 */
export async function assessImages(
  executor: Executor,
  images: readonly ImageKey[],
  because: { cause: StatusCause; causeRef: string | null; detail?: unknown },
): Promise<void> {
  if (images.length === 0) return;
  const verdicts = await selectRows(Verdict, verdictsOf(images), executor);
  const changed = verdicts.filter((verdict) => verdict.isChanged);
  if (changed.length === 0) return;
  const column = <Value>(pick: (verdict: z.infer<typeof Verdict>) => Value) => changed.map(pick);
  await execute(
    sql`insert into assessment (root_id, id, rule_id, resource_id, resource_kind, status, cause, reason, completeness, severity, evidence,
          diagnostics, finding_count, status_since, assessed_at)
        select n.root_id, n.id, n.rule_id, n.resource_id, 'image', n.status, ${because.cause}, n.reason, n.completeness, n.severity,
          '[]', '[]', n.finding_count, clock_timestamp(), clock_timestamp()
          from unnest(${column((v) => v.registryId)}::uuid[], ${column((v) => assessmentId(v.ruleId, v.resourceId))}::bytea[],
            ${column((v) => v.ruleId)}::text[], ${column((v) => v.resourceId)}::text[], ${column((v) => v.status)}::text[],
            ${column((v) => v.reason)}::text[], ${column((v) => v.completeness)}::text[], ${column((v) => v.severity)}::text[],
            ${column((v) => v.findingCount)}::int[])
          as n (root_id, id, rule_id, resource_id, status, reason, completeness, severity, finding_count)
        on conflict (root_id, id) do update set status = excluded.status, cause = excluded.cause, reason = excluded.reason,
          completeness = excluded.completeness, severity = excluded.severity, finding_count = excluded.finding_count,
          assessed_at = excluded.assessed_at,
          status_since = case when assessment.status = excluded.status then assessment.status_since else excluded.status_since end`,
    executor,
  );
  await appendStatusHistory(
    executor,
    changed
      .filter((verdict) => verdict.status !== verdict.oldStatus)
      .map((verdict) => ({
        rootId: verdict.registryId,
        resourceId: verdict.resourceId,
        ruleId: verdict.ruleId,
        fromStatus: verdict.oldStatus,
        toStatus: verdict.status,
        cause: because.cause,
        causeRef: because.causeRef,
        ...(because.detail === undefined ? {} : { detail: because.detail }),
      })),
  );
}

/** Id of one rule on one resource: the same for ever. */
export function assessmentId(ruleId: string, resourceId: string): Buffer<ArrayBuffer> {
  return sha256(`${ruleId}\n${resourceId}`);
}

/** One row per rule and image: what it is now, what it was, and whether anything about it changed. */
function verdictsOf(images: readonly ImageKey[]) {
  return sql`
    with img as (
      select i.*, 'sha256:' || encode(i.digest, 'hex') as resource_id,
        image_posture(i.scan_state, i.os_state, i.completeness, i.critical, i.high, i.medium, i.unrated, i.kev) as posture,
        i.critical + i.high + i.medium + i.low + i.unrated as open_count,
        coalesce(i.os ->> 'name', i.os ->> 'id', 'its distribution') as os_name
        from (${wantedImages(images)}) w join image i on i.registry_id = w.registry_id and i.digest = w.digest),
    verdict as (
      select registry_id, resource_id, ${imageRules.vulnerabilities} as rule_id, posture as status,
        case posture when 'unhealthy' then open_count || ' open findings, ' || fixable || ' with a fix'
          when 'healthy' then case when open_count = 0 then 'No open findings' else open_count || ' open findings, all low' end
          when 'unknown' then case when scanned_at is null then coalesce('Not scanned: ' || scan_reason, 'Not scanned yet')
            when os_state <> 'known' then 'Its distribution is not one we can judge, so its system packages are not assessed'
            when scan_state = 'failed' then coalesce('The last scan failed: ' || scan_reason, 'The last scan failed')
            else 'Not everything in it could be read' end end as reason,
        case when critical > 0 then 'critical' when high > 0 then 'high' when medium > 0 then 'medium' when low > 0 then 'low'
             when unrated > 0 then 'unknown' else 'informational' end as severity, open_count as finding_count, completeness
        from img
      union all
      select registry_id, resource_id, ${imageRules.distribution},
        case when scanned_at is null then 'unknown' when os_state = 'none' then 'notApplicable'
             when os_state <> 'known' or end_of_life_at is null then 'unknown'
             when end_of_life_at <= now() then 'unhealthy' else 'healthy' end,
        case when scanned_at is null then 'Not scanned yet' when os_state = 'none' then 'The image holds no distribution'
             when os_state <> 'known' then 'The distribution is not one we know'
             when end_of_life_at is null then 'No end of support is known for ' || os_name
             when end_of_life_at <= now() then os_name || ' gets no security fixes since ' || to_char(end_of_life_at, 'YYYY-MM-DD')
             else os_name || ' is supported until ' || to_char(end_of_life_at, 'YYYY-MM-DD') end,
        'high', 0, completeness from img
      union all
      select registry_id, resource_id, ${imageRules.assessed},
        case when scan_state = 'failed' then 'unhealthy' when scanned_at is null then 'unknown'
             when os_state <> 'known' or completeness is distinct from 'complete' then 'unhealthy' else 'healthy' end,
        case when scan_state = 'failed' then coalesce(scan_reason, 'The scan failed') when scanned_at is null then 'Not scanned yet'
             when os_state = 'none' then 'No package database was found, so nothing is known about system packages'
             when os_state <> 'known' then 'The distribution is not one we know, so its packages are listed but not judged'
             when completeness is distinct from 'complete' then 'Some of its files could not be read'
             else package_count || ' packages read' end,
        'medium', 0, completeness from img)
    select v.registry_id as "registryId", v.resource_id as "resourceId", v.rule_id as "ruleId", v.status, v.reason, v.severity,
      coalesce(v.completeness, 'partial') as completeness, v.finding_count as "findingCount", a.status as "oldStatus",
      (a.status, a.reason, a.severity, a.completeness, a.finding_count)
        is distinct from (v.status, v.reason, v.severity, coalesce(v.completeness, 'partial'), v.finding_count) as "isChanged"
      from verdict v left join assessment a on a.root_id = v.registry_id and a.id = sha256(convert_to(v.rule_id || chr(10) || v.resource_id, 'UTF8'))
     order by v.registry_id, v.resource_id, v.rule_id`;
}
