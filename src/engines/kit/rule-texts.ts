import type { RuleText } from "#domain/rule.ts";
import type { Outcome } from "./outcome.ts";
import type { Rule, RuleWords } from "./rule.ts";

/** What an engine adds to the words of its rules when they are published. */
export interface TextSource<AnyRule extends RuleWords> {
  engine: RuleText["engine"];
  rules: readonly AnyRule[];
  /** The words people group by: "Container runtime". */
  area: (rule: AnyRule) => string;
  /** Name that stands for an item in the general remediation. */
  sampleItem: (rule: AnyRule) => string;
  examples: (rule: AnyRule) => RuleText["examples"];
}

/** The words of every rule of an engine, for the database, lists and help pages. */
export function ruleTexts<AnyRule extends RuleWords>(source: TextSource<AnyRule>): RuleText[] {
  return source.rules.map((rule) => ({
    id: rule.id,
    engine: source.engine,
    title: rule.title,
    failedTitle: rule.failedTitle,
    scope: rule.scope,
    area: source.area(rule),
    ...(rule.confirms === undefined ? {} : { confirms: rule.confirms }),
    severity: rule.severity,
    rationale: rule.rationale,
    remediation: rule.remediation(source.sampleItem(rule)),
    logic: rule.logic ?? logicOf(rule),
    references: [...rule.references],
    examples: source.examples(rule),
  }));
}

function logicOf({ needs, confirms }: RuleWords): string {
  return `Reads ${needs.join(", ")}.${confirms ? ` A person may have to confirm ${confirms}.` : ""}`;
}

/** What a rule says to the first example of each verdict, with the value it read: examples that cannot be wrong. */
export function exampleTexts<Facts, Policy, Example>(
  rule: Rule<Facts, Policy, Example>,
  judge: (rule: Rule<Facts, Policy, Example>, example: Example) => Outcome,
): RuleText["examples"] {
  return Object.entries(rule.examples()).flatMap(([verdict, [first]]) => {
    if (first === undefined) return [];
    const { reason, readings } = judge(rule, first);
    const [reading] = readings;
    return [{ verdict, text: reading ? `${reason} Read there: ${reading.path} is ${reading.actual}.` : reason }];
  });
}
