import type { Severity } from "#domain/severity.ts";
import { healthy, notApplicable, type Outcome, type Reading, unhealthy } from "./outcome.ts";
import type { Rule, RuleContext, RuleExamples, RuleWords } from "./rule.ts";

/** What one item (container, image, user, network …) answers: null when the rule does not apply to it. */
export type ItemOutcome = {
  status: "healthy" | "unhealthy" | "manual" | "unknown";
  readings: Reading[];
  severity?: Severity;
} | null;

/** The sentences in which the answers of items are put together. */
export interface ItemSentences {
  /** Every item passed. */
  passed: string;
  /** Follows the number of failing items: "containers run privileged". */
  failed: string;
  /** Items are open until a person confirms them. */
  unconfirmed?: string;
}

export interface ItemRuleDefinition<Item, Facts, Policy, Example> extends RuleWords, ItemSentences {
  /** Answers for the whole resource before items are looked at. */
  before?: (context: RuleContext<Facts, Policy>) => Outcome | undefined;
  /** The items to judge, or the answer when there are none to judge or they could not be read. */
  items: (context: RuleContext<Facts, Policy>) => JudgedItems<Item> | Outcome;
  judge: (item: Item, context: RuleContext<Facts, Policy>) => ItemOutcome;
  examples: RuleExamples<Example>;
}

export interface JudgedItems<Item> {
  items: Item[];
  /** Answers for items that cannot be judged, such as those that could not be read. */
  further?: ItemOutcome[];
  notes?: string[];
}

/** A rule that judges items one by one; its verdict is the worst of theirs. */
export function defineItemRule<Item, Facts, Policy, Example>(
  definition: ItemRuleDefinition<Item, Facts, Policy, Example>,
): Rule<Facts, Policy, Example> {
  const { before, items: itemsOf, judge, passed, failed, unconfirmed, ...words } = definition;
  return {
    ...words,
    assess: (context) => {
      const early = before?.(context);
      if (early) return early;
      const found = itemsOf(context);
      if ("status" in found) return found;
      const outcomes = [...found.items.map((item) => judge(item, context)), ...(found.further ?? [])];
      return combine(outcomes, { passed, failed, ...(unconfirmed ? { unconfirmed } : {}) }, found.notes ?? []);
    },
  };
}

/** The verdict of a rule is the worst of its items: unhealthy, then unknown, then to be confirmed, then healthy. */
export function combine(outcomes: readonly ItemOutcome[], sentences: ItemSentences, notes: string[]): Outcome {
  const { passed, failed, unconfirmed } = sentences;
  const present = outcomes.filter((outcome) => outcome !== null);
  const of = (status: string) => present.filter((outcome) => outcome.status === status);
  const readings = (status: string) =>
    of(status).flatMap(({ severity, readings: list }) =>
      list.map((reading): Reading => (severity ? { severity, ...reading } : reading)),
    );
  const count = (status: string) => new Set(readings(status).map((reading) => reading.item)).size;
  const withNotes = notes.length > 0 ? { notes } : {};
  if (of("unhealthy").length > 0) {
    // Items that a person must still confirm stand beside the failing ones: fixing the latter would leave them open.
    const open = readings("manual").map((reading): Reading => ({ ...reading, severity: "low" }));
    return unhealthy(`${count("unhealthy")} of ${present.length} ${failed}.`, [...readings("unhealthy"), ...open], {
      notes,
    });
  }
  if (of("unknown").length > 0)
    return {
      status: "unknown",
      reason: `Not known for ${count("unknown")} of ${present.length}: evidence is missing.`,
      readings: readings("unknown"),
      ...withNotes,
    };
  if (of("manual").length > 0)
    return {
      status: "manual",
      reason: unconfirmed ?? "A person must confirm.",
      readings: readings("manual"),
      ...withNotes,
    };
  if (of("healthy").length === 0)
    return { ...notApplicable("Nothing here has what this rule is about."), ...withNotes };
  return healthy(passed, readings("healthy"), notes);
}
