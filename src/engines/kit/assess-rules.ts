import type { Assessment } from "#domain/assessment.ts";
import { compareControls } from "#domain/compare-controls.ts";
import type { RuleReference } from "#domain/rule.ts";
import { severityRank } from "#domain/severity.ts";
import type { Outcome, Reading } from "./outcome.ts";
import { type Rule, type RuleContext, type RuleWords, referenceTo } from "./rule.ts";

export interface RuleResult {
  rule: RuleWords;
  outcome: Outcome;
}

/** Evidence and findings that one assessment keeps of a rule: pages show the first ones, counts say the rest. */
const MOST_EVIDENCE = 50;

/**
 * Holds facts against rules, in their order. The same context gives the same answers. Each entry keeps what it came with
 * (its number in a benchmark) and gets its outcome.
 */
export function assessRules<Facts, Policy, Listed extends { rule: Pick<Rule<Facts, Policy>, "assess"> }>(
  listed: readonly Listed[],
  context: RuleContext<Facts, Policy>,
): (Listed & { outcome: Outcome })[] {
  return listed.map((entry) => ({ ...entry, outcome: entry.rule.assess(context) }));
}

/** The rules that are part of a framework, in its own numbering. */
export function rulesOfFramework<AnyRule extends RuleWords>(
  rules: readonly AnyRule[],
  framework: string,
): { rule: AnyRule; reference: RuleReference }[] {
  return rules
    .flatMap((rule) => {
      const reference = referenceTo(rule, framework);
      return reference ? [{ rule, reference }] : [];
    })
    .sort((left, right) => compareControls(left.reference.control, right.reference.control));
}

/** Results as assessments of one resource, ready to be stored: evidence of each verdict, findings of failing ones. */
export function toAssessments(results: readonly RuleResult[], resourceId: string): Assessment[] {
  return results.map(({ rule, outcome }) => ({
    ruleId: rule.id,
    resourceId,
    status: outcome.status,
    severity: outcome.severity ?? rule.severity,
    reason: outcome.reason,
    completeness: outcome.status === "unknown" ? "partial" : "complete",
    diagnostics: (outcome.notes ?? []).map((message) => ({ code: "note", message })),
    evidence: outcome.readings.slice(0, MOST_EVIDENCE).map(toEvidence),
    findings: outcome.status === "unhealthy" || outcome.status === "manual" ? findingsOf(rule, outcome) : [],
  }));
}

/** One finding for each reading, the gravest first. Its key stays the same when other items come and go. */
function findingsOf(rule: RuleWords, outcome: Outcome): Assessment["findings"] {
  const seen = new Map<string, number>();
  return outcome.readings
    .map((reading) => {
      const place = `${reading.item ?? rule.id}|${reading.path}`;
      const earlier = seen.get(place) ?? 0;
      seen.set(place, earlier + 1);
      return {
        key: earlier === 0 ? place : `${place}|${earlier}`,
        ruleId: rule.id,
        severity: reading.severity ?? outcome.severity ?? rule.severity,
        status: outcome.status,
        title: reading.item ?? rule.title,
        remediation: rule.remediation(reading.item ?? "this host", reading),
        evidence: [toEvidence(reading)],
      };
    })
    .sort(
      (left, right) => severityRank[right.severity] - severityRank[left.severity] || (left.key < right.key ? -1 : 1),
    );
}

function toEvidence({ path, actual, expected, item }: Reading): Assessment["evidence"][number] {
  return { kind: "setting", path, actual, expected, ...(item === undefined ? {} : { item }) };
}
