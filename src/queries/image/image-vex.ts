import type { z } from "zod";
import { clock } from "#clock.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { vexWords } from "#domain/vex-words.ts";
import { ChoiceParam } from "#queries/list/search-params.ts";
import { batchSize, bomChunks, type ExportRow, exportRows, type ImageExport, serialNumber } from "./image-export.ts";
import { FindingFilters, findingStatuses } from "./image-findings.ts";
import { type ImagePlace, ImagePlaceParams, imagePlace } from "./image-place.ts";

export const vexFormats = ["cyclonedx", "openvex"] as const;
export const ImageVexParams = ImagePlaceParams.extend({ format: ChoiceParam(vexFormats, "cyclonedx") });
export type ImageVexParams = z.input<typeof ImageVexParams>;

/**
 * What is said about the findings of an image in one place, as VEX: open ones are in triage, exempt ones carry the decision with
 * its reason. One statement per vulnerability and decision. CycloneDX 1.6 or OpenVEX 0.2.0.
 */
export async function imageVex(actor: Actor, input: unknown): Promise<ImageExport> {
  requireRole(actor, "viewer");
  const { format, ...params } = ImageVexParams.parse(input);
  const place = await imagePlace(params);
  const all = FindingFilters.parse({ status: findingStatuses.join(",") });
  const rows = await exportRows(place, all);
  const flaws = [...Map.groupBy(rows, (row) => `${row.key} ${row.state} ${row.exemption_id}`).values()];
  return {
    repository: place.repository,
    chunks:
      format === "openvex"
        ? openVexChunks(place, flaws)
        : bomChunks(
            place,
            "vulnerabilities",
            flaws.map((found) => toVexEntry(place, found)),
          ),
  };
}

/** What a statement is about, as a link into the bill of materials of the same image (CycloneDX BOM-Link). */
function bomLink(place: ImagePlace, packageVersionId: string): string {
  return `urn:cdx:${serialNumber(place, "components").slice(9)}/1#${packageVersionId}`;
}

/** The decision behind an exempt row in the words of VEX. A finding that is hidden or open has none. */
const decisionOf = (row: ExportRow) =>
  row.state === "exempt" && row.exemption_reason !== null ? vexWords[row.exemption_reason] : null;

function toVexEntry(place: ImagePlace, rows: ExportRow[]) {
  const [first] = rows;
  if (!first) return {};
  const decision = decisionOf(first)?.cycloneDx;
  return {
    id: first.key,
    references: first.aliases.map((id) => ({ id, source: { name: id.split("-")[0] } })),
    description: first.title,
    ratings: [
      {
        severity: first.severity === "informational" ? "info" : first.severity,
        ...(first.severity_source ? { source: { name: first.severity_source } } : {}),
        ...(first.cvss_score === null ? {} : { score: first.cvss_score }),
        ...(first.cvss_vector === null ? {} : { vector: first.cvss_vector }),
      },
    ],
    analysis: { ...(decision ?? { state: "in_triage" }), ...analysisDetail(first) },
    affects: rows.map((row) => ({
      ref: bomLink(place, row.package_version_id),
      versions: [{ version: row.version, status: decision?.state === "not_affected" ? "unaffected" : "affected" }],
    })),
    properties: rows.flatMap((row) =>
      row.fixed_version ? [{ name: `breakwater:fixed-in:${row.purl}`, value: row.fixed_version }] : [],
    ),
  };
}

function analysisDetail(row: ExportRow): { detail?: string } {
  const detail = [row.hidden_reason && `Hidden: ${row.hidden_reason}`, row.state === "exempt" && row.exemption_note]
    .filter(Boolean)
    .join(". ");
  return detail ? { detail } : {};
}

function* openVexChunks(place: ImagePlace, flaws: readonly ExportRow[][]): Generator<string> {
  const timestamp = clock.now().toISOString();
  const frame = JSON.stringify({
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": serialNumber(place, "vulnerabilities"),
    author: "Breakwater",
    timestamp,
    version: 1,
  });
  yield `${frame.slice(0, -1)},"statements":[`;
  for (let start = 0; start < flaws.length; start += batchSize) {
    const batch = flaws.slice(start, start + batchSize).map((rows) => JSON.stringify(toStatement(place, rows)));
    yield `${start > 0 ? "," : ""}${batch.join(",")}`;
  }
  yield "]}";
}

function toStatement(place: ImagePlace, rows: readonly ExportRow[]) {
  const [first] = rows;
  if (!first) return {};
  return {
    vulnerability: { name: first.key, ...(first.aliases.length > 0 ? { aliases: first.aliases } : {}) },
    products: [{ "@id": imagePurl(place), subcomponents: rows.map(({ purl }) => ({ "@id": purl })) }],
    ...statusOf(first),
  };
}

function statusOf(row: ExportRow) {
  const decision = decisionOf(row)?.openVex;
  if (!decision) {
    const notes = row.hidden_reason ? { status_notes: `Hidden: ${row.hidden_reason}` } : {};
    return { status: "under_investigation", ...notes };
  }
  const note = row.exemption_note ?? "";
  if (decision.status === "not_affected")
    return { status: decision.status, justification: decision.justification, impact_statement: note };
  return { status: decision.status, action_statement: `${decision.action} ${note}`.trim() };
}

/** The image as a package URL of type oci: its name is the last part of the repository, the digest its version. */
function imagePurl(place: ImagePlace): string {
  const name = place.repository.split("/").at(-1) ?? place.repository;
  const at = `${place.registryName}/${place.repository}`;
  return `pkg:oci/${encodeURIComponent(name)}@${encodeURIComponent(place.digest)}?repository_url=${encodeURIComponent(at)}`;
}
