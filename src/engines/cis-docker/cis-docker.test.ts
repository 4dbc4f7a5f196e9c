import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { AssessmentStatus } from "#domain/assessment.ts";
import { indexPath, renderIndex } from "../../../scripts/generate-rules.mjs";
import { assess, rulesOf, ruleTexts } from "./assess.ts";
import { example } from "./example.ts";
import type { HostEvidence } from "./facts.ts";
import { hostFacts } from "./host-facts.ts";
import { Policy } from "./policy.ts";
import { rules } from "./rules/index.ts";

const now = new Date("2026-11-20T12:00:00Z");
const policy = Policy.parse({});

describe("the catalogue", () => {
  test("has 118 controls of 1.8.0, 117 of 1.7.0 and 1.6.0, and 107 of 1.2.0", () => {
    // 1.2.0 has 115; eight of them are about Docker Enterprise (UCP, DTR), which later versions dropped.
    expect(["1.8.0", "1.7.0", "1.6.0", "1.2.0"].map((version) => rulesOf(version as "1.8.0").length)).toEqual([
      118, 117, 117, 107,
    ]);
    for (const version of ["1.8.0", "1.7.0", "1.6.0", "1.2.0"] as const) {
      const numbers = rulesOf(version).map(({ control }) => control);
      expect(new Set(numbers).size).toBe(numbers.length);
    }
  });

  test("the index names every file, and every id is its file's name", () => {
    expect(readFileSync(indexPath, "utf8")).toBe(renderIndex());
    const files = [...renderIndex().matchAll(/from "\.\/[a-z-]+\/([a-z0-9-]+)\.ts"/g)].map((match) => match[1]);
    expect(rules.map((rule) => rule.id)).toEqual(files);
    expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length);
  });

  test("words are there, of reasonable length, and no two rules have the same remedy", () => {
    for (const rule of rules) {
      expect(rule.title.length, rule.id).toBeLessThan(80);
      expect(rule.rationale.length, rule.id).toBeGreaterThan(30);
      expect(rule.needs.length, rule.id).toBeGreaterThan(0);
    }
    const sample = { docker: "X" };
    const remedies = rules.map((rule) => rule.remediation(sample.docker));
    const duplicates = remedies.filter((text, index) => remedies.indexOf(text) !== index);
    // An audit rule's remedy differs by the object at hand, which is the item.
    expect(duplicates.filter((text) => !text.includes("-k docker"))).toEqual([]);
    expect(new Set(ruleTexts().map((text) => text.title)).size).toBe(118);
  });

  test("at most 20 controls may answer manual on full evidence, each saying what to confirm", () => {
    const result = assess(example(), { now });
    const answered = result.controls.filter(({ outcome }) => outcome.status === "manual").map(({ rule }) => rule);
    const able = rules.filter((rule) => rule.examples.manual);
    for (const rule of [...answered, ...able]) expect(rule.confirms ?? "version", rule.id).toBeTruthy();
    expect(answered.length).toBeLessThanOrEqual(20);
  });
});

describe.each(rules.map((rule) => [rule.controls["1.8.0"], rule] as const))("control %s", (_, rule) => {
  const cases = Object.entries(rule.examples as Record<string, HostEvidence[]>).flatMap(([status, list]) =>
    list.map((evidence, index) => ({ status: status as AssessmentStatus, evidence, index })),
  );
  test.each(cases)(`${rule.id} answers $status ($index)`, ({ status, evidence }) => {
    const outcome = rule.assess({ facts: hostFacts(evidence), policy, now });
    expect({ status: outcome.status, reason: outcome.reason }).toMatchObject({ status });
    expect(outcome.reason.length).toBeGreaterThan(10);
    if (status === "unhealthy") {
      expect(outcome.readings.length).toBeGreaterThan(0);
      for (const reading of outcome.readings) {
        expect(reading.item, "a failing item has a name").toBeTruthy();
        expect(reading.actual).not.toBe(reading.expected);
      }
    }
    if (status === "healthy") expect(outcome.readings.length).toBeGreaterThan(0);
  });
});
