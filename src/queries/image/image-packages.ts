import { z } from "zod";
import { type PackageType, packageTypes } from "#domain/package-kind.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import type { SeverityCounts } from "#domain/severity.ts";
import { baseLayers } from "#engines/image-scan/base-layers.ts";
import type { SkippedPackage } from "#engines/image-scan/facts.ts";
import { BigIntColumn, digestValue } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { ChoiceParam, CursorParam, OptionalText, SwitchParam } from "#queries/list/search-params.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";
import { type ImagePlace, ImagePlaceParams, imagePlace } from "./image-place.ts";
import { inventoryBlob, type StoredPackage } from "./inventory-blob.ts";

export const ImagePackagesParams = ImagePlaceParams.extend({
  q: OptionalText,
  type: ChoiceParam(["any", ...packageTypes], "any"),
  /** Only packages with open findings. */
  vulnerable: SwitchParam,
  dev: ChoiceParam(["any", "yes", "no"], "any"),
  sort: ChoiceParam(["findings", "name"], "findings"),
  cursor: CursorParam,
});

const pageSize = 100;

export interface ImagePackage {
  /** Id of the package version. */
  id: string;
  type: PackageType;
  name: string;
  version: string;
  sourceName: string;
  arch: string | null;
  path: string;
  /** Counts from 1 = lowest. */
  layer: number;
  isBase: boolean | null;
  dev: boolean;
  /** Open findings of this package version in this place, and how many of each severity. */
  findings: number;
  counts: SeverityCounts;
}

export interface ImagePackages {
  /** Packages that match the filters, and all of them. */
  total: number;
  all: number;
  packages: ImagePackage[];
  /** Packages that are deliberately not matched, with the reason. */
  skipped: SkippedPackage[];
  nextCursor: string | null;
  /** False when the image was never scanned or its inventory is gone. */
  isKnown: boolean;
}

interface PackageCount extends SeverityCounts {
  open: number;
}

/** Every installed package of an image with path, layer and its open findings; the worst first, or by name. */
export async function imagePackages(actor: Actor, input: unknown): Promise<ImagePackages> {
  requireRole(actor, "viewer");
  const params = ImagePackagesParams.parse(input);
  const place = await imagePlace(params);
  const image = await selectFirst(
    z.object({
      history: z.unknown(),
      config: z.unknown(),
      layer_count: z.number(),
      inventory_sha256: z.instanceof(Uint8Array).nullable(),
    }),
    sql`select history, config, jsonb_array_length(layers) as layer_count, inventory_sha256
          from image where registry_id = ${place.registryId} and digest = ${digestValue(place.digest)}`,
  );
  const inventory = await inventoryBlob(image?.inventory_sha256 ?? null);
  if (!inventory || !image) return { total: 0, all: 0, packages: [], skipped: [], nextCursor: null, isKnown: false };
  const counts = await packageCounts(place);
  const base = baseLayers(image.history, image.config, image.layer_count);
  const matching = inventory.packages
    .map((pkg) => toPackage(pkg, counts.get(pkg.packageVersionId), base?.layers))
    .filter((pkg) => passes(pkg, params))
    .sort((a, b) => compareKeys(keyOf(a, params.sort), keyOf(b, params.sort)));
  const shape = JSON.stringify([place.placementId, params.q, params.type, params.vulnerable, params.dev, params.sort]);
  const after = decodeCursor(shape, params.cursor, z.array(z.string()).min(4).max(5));
  const rest = after ? matching.filter((pkg) => compareKeys(keyOf(pkg, params.sort), after) > 0) : matching;
  const page = rest.slice(0, pageSize);
  const last = rest.length > pageSize ? page.at(-1) : undefined;
  return {
    total: matching.length,
    all: inventory.packages.length,
    packages: page,
    skipped: inventory.skipped,
    nextCursor: last ? encodeCursor(shape, keyOf(last, params.sort)) : null,
    isKnown: true,
  };
}

async function packageCounts(place: ImagePlace): Promise<Map<string, PackageCount>> {
  const rows = await selectRows(
    z.object({
      id: BigIntColumn,
      open: z.number(),
      critical: z.number(),
      high: z.number(),
      medium: z.number(),
      low: z.number(),
      unrated: z.number(),
    }),
    sql`select f.package_version_id as id, count(*)::int as open,
               (count(*) filter (where f.severity = 'critical'))::int as critical,
               (count(*) filter (where f.severity = 'high'))::int as high,
               (count(*) filter (where f.severity = 'medium'))::int as medium,
               (count(*) filter (where f.severity in ('low', 'informational')))::int as low,
               (count(*) filter (where f.severity = 'unknown'))::int as unrated
          from placement_finding f
         where f.registry_id = ${place.registryId} and f.repository_id = ${place.repositoryId}
           and f.digest = ${digestValue(place.digest)} and f.platform = ${place.platform} and f.state = 'open'
         group by f.package_version_id`,
  );
  return new Map(rows.map(({ id, ...count }) => [id, count]));
}

function toPackage(pkg: StoredPackage, count: PackageCount | undefined, baseCount: number | undefined): ImagePackage {
  return {
    id: pkg.packageVersionId,
    type: pkg.type,
    name: pkg.name,
    version: pkg.version,
    sourceName: pkg.sourceName,
    arch: pkg.arch,
    path: pkg.path,
    layer: pkg.layer + 1,
    isBase: baseCount === undefined ? null : pkg.layer < baseCount,
    dev: pkg.dev,
    findings: count?.open ?? 0,
    counts: count ?? { critical: 0, high: 0, medium: 0, low: 0, unrated: 0 },
  };
}

function passes(pkg: ImagePackage, params: z.infer<typeof ImagePackagesParams>): boolean {
  const q = params.q?.toLowerCase();
  return (
    (params.type === "any" || pkg.type === params.type) &&
    (!params.vulnerable || pkg.findings > 0) &&
    (params.dev === "any" || pkg.dev === (params.dev === "yes")) &&
    (!q || [pkg.name, pkg.sourceName, pkg.version, pkg.path].some((text) => text.toLowerCase().includes(q)))
  );
}

/** Rows sort by these texts; counts are turned round and padded, so that many come before few. */
function keyOf(pkg: ImagePackage, sort: "findings" | "name"): string[] {
  const { critical, high, medium, low } = pkg.counts;
  const counts = [critical, high, medium, low, pkg.findings].map((count) => String(99_999 - count).padStart(5, "0"));
  const name = [pkg.name, pkg.version, pkg.path, `${pkg.type}/${pkg.arch ?? ""}`];
  return sort === "name" ? name : [counts.join(" "), ...name];
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < a.length; index += 1) {
    const left = a[index] ?? "";
    const right = b[index] ?? "";
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
