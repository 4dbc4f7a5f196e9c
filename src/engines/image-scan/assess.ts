import type { Assessment } from "#domain/assessment.ts";
import { unwatchedReason } from "#domain/feed-state.ts";
import type { Severity } from "#domain/severity.ts";
import { healthy, notApplicable, type Outcome, unhealthy } from "../kit/outcome.ts";
import type { RuleWords } from "../kit/rule.ts";
import type { ImageStanding } from "./image-standing.ts";
import imageAssessed from "./rules/image-assessed.ts";
import imageDistributionSupported from "./rules/image-distribution-supported.ts";
import imageVulnerabilitiesRemediated from "./rules/image-vulnerabilities-remediated.ts";

const judged: readonly { rule: RuleWords; assess(image: ImageStanding, now: Date): Outcome }[] = [
  { rule: imageVulnerabilitiesRemediated, assess: vulnerabilities },
  { rule: imageDistributionSupported, assess: distribution },
  { rule: imageAssessed, assess: assessed },
];

/**
 * Holds an image against the rules for images, from what its last scan and the counts of its findings say. A verdict names the
 * worst open severity and never a number, so it stays the same while findings come and go that change nothing about it.
 */
export function assess(image: ImageStanding, now: Date): Omit<Assessment, "resourceId">[] {
  return judged.map(({ rule, assess: judge }) => {
    const outcome = judge(image, now);
    return {
      ruleId: rule.id,
      status: outcome.status,
      severity: outcome.severity ?? rule.severity,
      reason: outcome.reason,
      completeness: image.completeness ?? "partial",
      diagnostics: [],
      findings: [],
      evidence: outcome.readings.map(({ path, actual, expected }) => ({
        kind: "setting" as const,
        path,
        actual,
        expected,
      })),
    };
  });
}

/** Severities that leave an image healthy; a flaw that nobody has rated does not. */
const tolerated: readonly Severity[] = ["low", "informational"];

function vulnerabilities(image: ImageStanding): Outcome {
  const { worst, isExploited } = image;
  const readings = [
    {
      path: "worst open finding",
      actual: worst === null ? "none" : worst === "unknown" ? "not rated" : worst,
      expected: "low or none",
    },
    ...(isExploited ? [{ path: "known to be exploited", actual: "yes", expected: "no" }] : []),
  ];
  if (isExploited) return unhealthy("It has an open finding that is known to be exploited", readings, rated(worst));
  if (worst !== null && !tolerated.includes(worst))
    return unhealthy(
      worst === "unknown" ? "It has an open finding that nobody has rated" : `Its worst open finding is rated ${worst}`,
      readings,
      rated(worst),
    );
  const gap = gapOf(image);
  if (gap !== null) return { ...rated(worst ?? "informational"), status: "unknown", reason: gap, readings };
  const words = worst === null ? "No open findings" : "No open finding is rated medium or worse";
  return { ...healthy(words, readings), ...rated(worst ?? "informational") };
}

const rated = (severity: Severity | null): { severity?: Severity } => (severity === null ? {} : { severity });

/** Why an image without findings is not known to be well; null when everything in it was read and can be judged. */
function gapOf(image: ImageStanding): string | null {
  if (!image.isScanned) return image.scanReason ? `Not scanned: ${image.scanReason}` : "Not scanned yet";
  if (image.osState === "none") return "No package database was found, so nothing is known about system packages";
  if (image.osState !== "known")
    return "Its distribution is not one we can judge, so its system packages are not assessed";
  if (image.scanState === "failed") return `The last scan failed${image.scanReason ? `: ${image.scanReason}` : ""}`;
  if (image.completeness !== "complete") return "Not everything in it could be read";
  if (!image.hasPackages) return "No package was found in it";
  if (!image.isCounted) return "Its findings are being counted";
  if (image.withoutFeed.length > 0) return unwatchedReason(image.withoutFeed);
  return image.scanState === "done" ? null : "Another scan of it is under way";
}

function distribution({ isScanned, osState, osName, endOfLifeAt }: ImageStanding, now: Date): Outcome {
  if (!isScanned) return open("Not scanned yet");
  if (osState === "none") return notApplicable("The image holds no distribution");
  if (osState !== "known") return open("The distribution is not one we know");
  if (endOfLifeAt === null) return open(`No end of support is known for ${osName}`);
  const readings = [
    { path: "end of support", actual: endOfLifeAt, expected: `later than ${now.toISOString().slice(0, 10)}` },
  ];
  return endOfLifeAt <= now.toISOString().slice(0, 10)
    ? unhealthy(`${osName} gets no security fixes since ${endOfLifeAt}`, readings)
    : healthy(`${osName} is supported until ${endOfLifeAt}`, readings);
}

function assessed(image: ImageStanding): Outcome {
  if (image.scanState === "failed") return unhealthy(image.scanReason ?? "The scan failed", []);
  if (!image.isScanned) return open("Not scanned yet");
  if (image.osState === "none")
    return unhealthy("No package database was found, so nothing is known about system packages", []);
  if (image.osState !== "known")
    return unhealthy("The distribution is not one we know, so its packages are listed but not judged", []);
  if (image.completeness !== "complete") return unhealthy("Some of what is in it could not be read or assessed", []);
  return healthy("Every layer and every package database was read", []);
}

const open = (reason: string): Outcome => ({ status: "unknown", reason, readings: [] });
