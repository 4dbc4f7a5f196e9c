import { createHash } from "node:crypto";
import { coverageText, coverageWords } from "#domain/coverage-statement.ts";
import { productVersion } from "#domain/product-version.ts";
import type { ScanResult } from "../scan-result.ts";
import { groupByPurl, type PackagePlaces } from "./group-by-purl.ts";

/** SPDX 2.3 JSON: the image as one package that contains the others. SPDX has no place for findings: they are left out. */
export function renderSpdx(result: ScanResult, now: Date): string {
  const groups = groupByPurl(result.packages);
  const document = {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: result.image.name,
    documentNamespace: `urn:breakwater:image:${result.image.digest}:${now.getTime()}`,
    creationInfo: {
      created: `${now.toISOString().slice(0, 19)}Z`,
      creators: [`Tool: Breakwater-${productVersion}`],
      comment: [
        ...result.coverage.map((entry) => `${coverageWords[entry.state]}: ${coverageText(entry)}.`),
        ...result.diagnostics.map((diagnostic) => diagnostic.message),
      ].join("\n"),
    },
    packages: [imagePackage(result), ...groups.map(toPackage)],
    relationships: [
      { spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: imageId },
      ...groups.map((group) => ({
        spdxElementId: imageId,
        relationshipType: "CONTAINS",
        relatedSpdxElement: idOf(group.purl),
      })),
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const imageId = "SPDXRef-Image";

function imagePackage({ image }: ScanResult) {
  return {
    SPDXID: imageId,
    name: image.name,
    versionInfo: image.digest,
    primaryPackagePurpose: "CONTAINER",
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    licenseConcluded: "NOASSERTION",
    licenseDeclared: "NOASSERTION",
    copyrightText: "NOASSERTION",
    checksums: [{ algorithm: "SHA256", checksumValue: image.digest.replace("sha256:", "") }],
  };
}

function toPackage({ purl, first, places }: PackagePlaces) {
  const shown = places.slice(0, 20).map((place) => `layer ${place.layer}: ${place.path}`);
  return {
    SPDXID: idOf(purl),
    name: first.name,
    versionInfo: first.version,
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    licenseConcluded: "NOASSERTION",
    licenseDeclared: "NOASSERTION",
    copyrightText: "NOASSERTION",
    sourceInfo: `found in ${shown.join("; ")}`,
    externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: purl }],
  };
}

function idOf(purl: string): string {
  return `SPDXRef-Package-${createHash("sha256").update(purl).digest("hex").slice(0, 32)}`;
}
