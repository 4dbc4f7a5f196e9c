import { z } from "zod";
import { Diagnostic } from "#domain/evidence.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { BigIntColumn, digestValue, IsoColumn } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { CursorParam } from "#queries/list/search-params.ts";
import { selectRows, sql } from "#store/sql.ts";
import { type ImageDecision, imageDecisions } from "./image-decisions.ts";
import { ImagePlaceParams, imagePlace } from "./image-place.ts";

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
    changes: after ? [] : await statusChanges(place.registryId, [place.digest, place.placementId]),
    decisions: after ? [] : await imageDecisions(place),
  };
}

function statusChanges(rootId: string, resourceIds: string[]): Promise<StatusChange[]> {
  return selectRows(
    StatusChange,
    sql`select at, from_status as "fromStatus", to_status as "toStatus", cause, cause_ref as "causeRef", rule_id as "ruleId", detail
          from status_history
         where root_id = ${rootId} and resource_id = any(${resourceIds}::text[])
         order by at desc, id desc limit 100`,
  );
}
