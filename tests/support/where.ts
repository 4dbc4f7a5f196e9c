import { describe, type TestFunction, test } from "vitest";

/**
 * A suite that needs something of the machine. Where it is `missing` (said in words, with how to get it) one test stands in for
 * the suite and is skipped for that reason; a skip without a reason counts as failed.
 */
export function describeWhere(missing: string | null, name: string, body: () => void): void {
  if (missing === null) describe(name, body);
  else test(name, (context) => context.skip(missing));
}

/** As `describeWhere`, for one test. */
export function testWhere(missing: string | null, name: string, body: TestFunction, timeoutMs?: number): void {
  if (missing === null) test(name, body, timeoutMs);
  else test(name, (context) => context.skip(missing));
}
