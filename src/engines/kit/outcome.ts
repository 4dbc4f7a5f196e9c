import type { AssessmentStatus } from "#domain/assessment.ts";
import type { Severity } from "#domain/severity.ts";

/**
 * One value that a rule read: where it stands in the evidence, what it is and what it should be. `item` names the
 * container, image, file or setting it belongs to. Passing verdicts carry readings too, so that nobody has to trust a tick.
 */
export interface Reading {
  item?: string;
  path: string;
  /** JSON pointer into the evidence, so that the value can be found (and changed, in tests) by machine. */
  pointer?: string;
  actual: string;
  expected: string;
  /** Severity of this one item, where it differs from the rule's. */
  severity?: Severity;
}

/** What a rule answers. `reason` is one sentence for people; `readings` of an unhealthy outcome are the failing ones. */
export interface Outcome {
  status: AssessmentStatus;
  reason: string;
  readings: Reading[];
  severity?: Severity;
  /** Things worth knowing that decide nothing: stopped containers, partial evidence. */
  notes?: string[];
}

export const healthy = (reason: string, readings: Reading[], notes?: string[]): Outcome => ({
  status: "healthy",
  reason,
  readings,
  ...(notes?.length ? { notes } : {}),
});

export const unhealthy = (
  reason: string,
  readings: Reading[],
  more: { severity?: Severity; notes?: string[] } = {},
): Outcome => ({
  status: "unhealthy",
  reason,
  readings,
  ...(more.severity ? { severity: more.severity } : {}),
  ...(more.notes?.length ? { notes: more.notes } : {}),
});

/** The object the rule is about does not exist here. Never counted as passed. */
export const notApplicable = (reason: string, readings: Reading[] = []): Outcome => ({
  status: "notApplicable",
  reason,
  readings,
});

/** A person must confirm; `reason` says what. */
export const manual = (reason: string, readings: Reading[] = []): Outcome => ({ status: "manual", reason, readings });

/** Evidence is missing: `missing` names it and `grant` says how to make it readable. */
export const unknown = (missing: string, grant: string, readings: Reading[] = []): Outcome => ({
  status: "unknown",
  reason: `${missing} could not be read. ${grant}`,
  readings,
});

/** Text of any value for a reading: absent values are said, not left blank. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return "not set";
  if (value === "") return '""';
  if (typeof value === "string") return value;
  return JSON.stringify(value);
}
