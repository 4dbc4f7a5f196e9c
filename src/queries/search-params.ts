import { z } from "zod";

/** One value of a query string; of a repeated parameter the first counts. Control characters (NUL breaks Postgres) go. */
export const TextParam = z
  .preprocess((value) => (Array.isArray(value) ? value[0] : value), z.string())
  .transform((text) =>
    text
      .replace(/\p{Cc}/gu, "")
      .trim()
      .slice(0, 200),
  );

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
  return TextParam.optional()
    .catch(undefined)
    .transform((text) => values.filter((value) => (text ?? "").split(",").includes(value)));
}
