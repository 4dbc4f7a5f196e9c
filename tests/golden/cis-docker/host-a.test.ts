import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { readEvidence } from "#cli/audit-evidence.ts";
import { assess } from "#engines/cis-docker/assess.ts";
import { rules } from "#engines/cis-docker/rules/index.ts";

const fixtures = path.join(import.meta.dirname, "..", "..", "fixtures", "cis");
const Expected = z.object({
  controls: z.array(
    z.object({
      id: z.string(),
      expected: z.enum(["pass", "fail", "notApplicable", "manual", "unknown"]),
      items: z.array(z.string()),
    }),
  ),
});
const printed = { healthy: "pass", unhealthy: "fail" } as const;

test("a recorded host answers every control, with the very items that fail", async () => {
  const { controls } = Expected.parse(JSON.parse(readFileSync(path.join(fixtures, "host-a-expected.json"), "utf8")));
  const evidence = await readEvidence(path.join(fixtures, "host-a"));
  const result = assess(evidence, { now: new Date("2026-11-24T00:00:00Z") });
  const answers = result.controls.map(({ control, outcome }) => {
    const named = outcome.status === "unhealthy" || outcome.status === "manual";
    const items = named
      ? [...new Set(outcome.readings.flatMap(({ item }) => (item === undefined ? [] : [item])))].sort()
      : [];
    const status =
      outcome.status === "healthy" || outcome.status === "unhealthy" ? printed[outcome.status] : outcome.status;
    const wanted = controls.find((entry) => entry.id === control);
    // Where the recording names no items, only the verdict is compared.
    return { id: control, expected: status, items: wanted?.items.length ? items : [] };
  });
  expect(answers).toEqual(controls.map(({ id, expected, items }) => ({ id, expected, items: [...items].sort() })));
  expect(answers).toHaveLength(rules.length);
});

test("the same evidence gives the same bytes", async () => {
  const run = async () => {
    const result = assess(await readEvidence(path.join(fixtures, "host-a")), { now: new Date("2026-11-24T00:00:00Z") });
    return JSON.stringify(result.controls.map(({ control, outcome }) => [control, outcome]));
  };
  expect(await run()).toBe(await run());
});
