import { z } from "zod";
import { Diagnostic, Evidence } from "./evidence.ts";
import { Severity } from "./severity.ts";

/** Verdict of one rule on one resource. `unknown` means evidence is missing and is never counted as healthy. */
export const assessmentStatuses = ["healthy", "unhealthy", "unknown", "manual", "notApplicable"] as const;
export const AssessmentStatus = z.enum(assessmentStatuses);
export type AssessmentStatus = z.infer<typeof AssessmentStatus>;

/** One item inside an assessment: the failing container, file or setting. */
export const Finding = z.object({
  key: z.string(),
  ruleId: z.string().optional(),
  severity: Severity,
  status: AssessmentStatus,
  title: z.string(),
  remediation: z.string().optional(),
  evidence: z.array(Evidence),
});
export type Finding = z.infer<typeof Finding>;

/** One rule held against one resource. `reason` says why in words, `evidence` carries the values that were read. */
export const Assessment = z.object({
  ruleId: z.string(),
  resourceId: z.string(),
  status: AssessmentStatus,
  severity: Severity,
  reason: z.string(),
  cause: z.string().optional(),
  completeness: z.enum(["complete", "partial"]),
  diagnostics: z.array(Diagnostic),
  findings: z.array(Finding),
  evidence: z.array(Evidence),
});
export type Assessment = z.infer<typeof Assessment>;
