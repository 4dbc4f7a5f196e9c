import type { Assessment } from "#domain/assessment.ts";
import type { RuleText } from "#domain/rule.ts";
import { severityRank } from "#domain/severity.ts";
import { notApplicable, type Outcome } from "../kit/outcome.ts";
import { attested } from "./attested.ts";
import type { CisRule, RuleContext } from "./define-rule.ts";
import type { HostEvidence } from "./facts.ts";
import { type HostFacts, hostFacts } from "./host-facts.ts";
import type { ManagedBy } from "./managed-host.ts";
import { Policy } from "./policy.ts";
import { rules } from "./rules/index.ts";

export type Benchmark = "1.8.0" | "1.7.0" | "1.6.0" | "1.2.0";

export interface ControlResult {
  /** Number in the chosen benchmark. */
  control: string;
  rule: CisRule;
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
  const controls = rulesOf(benchmark).map(({ control, rule }) => ({
    control,
    rule,
    outcome: managed
      ? notApplicable(`This host is managed by ${managed.manager}: ${managed.signals.join(", ")}.`)
      : confirmed(rule, rule.assess(context), context),
  }));
  return { benchmark, facts, managed, controls };
}

/** A control that a person must confirm is met once somebody did, for as long as the confirmation is valid. */
function confirmed(rule: CisRule, outcome: Outcome, { policy, now }: RuleContext): Outcome {
  return outcome.status === "manual" ? (attested(policy, rule.id, now) ?? outcome) : outcome;
}

/** The controls of one benchmark version in its own numbering. */
export function rulesOf(benchmark: Benchmark): { control: string; rule: CisRule }[] {
  return rules
    .flatMap((rule) => {
      const control = rule.controls[benchmark];
      return control === null ? [] : [{ control, rule }];
    })
    .sort((left, right) => compareControls(left.control, right.control));
}

/** Orders 2.9 before 2.10. */
export function compareControls(left: string, right: string): number {
  const [a, b] = [left.split("."), right.split(".")];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = Number(a[index] ?? -1) - Number(b[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The results as assessments of one host resource, ready to be stored. */
export function toAssessments(result: HostAssessment, hostId: string): Assessment[] {
  return result.controls.map(({ rule, outcome }) => ({
    ruleId: rule.id,
    resourceId: hostId,
    status: outcome.status,
    severity: outcome.severity ?? rule.severity,
    reason: outcome.reason,
    completeness: outcome.status === "unknown" ? "partial" : "complete",
    diagnostics: (outcome.notes ?? []).map((message) => ({ code: "note", message })),
    evidence: outcome.readings.slice(0, 50).map(toEvidence),
    findings:
      outcome.status === "unhealthy" || outcome.status === "manual"
        ? outcome.readings
            .map((reading, index) => ({
              key: `${reading.item ?? rule.id}|${reading.path}|${index}`,
              ruleId: rule.id,
              severity: reading.severity ?? outcome.severity ?? rule.severity,
              status: outcome.status,
              title: reading.item ?? rule.title,
              remediation: rule.remediation(reading.item ?? "this host", reading),
              evidence: [toEvidence(reading)],
            }))
            .sort(
              (left, right) =>
                severityRank[right.severity] - severityRank[left.severity] || (left.key < right.key ? -1 : 1),
            )
        : [],
  }));
}

function toEvidence(reading: Outcome["readings"][number]): Assessment["evidence"][number] {
  const { path, actual, expected, item } = reading;
  return { kind: "setting", path, actual, expected, ...(item === undefined ? {} : { item }) };
}

/** The words of every control, for the database and the help pages. */
export function ruleTexts(): RuleText[] {
  return rules.map((rule) => ({
    id: rule.id,
    engine: "cis-docker",
    title: rule.title,
    severity: rule.severity,
    rationale: rule.rationale,
    remediation: rule.remediation(sampleItem[rule.scope]),
    logic: `Reads ${rule.needs.join(", ")}.${rule.confirms ? ` A person may have to confirm ${rule.confirms}.` : ""}`,
    references: rule.references,
    examples: Object.keys(rule.examples).map((verdict) => ({
      verdict,
      text: `An example that answers ${verdict} is run by the tests.`,
    })),
  }));
}

const sampleItem = {
  host: "PATH",
  daemon: "/etc/docker/daemon.json",
  container: "CONTAINER",
  image: "IMAGE",
  swarm: "this manager",
};
