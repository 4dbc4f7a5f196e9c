import type { Outcome, Reading } from "./outcome.ts";
import type { Rule } from "./rule.ts";

/** How an engine's evidence is changed and judged again. */
export interface MutableEngine<Facts, Policy, Example> {
  judge: (rule: Rule<Facts, Policy, Example>, example: Example) => Outcome;
  /** Changed evidence as the engine would get it; null when its wire format refuses it, so that no rule could see it. */
  parse: (changed: unknown) => Example | null;
  /** What the value at a place may become, beside values of every kind. */
  values: (present: unknown) => readonly unknown[];
}

/**
 * Every verdict names where in the evidence its value stands; changing the value there must change the verdict, else the
 * reading would be decoration. Answers the examples whose verdict no change of a named value turns; empty = none.
 */
export function unturnedExamples<Facts, Policy, Example>(
  rule: Rule<Facts, Policy, Example>,
  examples: readonly Example[],
  engine: MutableEngine<Facts, Policy, Example>,
): string[] {
  return examples.flatMap((example) => {
    const { readings } = engine.judge(rule, example);
    // One of several failing items leaves the verdict as it is when only it is mended, so any turning reading will do.
    if (readings.some((reading) => reading.pointer !== undefined && turns(rule, { example, reading, engine })))
      return [];
    const named = readings.map(({ pointer, actual }) => `${pointer} = ${actual}`).slice(0, 3);
    return [named.join("; ") || "no reading has a pointer"];
  });
}

function turns<Facts, Policy, Example>(
  rule: Rule<Facts, Policy, Example>,
  the: { example: Example; reading: Reading; engine: MutableEngine<Facts, Policy, Example> },
): boolean {
  const { example, engine } = the;
  const pointer = the.reading.pointer ?? "";
  const before = engine.judge(rule, example);
  return [...plainValues, ...engine.values(valueAt(example, pointer))].some((value) => {
    const changed = structuredClone(example);
    if (!putAt(changed, pointer, value)) return false;
    const parsed = engine.parse(changed);
    if (parsed === null) return false;
    const after = engine.judge(rule, parsed);
    return after.status !== before.status && summary(after) !== summary(before);
  });
}

const plainValues: readonly unknown[] = [
  ...[true, false, null, undefined, 0, -1, 1, 2, 3, 512, 1_000_000_000_000_000_000, "", "false", "true", "none"],
  ...[[], {}],
];
const summary = ({ status, readings }: Outcome) => JSON.stringify({ status, readings });

/** Puts `value` where the pointer leads; false when the place does not exist. Keys of maps may hold dots and slashes. */
export function putAt(evidence: unknown, pointer: string, value: unknown): boolean {
  const keys = keysOf(pointer);
  let here: unknown = evidence;
  while (keys.length > 0) {
    if (typeof here !== "object" || here === null) return false;
    const target = here as Record<string, unknown>;
    const key = nextKey(keys, target);
    if (keys.length === 0) {
      target[key] = value;
      return true;
    }
    // Engines leave empty objects out: the place of a value that is absent is made.
    if (target[key] === undefined || target[key] === null) target[key] = {};
    here = target[key];
  }
  return false;
}

/** The value where the pointer leads; undefined when there is none. */
export function valueAt(evidence: unknown, pointer: string): unknown {
  let here: unknown = evidence;
  const keys = keysOf(pointer);
  while (keys.length > 0 && typeof here === "object" && here !== null)
    here = (here as Record<string, unknown>)[nextKey(keys, here)];
  return here;
}

const keysOf = (pointer: string) =>
  pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));

/** Takes the next key off: pointers may write a key with slashes plainly, so all that is left counts as one if it is one. */
function nextKey(keys: string[], target: object): string {
  const whole = keys.join("/");
  return keys.splice(0, whole in target ? keys.length : 1).join("/");
}
