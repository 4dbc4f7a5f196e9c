import type { AssessmentStatus } from "#domain/assessment.ts";
import type { RuleReference, RuleScope } from "#domain/rule.ts";
import type { Severity } from "#domain/severity.ts";
import type { Outcome, Reading } from "./outcome.ts";

/** What a rule is given: facts of one resource, what the site expects, and the time of the answer. */
export interface RuleContext<Facts, Policy> {
  facts: Facts;
  policy: Policy;
  now: Date;
}

/** What a rule says about itself; rules and detectors share it. */
export interface RuleWords {
  /** Slug, equal to the file name; never changes. */
  id: string;
  /** The state that is wanted: "Containers cannot gain privileges". */
  title: string;
  /** The state that was found when it fails: "A container may gain privileges". */
  failedTitle: string;
  /** Where it comes from, the newest version of a benchmark first. */
  references: readonly RuleReference[];
  /** What it judges. */
  scope: RuleScope;
  severity: Severity;
  severityReason: string;
  rationale: string;
  /** What must be read to answer. */
  needs: string[];
  /** How it decides, where "reads …" does not say enough. */
  logic?: string;
  /** Commands and steps for one failing item; the item names the file, container or image at hand. */
  remediation: (item: string, reading?: Reading) => string;
  /** Present when full evidence may still need a person: what the person confirms. */
  confirms?: string;
}

/** Evidence that leads to each verdict. A thunk, because only tests and help pages need examples. */
export type RuleExamples<Example> = () => Partial<Record<AssessmentStatus, Example[]>>;

/**
 * One rule of an engine: pure, so the same facts, policy and time give the same answer. `Example` is the form in which
 * examples are written, where it differs from what rules read (the wire format of the evidence).
 */
export interface Rule<Facts, Policy, Example = Facts> extends RuleWords {
  assess: (context: RuleContext<Facts, Policy>) => Outcome;
  examples: RuleExamples<Example>;
}

/** The reference to one framework; undefined when the rule is not part of it. */
export function referenceTo(rule: Pick<RuleWords, "references">, framework: string): RuleReference | undefined {
  return rule.references.find((reference) => reference.framework === framework);
}
