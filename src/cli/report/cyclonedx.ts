import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import { coverageText } from "#domain/coverage-statement.ts";
import { splitPackageName } from "#domain/package-kind.ts";
import { productVersion } from "#domain/product-version.ts";
import type { Severity } from "#domain/severity.ts";
import type { ScanFinding, ScanResult } from "../scan-result.ts";
import { groupByPurl, type PackagePlaces } from "./group-by-purl.ts";

const { Severity: Rated, AnalysisState, AffectStatus } = Enums.Vulnerability;
const ratings: Record<Severity, Enums.Vulnerability.Severity> = {
  critical: Rated.Critical,
  high: Rated.High,
  medium: Rated.Medium,
  low: Rated.Low,
  informational: Rated.Info,
  unknown: Rated.Unknown,
};

/** CycloneDX 1.6 JSON: a component per package (its places as properties), a vulnerability per flaw with what it affects. */
export function renderCycloneDx(result: ScanResult, now: Date): string {
  const bom = new Models.Bom();
  bom.metadata.timestamp = now;
  bom.metadata.tools.components.add(
    new Models.Component(Enums.ComponentType.Application, "Breakwater", { version: productVersion }),
  );
  bom.metadata.component = new Models.Component(Enums.ComponentType.Container, result.image.name, {
    bomRef: result.image.digest,
    version: result.image.digest,
    properties: imageProperties(result),
  });
  if (result.os !== null)
    bom.components.add(
      new Models.Component(Enums.ComponentType.OperatingSystem, result.os.id, {
        bomRef: "os",
        version: result.os.version,
      }),
    );
  const components = new Map<string, Models.Component>();
  for (const group of groupByPurl(result.packages)) {
    const component = toComponent(group);
    components.set(group.purl, component);
    bom.components.add(component);
  }
  for (const findings of groupFindings(result.findings).values())
    bom.vulnerabilities.add(toVulnerability(findings, components));
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  const document = JSON.parse(serializer.serialize(bom, { sortLists: true }));
  // The library knows no compositions: what a consumer reads to learn whether the list of parts is whole.
  document.compositions = compositions(result);
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** CycloneDX 1.6 `compositions`: how complete the image's list of parts and of flaws is. */
function compositions({ completeness, coverage, image }: ScanResult): object[] {
  const isAllLookedFor = coverage.every(({ state }) => state !== "notLookedFor");
  const aggregate = completeness === "partial" ? "incomplete" : isAllLookedFor ? "complete" : "unknown";
  return [{ aggregate, assemblies: [image.digest] }];
}

function imageProperties({ image, completeness, coverage }: ScanResult): Models.PropertyRepository {
  const repository = properties({ platform: image.platform, completeness });
  for (const entry of coverage)
    repository.add(new Models.Property(`breakwater:coverage:${entry.state}:${entry.kind}`, coverageText(entry)));
  return repository;
}

function toComponent({ purl, places, first }: PackagePlaces): Models.Component {
  const { group, name } = splitPackageName(first.type, first.name);
  const all: Record<string, string | null> = { sourceName: first.sourceName, sourceVersion: first.sourceVersion };
  places.forEach((place, index) => {
    all[`place:${index}`] = `layer ${place.layer}: ${place.path}`;
  });
  return new Models.Component(Enums.ComponentType.Library, name, {
    bomRef: purl,
    version: first.version,
    purl,
    ...(group === null ? {} : { group }),
    ...(places.every((place) => place.dev) ? { scope: Enums.ComponentScope.Optional } : {}),
    properties: properties(all),
  });
}

/** What is hidden in one package may be open in another, so the two are statements of their own. */
function groupFindings(findings: ScanFinding[]): Map<string, ScanFinding[]> {
  const groups = new Map<string, ScanFinding[]>();
  for (const finding of findings) {
    const key = `${finding.id}\0${finding.hidden?.reason ?? ""}\0${finding.severity}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return groups;
}

function toVulnerability(
  findings: ScanFinding[],
  components: Map<string, Models.Component>,
): Models.Vulnerability.Vulnerability {
  const [first] = findings;
  if (first === undefined) throw new RangeError("A vulnerability needs a finding.");
  const vulnerability = new Models.Vulnerability.Vulnerability({
    id: first.id,
    ratings: new Models.Vulnerability.RatingRepository([
      new Models.Vulnerability.Rating({ severity: ratings[first.severity] }),
    ]),
    properties: properties({
      aliases: first.aliases.join(" ") || null,
      kev: String(first.kev),
      epss: first.epss === null ? null : String(first.epss),
    }),
  });
  const fixes = findings
    .filter((finding) => finding.fixedVersion !== null)
    .map((finding) => `${finding.package} ${finding.fixedVersion}`);
  if (fixes.length > 0) vulnerability.recommendation = `Upgrade to ${[...new Set(fixes)].join(", ")} or later.`;
  if (first.hidden !== null)
    vulnerability.analysis = new Models.Vulnerability.Analysis({
      state: AnalysisState.NotAffected,
      detail: first.hidden.reason,
    });
  for (const finding of findings) {
    const component = components.get(finding.purl);
    if (component === undefined) continue;
    const version = new Models.Vulnerability.AffectedSingleVersion(finding.installedVersion, {
      status: first.hidden === null ? AffectStatus.Affected : AffectStatus.Unaffected,
    });
    const versions = new Models.Vulnerability.AffectedVersionRepository([version]);
    vulnerability.affects.add(new Models.Vulnerability.Affect(component.bomRef, { versions }));
  }
  return vulnerability;
}

function properties(values: Record<string, string | null>): Models.PropertyRepository {
  const repository = new Models.PropertyRepository();
  for (const [name, value] of Object.entries(values))
    if (value !== null) repository.add(new Models.Property(`breakwater:${name}`, value));
  return repository;
}
