import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { indexPath, renderIndex, ruleFiles } from "../../../scripts/generate-rules.mjs";
import { exampleFaults, wordFaults } from "../kit/catalogue-police.ts";
import { referenceTo } from "../kit/rule.ts";
import { assess, benchmarks, rulesOf, ruleTexts } from "./assess.ts";
import type { CisRule } from "./define-rule.ts";
import { example, exampleDay } from "./example.ts";
import type { HostEvidence } from "./facts.ts";
import { hostFacts } from "./host-facts.ts";
import { Policy } from "./policy.ts";
import { rules } from "./rules/index.ts";

const policy = Policy.parse({});
const judge = (rule: CisRule, evidence: HostEvidence) =>
  rule.assess({ facts: hostFacts(evidence), policy, now: exampleDay });

describe("the catalogue", () => {
  test("has 118 controls of 1.8.0, 117 of 1.7.0 and 1.6.0, and 107 of 1.2.0", () => {
    // 1.2.0 has 115; eight of them are about Docker Enterprise (UCP, DTR), which later versions dropped.
    expect(benchmarks.map((version) => rulesOf(version).length)).toEqual([118, 117, 117, 107]);
    expect(rulesOf("1.8.0")).toHaveLength(rules.length);
    for (const version of benchmarks) {
      const numbers = rulesOf(version).map(({ control }) => control);
      expect(new Set(numbers).size, version).toBe(numbers.length);
    }
  });

  test("the index names every file, every rule has its words, and no two have the same", () => {
    expect(readFileSync(indexPath("cis-docker"), "utf8")).toBe(renderIndex("cis-docker"));
    const files = ruleFiles("cis-docker").map((file) => path.basename(file, ".ts"));
    // An audit rule's remedy differs by the object at hand, which is the item.
    expect(wordFaults(rules, files, ({ remediation }) => remediation("X").includes("-k docker"))).toEqual([]);
  });

  test("published words name the area, the failed state and what each verdict read", () => {
    const texts = ruleTexts();
    expect(new Set(texts.map(({ area }) => area)).size).toBe(7);
    for (const text of texts) {
      expect(text.examples.length, text.id).toBeGreaterThan(0);
      for (const { text: words } of text.examples) expect(words, text.id).not.toMatch(/\.\.|undefined/);
    }
  });

  test("at most 20 controls may answer manual on full evidence, each saying what to confirm", () => {
    const result = assess(example(), { now: exampleDay });
    const answered = result.controls.filter(({ outcome }) => outcome.status === "manual").map(({ rule }) => rule);
    for (const rule of answered) expect(rule.confirms, rule.id).toBeTruthy();
    expect(answered.length).toBeLessThanOrEqual(20);
  });
});

describe.each(rules.map((rule) => [referenceTo(rule, "CIS Docker 1.8.0")?.control, rule] as const))(
  "control %s",
  (_, rule) => {
    test(`${rule.id} answers its examples`, () => {
      expect(exampleFaults(rule, judge)).toEqual([]);
    });
  },
);
