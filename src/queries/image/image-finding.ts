import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { ExemptionReason, ReopenCause } from "#domain/exemption.ts";
import { PackageType } from "#domain/package-kind.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { Severity } from "#domain/severity.ts";
import { type BaseLayers, baseLayers } from "#engines/image-scan/base-layers.ts";
import { MatchExplanation } from "#engines/image-scan/facts.ts";
import { BigIntColumn, DigestColumn, digestValue, IsoColumn } from "#queries/list/columns.ts";
import { TextParam } from "#queries/list/search-params.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";
import { type FindingStatus, findingStatuses } from "./image-findings.ts";
import { type ImagePlace, ImagePlaceParams, imagePlace } from "./image-place.ts";
import { inventoryBlob } from "./inventory-blob.ts";

export const ImageFindingParams = ImagePlaceParams.extend({
  vulnerability: TextParam,
  /** Id of the package version. */
  package: TextParam.pipe(z.string().regex(/^-?\d{1,19}$/)),
});

/** The decision behind an exempt finding. */
export const FindingExemption = z.object({
  id: z.string(),
  reason: ExemptionReason,
  note: z.string(),
  by: z.string(),
  at: z.string(),
  until: z.string().nullable(),
  reopenOn: z.array(ReopenCause),
});
export type FindingExemption = z.infer<typeof FindingExemption>;

const Row = z.object({
  key: z.string(),
  aliases: z.array(z.string()),
  title: z.string(),
  details: z.string(),
  severity: Severity,
  severity_source: z.string().nullable(),
  cvss_score: z.number().nullable(),
  cvss_vector: z.string().nullable(),
  own_severity: Severity,
  own_severity_source: z.string().nullable(),
  epss: z.number().nullable(),
  epss_percentile: z.number().nullable(),
  kev_added_at: IsoColumn.nullable(),
  kev_due_at: IsoColumn.nullable(),
  published_at: IsoColumn.nullable(),
  record_ids: z.array(z.string()),
  fixed_version: z.string().nullable(),
  match_status: z.string(),
  vendor_status: z.string().nullable(),
  hidden_reason: z.string().nullable(),
  state: z.enum(findingStatuses),
  first_seen_at: IsoColumn,
  first_matched_at: IsoColumn,
  why: MatchExplanation.nullable().catch(null),
  package_version_id: BigIntColumn,
  ecosystem: z.string(),
  type: PackageType,
  name: z.string(),
  version: z.string(),
  source_name: z.string(),
  source_version: z.string(),
  purl: z.string(),
  inventory_sha256: z.instanceof(Uint8Array).nullable(),
  history: z.unknown(),
  config: z.unknown(),
  layer_count: z.number(),
  exemption: FindingExemption.nullable(),
});

/** Where a package lies in the image. `layer` counts from 1 = lowest. */
export interface PackagePlace {
  path: string;
  layer: number;
  isBase: boolean | null;
}

export interface ImageFindingDetail {
  key: string;
  aliases: string[];
  title: string;
  details: string;
  severity: Severity;
  severitySource: string | null;
  /** What the vulnerability itself is rated, where it differs from the vendor's word on this package. */
  general: { severity: Severity; source: string | null; cvssScore: number | null; cvssVector: string | null };
  epss: number | null;
  epssPercentile: number | null;
  kevAddedAt: string | null;
  kevDueAt: string | null;
  publishedAt: string | null;
  state: FindingStatus;
  /** Of an exempt finding. */
  exemption: FindingExemption | null;
  hiddenReason: string | null;
  recordIds: string[];
  fixedVersion: string | null;
  matchStatus: string;
  vendorStatus: string | null;
  firstSeenAt: string;
  why: MatchExplanation | null;
  package: {
    id: string;
    ecosystem: string;
    type: PackageType;
    name: string;
    version: string;
    sourceName: string;
    sourceVersion: string;
    purl: string;
  };
  base: BaseLayers | null;
  layerCount: number;
  places: PackagePlace[];
  /** The push to this repository that first brought the package version, if it is known. */
  introducedBy: { digest: string; tag: string | null; pushedAt: string } | null;
  /** Living places anywhere in which the vulnerability is open. */
  elsewhere: number;
}

/** One finding with everything that explains it: records, compared versions, layer and path, severity sources, first push. */
export async function imageFinding(actor: Actor, input: unknown): Promise<ImageFindingDetail> {
  requireRole(actor, "viewer");
  const params = ImageFindingParams.parse(input);
  const place = await imagePlace(params);
  const row = await load(place, params);
  if (!row)
    throw new AppError(
      "not-found",
      `${params.vulnerability} does not affect this package of the image. An advisory may have changed since.`,
    );
  const [places, introducedBy, elsewhere] = await Promise.all([
    packagePlaces(row),
    firstPushWith(place, row.package_version_id),
    countElsewhere(row.key),
  ]);
  return { ...toDetail(row), places, introducedBy, elsewhere };
}

function load(place: ImagePlace, params: z.infer<typeof ImageFindingParams>) {
  return selectFirst(
    Row,
    sql`select v.key, v.aliases, v.title, v.details, pa.severity, pa.severity_source, v.severity as own_severity,
               v.severity_source as own_severity_source, v.cvss_score, v.cvss_vector, v.epss, v.epss_percentile,
               v.kev_added_at, v.kev_due_at, v.published_at, pa.record_ids, f.fixed_version, f.match_status, f.vendor_status,
               f.hidden_reason, f.state, f.first_seen_at, pa.first_matched_at, pa.why, f.package_version_id, pv.ecosystem, pv.type,
               pv.name, pv.version, pv.source_name, pv.source_version, pv.purl, i.inventory_sha256, i.history, i.config,
               jsonb_array_length(i.layers) as layer_count,
               case when f.state = 'exempt' then json_build_object('id', e.id, 'reason', e.reason, 'note', e.note, 'by', e.created_by, 'at', e.created_at,
                 'until', e.expires_at, 'reopenOn', e.reopen_on) end as exemption
          from vulnerability v
          join placement_finding f on f.vulnerability_id = v.id
          join package_version pv on pv.id = f.package_version_id
          join package_advisory pa on pa.package_version_id = f.package_version_id and pa.vulnerability_id = v.id
          join image i on i.registry_id = f.registry_id and i.digest = f.digest
          left join exemption e on e.id = f.exemption_id
         where v.key = ${params.vulnerability} and f.package_version_id = ${params.package}
           and f.registry_id = ${place.registryId} and f.repository_id = ${place.repositoryId}
           and f.digest = ${digestValue(place.digest)} and f.platform = ${place.platform}
         limit 1`,
  );
}

async function packagePlaces(row: z.infer<typeof Row>): Promise<PackagePlace[]> {
  const inventory = await inventoryBlob(row.inventory_sha256);
  const base = baseLayers(row.history, row.config, row.layer_count);
  return (inventory?.packages ?? [])
    .filter((pkg) => pkg.packageVersionId === row.package_version_id)
    .slice(0, 50)
    .map((pkg) => ({ path: pkg.path, layer: pkg.layer + 1, isBase: base ? pkg.layer < base.layers : null }));
}

async function firstPushWith(place: ImagePlace, packageVersionId: string) {
  const row = await selectFirst(
    z.object({ digest: DigestColumn, tag: z.string().nullable(), pushed_at: IsoColumn }),
    sql`select u.digest, u.tag, u.pushed_at
          from push u
          join placement p on p.registry_id = u.registry_id and p.repository_id = u.repository_id
               and p.digest = any(images_of(u.registry_id, u.repository_id, u.digest)) and p.platform = ${place.platform}
         where u.registry_id = ${place.registryId} and u.repository_id = ${place.repositoryId}
           and exists (select 1 from image_set s join set_package sp on sp.registry_id = s.registry_id and sp.set_id = s.set_id
                        where s.registry_id = p.registry_id and s.digest = p.digest and sp.package_version_id = ${packageVersionId})
         order by u.pushed_at, u.id limit 1`,
  );
  return row ? { digest: row.digest, tag: row.tag, pushedAt: row.pushed_at } : null;
}

async function countElsewhere(key: string): Promise<number> {
  const rows = await selectRows(
    z.object({ places: z.number() }),
    sql`select coalesce(sum(t.places), 0)::int as places from vulnerability v join flaw_total t on t.vulnerability_id = v.id where v.key = ${key}`,
  );
  return rows[0]?.places ?? 0;
}

function toDetail(row: z.infer<typeof Row>): Omit<ImageFindingDetail, "places" | "introducedBy" | "elsewhere"> {
  return {
    key: row.key,
    aliases: row.aliases,
    title: row.title,
    details: row.details,
    severity: row.severity,
    severitySource: row.severity_source,
    general: {
      severity: row.own_severity,
      source: row.own_severity_source,
      cvssScore: row.cvss_score,
      cvssVector: row.cvss_vector,
    },
    epss: row.epss,
    epssPercentile: row.epss_percentile,
    kevAddedAt: row.kev_added_at,
    kevDueAt: row.kev_due_at,
    publishedAt: row.published_at,
    state: row.state,
    exemption: row.exemption,
    hiddenReason: row.hidden_reason,
    recordIds: row.record_ids,
    fixedVersion: row.fixed_version,
    matchStatus: row.match_status,
    vendorStatus: row.vendor_status,
    firstSeenAt: row.first_seen_at,
    why: row.why,
    package: {
      id: row.package_version_id,
      ecosystem: row.ecosystem,
      type: row.type,
      name: row.name,
      version: row.version,
      sourceName: row.source_name,
      sourceVersion: row.source_version,
      purl: row.purl,
    },
    base: baseLayers(row.history, row.config, row.layer_count),
    layerCount: row.layer_count,
  };
}
