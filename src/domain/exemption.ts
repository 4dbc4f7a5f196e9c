import { z } from "zod";
import type { AssessmentStatus } from "./assessment.ts";
import { Digest } from "./digest.ts";

/** What a decision is about: a rule (any engine's), a vulnerability, or a detector. */
export const exemptionSubjects = ["rule", "vulnerability", "detector"] as const;
export type ExemptionSubjectKind = (typeof exemptionSubjects)[number];

/** Why something does not have to be met. Each needs a note in words beside it. */
export const exemptionReasons = ["accepted-risk", "mitigated", "planned", "false-positive", "not-reachable"] as const;
export const ExemptionReason = z.enum(exemptionReasons);
export type ExemptionReason = z.infer<typeof ExemptionReason>;

/** What ends an exemption before its time, each if it was asked for. */
export const reopenCauses = ["fix", "exploited", "severity"] as const;
export const ReopenCause = z.enum(reopenCauses);
export type ReopenCause = z.infer<typeof ReopenCause>;

/** Why an exemption is over: somebody ended it, its time was over, or what it waited for came. */
export const endCauses = ["person", "time", ...reopenCauses] as const;
export const EndCause = z.enum(endCauses);
export type EndCause = z.infer<typeof EndCause>;

/** The end of the sentence "it counts again: …", for notices, history and lists. */
export const endCauseWords: Record<EndCause, string> = {
  person: "the exemption was ended",
  time: "the time of its exemption is over",
  fix: "a fix appeared",
  exploited: "it is known to be exploited",
  severity: "its severity rose",
};

/** What a condition may ask about, by subject. Those of a place make an exemption hold place by place. */
export const conditionFields = {
  vulnerability: ["package.version", "package.type", "severity", "platform", "repository"],
  rule: ["item", "resource", "environment", "owner"],
  detector: ["item", "resource", "environment", "owner"],
} as const satisfies Record<ExemptionSubjectKind, readonly string[]>;
const placeFields: readonly string[] = ["platform", "repository"];
export const conditionOperators = ["is", "isNot", "matches"] as const;

/** One condition; `matches` takes a pattern in which * stands for any text. A fact that is not known satisfies none. */
export const ExemptionCondition = z.object({
  field: z.enum([...new Set(Object.values(conditionFields).flat())]),
  operator: z.enum(conditionOperators),
  value: z.string().trim().min(1).max(500),
});
export type ExemptionCondition = z.infer<typeof ExemptionCondition>;

/** How far an exemption reaches. Each part narrows it; without any it holds everywhere, also for what comes later. */
export const ExemptionScope = z.object({
  /** A registry, a host. */
  rootId: z.uuid().nullable().default(null),
  /** A repository of that registry. */
  repositoryId: z.uuid().nullable().default(null),
  /** An image by its digest; with a repository, the image in that place alone. */
  resourceId: Digest.nullable().default(null),
  /** One container, file or setting, as the finding of a rule names it. */
  item: z.string().min(1).max(4096).nullable().default(null),
  /** One package, by its own name or that of its source. */
  packageName: z.string().min(1).max(400).nullable().default(null),
});
export type ExemptionScope = z.infer<typeof ExemptionScope>;

/** True when it holds in some places of a registry and not in others, so that it is kept place by place. */
export function isNarrowScope(scope: ExemptionScope, conditions: readonly ExemptionCondition[]): boolean {
  return (
    scope.repositoryId !== null ||
    scope.resourceId !== null ||
    conditions.some(({ field }) => placeFields.includes(field))
  );
}

/** What counts for a control: its verdict, or `exempt` where a person decided that it does not have to be met. */
export type EffectiveStatus = AssessmentStatus | "exempt";

/** What an exemption takes out of the figures, or would. Findings are packages × flaws × places, as every list counts them. */
export const ExemptionEffect = z.object({
  findings: z.number().int(),
  images: z.number().int(),
  /** Of the findings, those that an upgrade would close. */
  fixable: z.number().int(),
  repositories: z.number().int(),
  /** Failing or unknown items of a rule, and the resources on which the rule stops counting. */
  items: z.number().int(),
  resources: z.number().int(),
});
export type ExemptionEffect = z.infer<typeof ExemptionEffect>;
export const noEffect: ExemptionEffect = {
  findings: 0,
  images: 0,
  fixable: 0,
  repositories: 0,
  items: 0,
  resources: 0,
};
