import { z } from "zod";
import { Severity } from "./severity.ts";

/** Where a rule comes from: framework as people write it ("CIS Docker 1.8.0") and the control's number in it. */
export const RuleReference = z.object({
  framework: z.string(),
  control: z.string(),
  level: z.string().optional(),
});
export type RuleReference = z.infer<typeof RuleReference>;

/** The words of a rule, as published to the database and shown on its help page. */
export const RuleText = z.object({
  id: z.string(),
  engine: z.enum(["image-scan", "cis-docker", "aks-posture", "threat-detection"]),
  title: z.string(),
  severity: Severity,
  rationale: z.string(),
  remediation: z.string(),
  logic: z.string(),
  references: z.array(RuleReference),
  examples: z.array(z.object({ verdict: z.string(), text: z.string() })),
  retired: z.object({ since: z.string(), replacedBy: z.string().optional() }).optional(),
});
export type RuleText = z.infer<typeof RuleText>;
