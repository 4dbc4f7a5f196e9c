import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { Severity } from "#domain/severity.ts";
import { type BaseLayers, baseLayers } from "#engines/image-scan/base-layers.ts";
import { PackageType } from "#engines/image-scan/facts.ts";
import { type FixableFinding, type FixPlan, planFixes } from "#engines/image-scan/plan-fixes.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";
import { BigIntColumn, digestValue } from "./columns.ts";
import { type ImagePlace, ImagePlaceParams, imagePlace } from "./image-place.ts";
import { inventoryBlob, type StoredPackage } from "./inventory-blob.ts";

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
  const [findings, image] = await Promise.all([openFindings(place), loadImage(place)]);
  const base = image ? baseLayers(image.history, image.config, image.layer_count) : null;
  const inventory = await inventoryBlob(image?.inventory_sha256 ?? null);
  const where = firstPlaces(inventory?.packages ?? []);
  return {
    ...planFixes(findings.map((row) => toFinding(row, where.get(row.package_version_id), base))),
    base,
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

function loadImage(place: ImagePlace) {
  return selectFirst(
    z.object({
      history: z.unknown(),
      config: z.unknown(),
      layer_count: z.number(),
      inventory_sha256: z.instanceof(Uint8Array).nullable(),
    }),
    sql`select history, config, jsonb_array_length(layers) as layer_count, inventory_sha256
          from image where registry_id = ${place.registryId} and digest = ${digestValue(place.digest)}`,
  );
}

/** The topmost occurrence of each package: an upgrade in the base does not help where an own layer installs it again. */
function firstPlaces(packages: readonly StoredPackage[]): Map<string, StoredPackage> {
  const places = new Map<string, StoredPackage>();
  for (const pkg of packages) {
    const known = places.get(pkg.packageVersionId);
    if (!known || pkg.layer > known.layer) places.set(pkg.packageVersionId, pkg);
  }
  return places;
}

function toFinding(
  row: z.infer<typeof Row>,
  where: StoredPackage | undefined,
  base: BaseLayers | null,
): FixableFinding {
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
    path: where?.path ?? null,
    layer: where ? where.layer + 1 : null,
    isBase: where && base ? where.layer < base.layers : null,
  };
}
