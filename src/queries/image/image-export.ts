import { createHash } from "node:crypto";
import { z } from "zod";
import { clock } from "#clock.ts";
import { csvLine } from "#domain/csv-cell.ts";
import { ExemptionReason } from "#domain/exemption.ts";
import { productVersion } from "#domain/product-version.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { Severity } from "#domain/severity.ts";
import { BigIntColumn, digestValue, IsoColumn } from "#queries/list/columns.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";
import { FindingFilters, findingStatuses, matchingFindings } from "./image-findings.ts";
import { type ImagePlace, ImagePlaceParams, imagePlace } from "./image-place.ts";
import { inventoryBlob, type StoredPackage } from "./inventory-blob.ts";
import { type PackageOrigin, packageOrigins } from "./package-origins.ts";

export const ImageExportParams = ImagePlaceParams.extend(FindingFilters.shape);

/** A file that leaves the house piece by piece, with the repository it is about for the audit log. */
export interface ImageExport {
  repository: string;
  chunks: Iterable<string>;
}

/** Lines or elements that are joined before they are handed on. */
export const batchSize = 500;

const Row = z.object({
  vulnerability_id: BigIntColumn,
  package_version_id: BigIntColumn,
  key: z.string(),
  aliases: z.array(z.string()),
  title: z.string(),
  severity: Severity,
  severity_source: z.string().nullable(),
  cvss_score: z.number().nullable(),
  cvss_vector: z.string().nullable(),
  epss: z.number().nullable(),
  kev: z.boolean(),
  name: z.string(),
  type: z.string(),
  version: z.string(),
  purl: z.string(),
  fixed_version: z.string().nullable(),
  match_status: z.string(),
  vendor_status: z.string().nullable(),
  state: z.enum(findingStatuses),
  hidden_reason: z.string().nullable(),
  exemption_id: z.string().nullable(),
  exemption_reason: ExemptionReason.nullable(),
  exemption_note: z.string().nullable(),
  first_seen_at: IsoColumn,
});
export type ExportRow = z.infer<typeof Row>;

const head = [
  "vulnerability",
  "aliases",
  "severity",
  "severity source",
  "title",
  "package",
  "type",
  "installed",
  "fixed in",
  "fix status",
  "vendor status",
  "state",
  "reason",
  "EPSS",
  "KEV",
  "first seen",
  "registry",
  "repository",
  "digest",
  "platform",
  "tags",
  "layer",
  "path",
  "CVSS",
  "CVSS vector",
  "owner",
];

/** The findings under the filters of the page as CSV (RFC 4180, UTF-8 with mark); cells that would run as formulas are defused. */
export async function imageFindingsCsv(actor: Actor, input: unknown): Promise<ImageExport> {
  requireRole(actor, "viewer");
  const params = ImageExportParams.parse(input);
  const place = await imagePlace(params);
  const [rows, origins] = await Promise.all([exportRows(place, params), packageOrigins(place)]);
  return { repository: place.repository, chunks: csvChunks(place, rows, origins) };
}

type Origins = Awaited<ReturnType<typeof packageOrigins>>;

function* csvChunks(place: ImagePlace, rows: readonly ExportRow[], origins: Origins): Generator<string> {
  yield `\uFEFF${csvLine(head)}`;
  for (let start = 0; start < rows.length; start += batchSize) {
    yield rows
      .slice(start, start + batchSize)
      .map((row) => csvLine(cells(place, row, origins.get(row.package_version_id))))
      .join("");
  }
}

function cells(
  place: ImagePlace,
  row: ExportRow,
  origin: PackageOrigin | undefined,
): (string | number | boolean | null)[] {
  return [
    row.key,
    row.aliases.join(" "),
    row.severity,
    row.severity_source,
    row.title,
    row.name,
    row.type,
    row.version,
    row.fixed_version,
    row.match_status,
    row.vendor_status,
    row.state,
    row.hidden_reason ?? row.exemption_reason,
    row.epss,
    row.kev,
    row.first_seen_at,
    place.registryName,
    place.repository,
    place.digest,
    place.platform,
    place.tags.join(" "),
    origin?.layer ?? null,
    origin?.path ?? null,
    row.cvss_score,
    row.cvss_vector,
    place.owner,
  ];
}

/** The packages of an image as a CycloneDX 1.6 bill of materials, with layer and path as properties. */
export async function imageSbom(actor: Actor, input: unknown): Promise<ImageExport> {
  requireRole(actor, "viewer");
  const place = await imagePlace(ImagePlaceParams.parse(input));
  const packages = await loadPackages(place);
  return { repository: place.repository, chunks: bomChunks(place, "components", packages.map(toComponent)) };
}

/** A CycloneDX document of one section, piece by piece. */
export function* bomChunks(
  place: ImagePlace,
  section: "components" | "vulnerabilities",
  entries: readonly unknown[],
): Generator<string> {
  const frame = JSON.stringify({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: serialNumber(place, section),
    version: 1,
    metadata: metadata(place),
  });
  yield `${frame.slice(0, -1)},${JSON.stringify(section)}:[`;
  for (let start = 0; start < entries.length; start += batchSize) {
    const batch = entries.slice(start, start + batchSize).map((entry) => JSON.stringify(entry));
    yield `${start > 0 ? "," : ""}${batch.join(",")}`;
  }
  yield "]}";
}

function metadata(place: ImagePlace) {
  return {
    timestamp: clock.now().toISOString(),
    tools: { components: [{ type: "application", name: "Breakwater", version: productVersion }] },
    component: {
      type: "container",
      "bom-ref": place.digest,
      name: `${place.registryName}/${place.repository}`,
      version: place.digest,
      hashes: [{ alg: "SHA-256", content: place.digest.slice(7) }],
      properties: [
        { name: "breakwater:platform", value: place.platform },
        ...place.tags.map((tag) => ({ name: "breakwater:tag", value: tag })),
      ],
    },
  };
}

/** The same image and section give the same number, as CycloneDX asks of documents about one thing. */
export function serialNumber(place: ImagePlace, section: string): string {
  const bytes = createHash("sha256").update(`${place.placementId} ${section}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

async function loadPackages(place: ImagePlace): Promise<StoredPackage[][]> {
  const image = await selectFirst(
    z.object({ inventory_sha256: z.instanceof(Uint8Array).nullable() }),
    sql`select inventory_sha256 from image where registry_id = ${place.registryId} and digest = ${digestValue(place.digest)}`,
  );
  const inventory = await inventoryBlob(image?.inventory_sha256 ?? null);
  return [...Map.groupBy(inventory?.packages ?? [], (pkg) => pkg.packageVersionId).values()];
}

function toComponent(found: StoredPackage[]) {
  const [first] = found;
  return {
    type: "library",
    "bom-ref": first?.packageVersionId,
    name: first?.name,
    version: first?.version,
    purl: first?.purl,
    properties: found.flatMap((pkg) => [
      { name: "breakwater:layer", value: String(pkg.layer + 1) },
      { name: "breakwater:path", value: pkg.path },
      ...(pkg.dev ? [{ name: "breakwater:development", value: "true" }] : []),
    ]),
  };
}

/** The findings of a place under these filters, worst first, with what stands against each. */
export function exportRows(place: ImagePlace, filters: FindingFilters): Promise<ExportRow[]> {
  return selectRows(
    Row,
    sql`select m.*, v.aliases, v.cvss_score, v.cvss_vector, pv.purl, e.reason as exemption_reason, e.note as exemption_note
          from (${matchingFindings(place, filters)}) m
          join vulnerability v on v.id = m.vulnerability_id
          join package_version pv on pv.id = m.package_version_id
          left join exemption e on e.id = m.exemption_id
         order by m.severity_rank desc, m.key, m.name, m.package_version_id`,
  );
}
