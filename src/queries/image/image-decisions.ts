import { z } from "zod";
import { EndCause, ExemptionReason } from "#domain/exemption.ts";
import { digestValue, IsoColumn } from "#queries/list/columns.ts";
import { selectRows, sql } from "#store/sql.ts";
import type { ImagePlace } from "./image-place.ts";

const MOST = 100;

const Row = z.object({
  id: z.string(),
  vulnerability: z.string(),
  reason: ExemptionReason,
  note: z.string(),
  by: z.string(),
  at: IsoColumn,
  until: IsoColumn.nullable(),
  endedAt: IsoColumn.nullable(),
  endedBy: z.string().nullable(),
  because: EndCause.nullable(),
});

/** Something was decided about a vulnerability of an image in one place, or the decision came to its end. */
export interface ImageDecision {
  exemptionId: string;
  at: string;
  vulnerability: string;
  /** Null = it was exempted; otherwise why it counts again. */
  because: EndCause | null;
  reason: ExemptionReason;
  note: string;
  by: string | null;
  until: string | null;
}

/** Exemptions that reach a flaw of this image in this place, as they were made and as they ended, newest first. */
export async function imageDecisions(place: ImagePlace): Promise<ImageDecision[]> {
  const rows = await selectRows(
    Row,
    sql`select e.id, e.subject as vulnerability, e.reason, e.note, e.created_by as by, e.created_at as at, e.expires_at as until,
               e.ended_at as "endedAt", e.ended_by as "endedBy", e.ended_because as because
          from exemption e
         where e.subject_kind = 'vulnerability' and (e.root_id is null or e.root_id = ${place.registryId})
           and (e.repository_id is null or e.repository_id = ${place.repositoryId})
           and (e.resource_id is null or e.resource_id = ${place.digest})
           and exists (
             select 1 from vulnerability v
               join package_advisory pa on pa.vulnerability_id = v.id
               join package_version pv on pv.id = pa.package_version_id
               join set_package sp on sp.registry_id = ${place.registryId} and sp.package_version_id = pv.id
               join image_set s on s.registry_id = sp.registry_id and s.set_id = sp.set_id and s.digest = ${digestValue(place.digest)}
              where (v.key = e.subject or v.aliases @> array[e.subject])
                and (e.package_name is null or e.package_name in (pv.name, pv.source_name))
                and conditions_hold(e.conditions, jsonb_build_object('package.version', pv.version, 'package.type', pv.type,
                  'severity', pa.severity, 'platform', ${place.platform}::text, 'repository', ${place.repository}::text)))
         order by coalesce(e.ended_at, e.created_at) desc, e.id desc limit ${MOST}`,
  );
  return rows.flatMap(eventsOf).sort((left, right) => (left.at < right.at ? 1 : -1));
}

function eventsOf(row: z.infer<typeof Row>): ImageDecision[] {
  const { id, vulnerability, reason, note, by, at, until, endedAt, endedBy, because } = row;
  const made = { exemptionId: id, at, vulnerability, because: null, reason, note, by, until };
  if (endedAt === null) return [made];
  return [made, { ...made, at: endedAt, because: because ?? "person", by: endedBy }];
}
