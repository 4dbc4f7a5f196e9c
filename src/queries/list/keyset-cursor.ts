import { createHash } from "node:crypto";
import type { z } from "zod";

/** Longest cursor that is looked at; a longer one was not made here. */
const maxCursorLength = 2000;

/**
 * Packs the sort values of the last row into an opaque cursor. `shape` names filters and sort: a cursor made under other
 * filters is ignored instead of skipping rows.
 */
export function encodeCursor(shape: string, values: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify([fingerprint(shape), ...values])).toString("base64url");
}

/** The sort values of a cursor, or null (= first page) when it is missing, foreign, damaged or of another shape. */
export function decodeCursor<Values extends z.ZodType>(
  shape: string,
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

function fingerprint(shape: string): string {
  return createHash("sha256").update(shape).digest("base64url").slice(0, 8);
}
