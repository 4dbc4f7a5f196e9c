import { z } from "zod";
import { PackageType } from "./package-kind.ts";

/**
 * What became of one kind of package in an image. `assessed`: held against advisories. `seenNotAssessed`: it is there and
 * nothing is known of its flaws. `notLookedFor`: nothing tells whether and in which version it is there.
 */
export const coverageStates = ["assessed", "seenNotAssessed", "notLookedFor"] as const;
export const CoverageState = z.enum(coverageStates);
export type CoverageState = z.infer<typeof CoverageState>;

/** One line of a coverage statement: what, how many, and where it is not assessed, why. */
export const CoverageEntry = z.object({
  /** Type of package (`deb`) or kind that is only recognised (`java`); `programs` for what no package owns. */
  kind: z.string(),
  /** For people: `Debian packages`, `Java packages (jar, war, ear)`. */
  label: z.string(),
  state: CoverageState,
  /** Ecosystem whose advisories decide, such as `Debian:12`; null where there is none. */
  ecosystem: z.string().nullable(),
  /** Null = not counted. */
  count: z.number().int().nullable(),
  /** What is counted, one and many: `package`, `packages`. */
  noun: z.tuple([z.string(), z.string()]),
  /** Why it is not assessed, or what limits the assessment. */
  reason: z.string().nullable(),
  /** A few names or paths. */
  examples: z.array(z.string()),
});
export type CoverageEntry = z.infer<typeof CoverageEntry>;

/** The one coverage statement of an image, assessed kinds first. */
export const CoverageStatement = z.array(CoverageEntry);
export type CoverageStatement = z.infer<typeof CoverageStatement>;

export const coverageWords: Record<CoverageState, string> = {
  assessed: "Assessed",
  seenNotAssessed: "Seen but not assessed",
  notLookedFor: "Not looked for",
};

/** Entries that are there and not assessed: any of them makes an image's result partial. */
export function notAssessed(statement: CoverageStatement): CoverageEntry[] {
  return statement.filter((entry) => entry.state === "seenNotAssessed");
}

/** True when at least one kind of package was held against advisories. */
export function isAnythingAssessed(statement: CoverageStatement): boolean {
  return statement.some((entry) => entry.state === "assessed" && (entry.count ?? 0) > 0);
}

/** One entry as a sentence without its state: `12 Java packages (jar, war, ear)…: this kind cannot be read yet`. */
export function coverageText({ label, count, noun, reason }: CoverageEntry): string {
  const counted = count === null ? "" : ` (${count} ${count === 1 ? noun[0] : noun[1]})`;
  return `${label}${counted}${reason === null ? "" : `: ${reason}`}`;
}

/** Why packages of an ecosystem are not assessed though they can be read; null = there are advisories for them. */
export type WhyNoAdvisories = (ecosystem: string) => string | null;

/**
 * The statement with the state of the advisories laid over it: kinds of which there are none become seen but not assessed.
 * For statements that were stored with the scan and are shown, counted or judged later.
 */
export function withAdvisories(statement: CoverageStatement, why: WhyNoAdvisories): CoverageStatement {
  return statement.map((entry) => {
    const reason = entry.state === "assessed" && entry.ecosystem !== null ? why(entry.ecosystem) : null;
    return reason === null ? entry : { ...entry, state: "seenNotAssessed", reason };
  });
}

/** Types of package that a statement speaks of as assessed. */
export function assessedTypes(statement: CoverageStatement): PackageType[] {
  return statement.flatMap((entry) => {
    const type = PackageType.safeParse(entry.kind);
    return entry.state === "assessed" && type.success ? [type.data] : [];
  });
}
