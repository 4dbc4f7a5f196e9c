import { z } from "zod";

/**
 * One value of a query string; of a repeated parameter the first counts. Control characters (NUL breaks Postgres) go.
 * A value that was parsed before passes unchanged, so routes may parse and queries parse again.
 */
export const TextParam = z
  .preprocess((value) => toText(Array.isArray(value) ? value[0] : value), z.string())
  .transform((text) =>
    text
      .replace(/\p{Cc}/gu, "")
      .trim()
      .slice(0, 200),
  );

function toText(value: unknown): unknown {
  if (typeof value === "boolean") return value ? "1" : "";
  return typeof value === "number" ? String(value) : value;
}

/** Optional text: missing, empty or unusable is undefined. */
export const OptionalText = TextParam.optional()
  .catch(undefined)
  .transform((text) => text || undefined);

/** A page cursor, kept whole. */
export const CursorParam = z
  .preprocess((value) => (Array.isArray(value) ? value[0] : value), z.string().max(2000).optional())
  .catch(undefined);

/** `1`, `true` and `yes` switch a filter on; anything else leaves it off. */
export const SwitchParam = TextParam.optional()
  .catch(undefined)
  .transform((text) => text === "1" || text === "true" || text === "yes");

/** One of `values`; anything else is `fallback`. */
export function ChoiceParam<const Value extends string>(values: readonly Value[], fallback: NoInfer<Value>) {
  return TextParam.optional()
    .catch(undefined)
    .transform((text): Value => values.find((value) => value === text) ?? fallback);
}

/** Comma-separated values out of a closed list; unknown ones are dropped, order and repeats do not matter. */
export function ListParam<const Value extends string>(values: readonly Value[]) {
  return WordsParam.transform((words) => values.filter((value) => words.includes(value)));
}

/** Comma-separated words, at most 50. */
export const WordsParam = z
  .preprocess((value) => (Array.isArray(value) ? value.join(",") : value), z.string().max(2000))
  .optional()
  .catch(undefined)
  .transform((text) => (text ?? "").split(",").filter(Boolean).slice(0, 50));
