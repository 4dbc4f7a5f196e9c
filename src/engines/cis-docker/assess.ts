import type { Assessment } from "#domain/assessment.ts";
import { cisDockerSections } from "#domain/cis-docker-sections.ts";
import type { RuleReference, RuleScope, RuleText } from "#domain/rule.ts";
import { assessRules, rulesOfFramework, toAssessments as toKitAssessments } from "../kit/assess-rules.ts";
import { notApplicable, type Outcome } from "../kit/outcome.ts";
import { referenceTo } from "../kit/rule.ts";
import { exampleTexts, ruleTexts as kitRuleTexts } from "../kit/rule-texts.ts";
import { attested } from "./attested.ts";
import type { CisRule, RuleContext } from "./define-rule.ts";
import { exampleDay } from "./example.ts";
import type { HostEvidence } from "./facts.ts";
import { type HostFacts, hostFacts } from "./host-facts.ts";
import type { ManagedBy } from "./managed-host.ts";
import { Policy } from "./policy.ts";
import { rules } from "./rules/index.ts";

export const benchmarks = ["1.8.0", "1.7.0", "1.6.0", "1.2.0"] as const;
export type Benchmark = (typeof benchmarks)[number];

export interface ControlResult {
  /** Number in the chosen benchmark. */
  control: string;
  rule: CisRule;
  reference: RuleReference;
  outcome: Outcome;
}

export interface HostAssessment {
  benchmark: Benchmark;
  facts: HostFacts;
  managed: ManagedBy | null;
  controls: ControlResult[];
}

export interface AssessOptions {
  now: Date;
  policy?: Policy;
  benchmark?: Benchmark;
  /** Assess although the host is managed by AKS or Databricks: an admin's decision for this host. */
  assessManaged?: boolean;
}

/**
 * Holds a host's evidence against every control of the benchmark, sorted by number. The same evidence, policy and time give
 * the same answer. A host that AKS or Databricks manages answers "not applicable", naming the signals.
 */
export function assess(evidence: HostEvidence, options: AssessOptions): HostAssessment {
  const facts = hostFacts(evidence);
  const benchmark = options.benchmark ?? "1.8.0";
  const context = { facts, policy: options.policy ?? Policy.parse({}), now: options.now };
  const managed = options.assessManaged ? null : facts.managed;
  const listed = rulesOf(benchmark);
  const controls = managed
    ? listed.map((entry) => ({
        ...entry,
        outcome: notApplicable(`This host is managed by ${managed.manager}: ${managed.signals.join(", ")}.`),
      }))
    : assessRules(listed, context).map((entry) => ({ ...entry, outcome: confirmed(entry, context) }));
  return { benchmark, facts, managed, controls };
}

/** A control that a person must confirm is met once somebody did, for as long as the confirmation is valid. */
function confirmed({ rule, outcome }: { rule: CisRule; outcome: Outcome }, { policy, now }: RuleContext): Outcome {
  return outcome.status === "manual" ? (attested(policy, rule.id, now) ?? outcome) : outcome;
}

/** The controls of one benchmark version in its own numbering. */
export function rulesOf(benchmark: Benchmark): Omit<ControlResult, "outcome">[] {
  return rulesOfFramework(rules, `CIS Docker ${benchmark}`).map((entry) => ({
    ...entry,
    control: entry.reference.control,
  }));
}

/** The results as assessments of one host resource, ready to be stored. */
export function toAssessments(result: HostAssessment, hostId: string): Assessment[] {
  return toKitAssessments(result.controls, hostId);
}

/** The words of every control, for the database and the help pages. */
export function ruleTexts(): RuleText[] {
  const policy = Policy.parse({});
  return kitRuleTexts({
    engine: "cis-docker",
    rules,
    area: (rule) => cisDockerSections[referenceTo(rule, "CIS Docker 1.8.0")?.control.split(".")[0] ?? ""] ?? "Docker",
    sampleItem: (rule) => sampleItem[rule.scope] ?? "this host",
    examples: (rule) =>
      exampleTexts(rule, (_, example) => rule.assess({ facts: hostFacts(example), policy, now: exampleDay })),
  });
}

const sampleItem: Partial<Record<RuleScope, string>> = {
  host: "PATH",
  daemon: "/etc/docker/daemon.json",
  container: "CONTAINER",
  image: "IMAGE",
  swarm: "this manager",
};
