import type { AssessmentStatus } from "#domain/assessment.ts";
import type { Outcome } from "./outcome.ts";
import type { Rule, RuleWords } from "./rule.ts";

/** An engine as its tests police it: its rules, and how one of them answers an example. */
export interface PolicedEngine<AnyRule, Example> {
  rules: readonly AnyRule[];
  judge: (rule: AnyRule, example: Example) => Outcome;
}

const MOST_TITLE = 80;

/**
 * Faults in the words of a catalogue, each as one sentence; empty = none. `files` are the names of the rule files without
 * ending, in the order of the index. `mayShareRemedy` is true for a remedy that differs by the item alone.
 */
export function wordFaults(
  rules: readonly RuleWords[],
  files: readonly string[],
  mayShareRemedy: (rule: RuleWords) => boolean = () => false,
): string[] {
  const faults = rules.flatMap((rule, index) => [
    ...(rule.id === files[index] ? [] : [`${rule.id} lies in a file called ${files[index]}`]),
    ...oneRuleFaults(rule).map((fault) => `${rule.id}: ${fault}`),
  ]);
  if (files.length !== rules.length) faults.push(`${files.length} files, ${rules.length} rules in the index`);
  const repeated = (what: string, words: readonly string[]) =>
    [...new Set(words.filter((word, index) => words.indexOf(word) !== index))].map((word) => `${what} twice: ${word}`);
  const titles = rules.flatMap(({ title, failedTitle }) => [title, failedTitle]);
  const remedies = rules.filter((rule) => !mayShareRemedy(rule)).map((rule) => rule.remediation("X"));
  return [
    ...faults,
    ...repeated(
      "the id",
      rules.map(({ id }) => id),
    ),
    ...repeated("the title", titles),
    ...repeated("the remedy", remedies),
  ];
}

function oneRuleFaults(rule: RuleWords): string[] {
  const { title, failedTitle, rationale, needs, references, severityReason } = rule;
  const isTitle = (text: string) => text.length > 0 && text.length < MOST_TITLE && !text.endsWith(".");
  return [
    ...(isTitle(title) ? [] : ["the title is empty, too long or ends like a sentence"]),
    ...(isTitle(failedTitle) ? [] : ["the title of the failed state is empty, too long or ends like a sentence"]),
    ...(severityReason ? [] : ["no reason for its severity"]),
    ...(rationale.length > 30 ? [] : ["the rationale says too little"]),
    ...(needs.length > 0 ? [] : ["it does not say what must be read"]),
    ...(references.length > 0 ? [] : ["it refers to nothing"]),
    ...(new Set(references.map(({ framework }) => framework)).size === references.length
      ? []
      : ["two references to one framework"]),
    ...(rule.confirms === "" ? ["it does not say what a person confirms"] : []),
  ];
}

/** Faults in what one rule answers to its own examples; `confirms` must be said where an example answers "manual". */
export function exampleFaults<Facts, Policy, Example>(
  rule: Rule<Facts, Policy, Example>,
  judge: (rule: Rule<Facts, Policy, Example>, example: Example) => Outcome,
): string[] {
  const cases = Object.entries(rule.examples()) as [AssessmentStatus, Example[]][];
  if (cases.length === 0) return ["it has no examples"];
  return cases.flatMap(([status, examples]) => [
    ...(examples.length > 0 ? [] : [`no example of ${status}`]),
    ...(status === "manual" && !rule.confirms ? ["it does not say what a person confirms"] : []),
    ...examples.flatMap((example, index) =>
      outcomeFaults(judge(rule, example), status).map((fault) => `example ${index + 1} of ${status}: ${fault}`),
    ),
  ]);
}

function outcomeFaults({ status, reason, readings }: Outcome, expected: AssessmentStatus): string[] {
  if (status !== expected) return [`it answers ${status}: ${reason}`];
  const mustRead = status === "healthy" || status === "unhealthy";
  const faults = [
    ...(reason.length > 10 ? [] : [`the reason says too little: ${reason}`]),
    ...(mustRead && readings.length === 0 ? ["it names no value that was read"] : []),
  ];
  if (status !== "unhealthy") return faults;
  return [
    ...faults,
    ...readings.filter(({ item }) => !item).map(({ path }) => `a failing item has no name (${path})`),
    ...readings
      .filter(({ actual, expected: wanted }) => actual === wanted)
      .map(({ path, actual }) => `${path} fails with the expected value ${actual}`),
  ];
}
