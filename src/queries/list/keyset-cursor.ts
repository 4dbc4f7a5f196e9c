import { createHash } from "node:crypto";
import type { z } from "zod";

/** Longest cursor that is looked at; a longer one was not made here. */
const maxCursorLength = 2000;

/** Names a list with its filters and sort: a text, or the parsed parameters as they are (their `cursor` is passed over). */
export type CursorShape = string | readonly unknown[] | object;

/**
 * Packs the sort values of the last row into an opaque cursor. A cursor made under another `shape` is ignored instead of
 * skipping rows.
 */
export function encodeCursor(shape: CursorShape, values: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify([fingerprint(shape), ...values])).toString("base64url");
}

/** The sort values of a cursor, or null (= first page) when it is missing, foreign, damaged or of another shape. */
export function decodeCursor<Values extends z.ZodType>(
  shape: CursorShape,
  cursor: string | undefined,
  values: Values,
): z.infer<Values> | null {
  if (!cursor || cursor.length > maxCursorLength) return null;
  try {
    const unpacked: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (!Array.isArray(unpacked) || unpacked[0] !== fingerprint(shape)) return null;
    const parsed = values.safeParse(unpacked.slice(1));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function fingerprint(shape: CursorShape): string {
  return createHash("sha256").update(canonical(shape)).digest("base64url").slice(0, 8);
}

/**
 * The same text whatever the order of keys: parsed parameters stand in another order once they hold a cursor. What is not
 * set does not count.
 */
function canonical(shape: CursorShape): string {
  return JSON.stringify(shape, (key, value: unknown) => {
    if (key === "cursor") return undefined;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, part]) => part !== undefined && part !== null)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  });
}
