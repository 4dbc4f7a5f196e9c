import { z } from "zod";
import { PackageType } from "#domain/package-kind.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { Severity } from "#domain/severity.ts";
import type { BaseLayers } from "#engines/image-scan/base-layers.ts";
import { type FixableFinding, type FixPlan, planFixes } from "#engines/image-scan/plan-fixes.ts";
import { BigIntColumn, digestValue } from "#queries/list/columns.ts";
import { selectRows, sql } from "#store/sql.ts";
import { type ImagePlace, ImagePlaceParams, imagePlace } from "./image-place.ts";
import { type PackageOrigin, packageOrigins } from "./package-origins.ts";

export const ImageFixPlanParams = ImagePlaceParams;

export type { FixStep, PackageUpgrade } from "#engines/image-scan/plan-fixes.ts";

export interface ImageFixPlan extends FixPlan {
  base: BaseLayers | null;
  /** `repository:tag` that a rebuild would push, as far as a tag points here. */
  target: string;
}

const Row = z.object({
  key: z.string(),
  severity: Severity,
  kev: z.boolean(),
  fixed_version: z.string().nullable(),
  package_version_id: BigIntColumn,
  type: PackageType,
  name: z.string(),
  version: z.string(),
  source_name: z.string(),
  source_version: z.string(),
});

/** What to upgrade in an image so that most and worst of its open findings go, best step first. */
export async function imageFixPlan(actor: Actor, input: unknown): Promise<ImageFixPlan> {
  requireRole(actor, "viewer");
  const place = await imagePlace(ImageFixPlanParams.parse(input));
  const [findings, origins] = await Promise.all([openFindings(place), packageOrigins(place)]);
  return {
    ...planFixes(findings.map((row) => toFinding(row, origins.get(row.package_version_id)))),
    base: origins.base,
    target: `${place.repository}${place.tags[0] ? `:${place.tags[0]}` : ""}`,
  };
}

function openFindings(place: ImagePlace) {
  return selectRows(
    Row,
    sql`select v.key, f.severity, v.kev_added_at is not null as kev, f.fixed_version, f.package_version_id, pv.type, pv.name,
               pv.version, pv.source_name, pv.source_version
          from placement_finding f
          join vulnerability v on v.id = f.vulnerability_id
          join package_version pv on pv.id = f.package_version_id
         where f.registry_id = ${place.registryId} and f.repository_id = ${place.repositoryId}
           and f.digest = ${digestValue(place.digest)} and f.platform = ${place.platform} and f.state = 'open'
         order by v.key, pv.name, pv.id`,
  );
}

function toFinding(row: z.infer<typeof Row>, origin: PackageOrigin | undefined): FixableFinding {
  return {
    vulnerabilityKey: row.key,
    severity: row.severity,
    kev: row.kev,
    fixedVersion: row.fixed_version,
    packageVersionId: row.package_version_id,
    type: row.type,
    name: row.name,
    version: row.version,
    sourceName: row.source_name,
    sourceVersion: row.source_version,
    path: origin?.path ?? null,
    layer: origin?.layer ?? null,
    isBase: origin?.isBase ?? null,
  };
}
