import { z } from "zod";
import { Severity } from "./severity.ts";

/** Where a rule comes from: framework as people write it ("CIS Docker 1.8.0") and the control's number in it. */
export const RuleReference = z.object({
  framework: z.string(),
  control: z.string(),
  level: z.string().optional(),
});
export type RuleReference = z.infer<typeof RuleReference>;

/** What a rule judges. An image rule's subjects are images where they lie, in a registry or on a host. */
export const RuleScope = z.enum(["host", "daemon", "container", "image", "swarm"]);
export type RuleScope = z.infer<typeof RuleScope>;

/** The words of a rule, as published to the database and shown on its help page. */
export const RuleText = z.object({
  id: z.string(),
  engine: z.enum(["image-scan", "cis-docker", "aks-posture", "threat-detection"]),
  /** The state that is wanted. */
  title: z.string(),
  /** The state that was found when it fails; lists of what is wrong say this one. */
  failedTitle: z.string(),
  scope: RuleScope,
  /** The words people group rules by: "Container runtime". */
  area: z.string(),
  /** Present when full evidence may still need a person: what the person confirms. */
  confirms: z.string().optional(),
  severity: Severity,
  rationale: z.string(),
  remediation: z.string(),
  logic: z.string(),
  references: z.array(RuleReference),
  examples: z.array(z.object({ verdict: z.string(), text: z.string() })),
  retired: z.object({ since: z.string(), replacedBy: z.string().optional() }).optional(),
});
export type RuleText = z.infer<typeof RuleText>;
