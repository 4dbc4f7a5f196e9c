import { z } from "zod";
import { Diagnostic } from "#domain/evidence.ts";
import { imageRules } from "#domain/image-rules.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { BigIntColumn, digestValue, IsoColumn } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { CursorParam } from "#queries/list/search-params.ts";
import { changeOfHistory } from "#store/sql/match-history.ts";
import { selectRows, sql } from "#store/sql.ts";
import { type ImageDecision, imageDecisions } from "./image-decisions.ts";
import { type ImagePlace, ImagePlaceParams, imagePlace } from "./image-place.ts";

export const ImageHistoryParams = ImagePlaceParams.extend({ cursor: CursorParam });

const pageSize = 50;

const ScanRun = z.object({
  id: z.string(),
  trigger: z.string(),
  state: z.string(),
  stage: z.string().nullable(),
  queuedAt: IsoColumn,
  startedAt: IsoColumn.nullable(),
  finishedAt: IsoColumn.nullable(),
  attempt: z.number(),
  durationMs: z.number().nullable(),
  layersRead: z.number(),
  layersReused: z.number(),
  bytesPulled: BigIntColumn,
  analyserVersion: z.number().nullable(),
  advisoriesVersion: BigIntColumn.nullable(),
  packageCount: z.number().nullable(),
  findingCount: z.number().nullable(),
  diagnostics: z.array(Diagnostic).nullable().catch(null),
  error: z.string().nullable(),
});
export type ScanRun = z.infer<typeof ScanRun>;

const StatusChange = z.object({
  at: IsoColumn,
  fromStatus: z.string().nullable(),
  toStatus: z.string(),
  cause: z.string(),
  causeRef: z.string().nullable(),
  ruleId: z.string(),
  detail: z.unknown(),
});
export type StatusChange = z.infer<typeof StatusChange>;

export interface ImageHistory {
  scans: ScanRun[];
  nextCursor: string | null;
  /** Changes of the image's status with their cause, newest first; the first page carries them. */
  changes: StatusChange[];
  /** What was decided about its vulnerabilities in this place; the first page carries it. */
  decisions: ImageDecision[];
}

/** The scan runs of an image in this registry, newest first, and what changed its status since. */
export async function imageHistory(actor: Actor, input: unknown): Promise<ImageHistory> {
  requireRole(actor, "viewer");
  const params = ImageHistoryParams.parse(input);
  const place = await imagePlace(params);
  const shape = `history ${place.registryId} ${place.digest}`;
  const after = decodeCursor(shape, params.cursor, z.tuple([z.iso.datetime(), z.uuid()]));
  const rows = await selectRows(
    ScanRun,
    sql`select id, trigger, state, stage, queued_at as "queuedAt", started_at as "startedAt",
               finished_at as "finishedAt", attempt, duration_ms as "durationMs", layers_read as "layersRead",
               layers_reused as "layersReused", bytes_pulled as "bytesPulled", analyser_version as "analyserVersion",
               advisories_version as "advisoriesVersion", package_count as "packageCount", finding_count as "findingCount",
               diagnostics, error
          from image_scan
         where registry_id = ${place.registryId} and digest = ${digestValue(place.digest)}
           and ${after ? sql`(queued_at, id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql`true`}
         order by queued_at desc, id desc limit ${pageSize + 1}`,
  );
  const scans = rows.slice(0, pageSize);
  const last = rows.length > pageSize ? scans.at(-1) : undefined;
  return {
    scans,
    nextCursor: last ? encodeCursor(shape, [last.queuedAt, last.id]) : null,
    changes: after ? [] : await statusChanges(place),
    decisions: after ? [] : await imageDecisions(place),
  };
}

/**
 * Changes of the status, and what imports brought and took without a push: the latter follows from the history of the matches of
 * the packages that the image holds, one entry per import since the image is here.
 */
function statusChanges(place: ImagePlace): Promise<StatusChange[]> {
  const digest = digestValue(place.digest);
  return selectRows(
    StatusChange,
    sql`with stored as (
          select at, from_status, to_status, cause, cause_ref, rule_id, detail, id from status_history
           where root_id = ${place.registryId} and resource_id = any(${[place.digest, place.placementId]}::text[])
           order by at desc, id desc limit 100),
        told as (
          select h.import_id, h.at, ${changeOfHistory} as change from (
            select h.import_id, h.at, h.change, h.before ->> 'hiddenReason' as was_hidden, h.after ->> 'hiddenReason' as is_hidden
              from placement p join image_set s on s.registry_id = p.registry_id and s.digest = p.digest
              join set_package sp on sp.registry_id = s.registry_id and sp.set_id = s.set_id
              join package_advisory_history h on h.package_version_id = sp.package_version_id and h.at > coalesce(p.arrived_at, p.first_seen_at)
             where p.registry_id = ${place.registryId} and p.id = ${place.placementId} and p.digest = ${digest}) h),
        imported as (
          select import_id, max(at) as at, count(*) filter (where change = 'introduced') as introduced,
                 count(*) filter (where change = 'fixed') as fixed
            from told where change <> 'other' group by import_id order by max(at) desc limit 100),
        standing as (
          select i.*, coalesce((select s.to_status from stored s where s.rule_id = ${imageRules.vulnerabilities} and s.at <= i.at
                                 order by s.at desc limit 1), 'unknown') as status from imported i)
        select at, from_status as "fromStatus", to_status as "toStatus", cause, cause_ref as "causeRef", rule_id as "ruleId", detail
          from stored
        union all
        select at, status, status, 'advisories', import_id::text, ${imageRules.vulnerabilities},
               jsonb_build_object('introduced', introduced, 'fixed', fixed) from standing
         order by at desc limit 100`,
  );
}
