import type { Assessment, AssessmentStatus } from "#domain/assessment.ts";
import { type Severity, severityRank } from "#domain/severity.ts";

/** A live tagged image of a repository, as it stands under one rule. */
export interface TaggedImage {
  /** Names it inside its repository: platform digest. */
  digest: string;
  tags: readonly string[];
  platform: string;
  /** `exempt` = a person decided that it does not have to be met there. */
  status: AssessmentStatus | "exempt";
  severity: Severity;
  reason: string | null;
}

/** Images that are named; the repository's own page has them all. */
const NAMED = 200;

/**
 * What a rule for images says of a repository: unhealthy while one of its live tagged images is, else unknown while one is, so
 * that a hundred thousand images do not drown a hundred hosts. Untagged images are nobody's to deploy and do not count.
 */
export function assessRepository(ruleId: string, images: readonly TaggedImage[]): Omit<Assessment, "resourceId"> {
  const standing = (status: TaggedImage["status"]) => images.filter((image) => image.status === status);
  const failing = standing("unhealthy");
  const open = [...standing("unknown"), ...standing("manual")];
  const judged = images.filter(({ status }) => status !== "notApplicable");
  const base = { ruleId, completeness: "complete" as const, diagnostics: [], evidence: [] };
  if (failing.length > 0) {
    return {
      ...base,
      status: "unhealthy",
      severity: worstOf(failing),
      reason: `${ofAll(failing.length, images.length)} ${failing.length === 1 ? "is" : "are"} unhealthy`,
      findings: failing
        .toSorted((left, right) => severityRank[right.severity] - severityRank[left.severity] || compare(left, right))
        .slice(0, NAMED)
        .map((image) => ({
          key: `${image.digest} ${image.platform}`,
          severity: image.severity,
          status: "unhealthy" as const,
          title: `${nameOf(image)}: ${image.reason ?? "unhealthy"}`,
          evidence: [],
        })),
    };
  }
  if (open.length > 0)
    return { ...base, status: "unknown", severity: "informational", findings: [], reason: gapOf(open, images.length) };
  if (judged.length === 0)
    return {
      ...base,
      status: "notApplicable",
      severity: "informational",
      findings: [],
      reason: images.length === 0 ? "No image of it has a tag" : "No tagged image is what the rule looks at",
    };
  return {
    ...base,
    status: "healthy",
    severity: "informational",
    findings: [],
    reason: images.length === 1 ? "Its tagged image is healthy" : `All ${images.length} tagged images are healthy`,
  };
}

function gapOf(open: readonly TaggedImage[], total: number): string {
  const [first] = open;
  const why = new Set(open.map(({ reason }) => reason));
  const words = `${ofAll(open.length, total)} could not be judged`;
  return first?.reason && why.size === 1 ? `${words}: ${first.reason}` : words;
}

function ofAll(count: number, total: number): string {
  if (total === 1) return "Its tagged image";
  return `${count} of ${total} tagged images`;
}

function worstOf(images: readonly TaggedImage[]): Severity {
  return images.reduce<Severity>(
    (worst, { severity }) => (severityRank[severity] > severityRank[worst] ? severity : worst),
    "unknown",
  );
}

function nameOf({ tags, platform }: TaggedImage): string {
  const [first = "untagged"] = tags;
  const others = tags.length > 1 ? ` and ${tags.length - 1} more` : "";
  return `${first}${others} (${platform})`;
}

function compare(left: TaggedImage, right: TaggedImage): number {
  const [a, b] = [`${left.tags[0]} ${left.platform}`, `${right.tags[0]} ${right.platform}`];
  return a < b ? -1 : a > b ? 1 : 0;
}
