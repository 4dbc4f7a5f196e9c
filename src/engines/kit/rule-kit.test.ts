import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Severity } from "#domain/severity.ts";
import { generateRuleIndexes, renderIndex } from "../../../scripts/generate-rules.mjs";
import { writeNewRule } from "../../../scripts/new-rule.mjs";
import { assessRules, rulesOfFramework, toAssessments } from "./assess-rules.ts";
import { exampleFaults, wordFaults } from "./catalogue-police.ts";
import { combine, defineItemRule, type ItemOutcome } from "./item-rule.ts";
import { healthy, type Reading, unhealthy } from "./outcome.ts";
import { unturnedExamples } from "./reading-mutations.ts";
import { type Rule, referenceTo } from "./rule.ts";
import { exampleTexts, ruleTexts } from "./rule-texts.ts";

/** An engine that exists in this test alone: clusters with a version and node pools. */
interface Cluster {
  version: string;
  pools: { name: string; isPublic: boolean | null }[];
}
interface Expectations {
  newest: string;
}
type ClusterRule = Rule<Cluster, Expectations>;

const currentVersion: ClusterRule = {
  id: "cluster-current-version",
  title: "The cluster runs a current version",
  failedTitle: "The cluster runs an old version",
  references: [
    { framework: "Benchmark 2", control: "1.10", level: "Level 1" },
    { framework: "Benchmark 1", control: "1.2" },
  ],
  scope: "host",
  severity: "medium",
  severityReason: "known flaws stay open",
  rationale: "Old versions get no fixes, so that known flaws stay open.",
  needs: ["version"],
  remediation: (item) => `Upgrade ${item}.`,
  assess: ({ facts, policy }) => {
    const reading = {
      item: "cluster",
      path: "version",
      pointer: "/version",
      actual: facts.version,
      expected: policy.newest,
    };
    return facts.version === policy.newest
      ? healthy("It is current.", [reading])
      : unhealthy("Its version is old.", [reading]);
  },
  examples: () => ({ healthy: [{ version: "2", pools: [] }], unhealthy: [{ version: "1", pools: [] }] }),
};

const privatePools: ClusterRule = defineItemRule<Cluster["pools"][number], Cluster, Expectations, Cluster>({
  id: "cluster-private-pools",
  title: "Node pools have no public address",
  failedTitle: "A node pool has a public address",
  references: [{ framework: "Benchmark 2", control: "1.9" }],
  scope: "host",
  severity: "high",
  severityReason: "reachable from everywhere",
  rationale: "A node with an address of its own can be attacked from everywhere.",
  needs: ["pools"],
  remediation: (item) => `Create the pool ${item} again without public addresses.`,
  passed: "No pool has a public address.",
  failed: "pools have public addresses",
  items: ({ facts }) => ({ items: facts.pools, notes: ["Pools of other clusters are not looked at."] }),
  judge: ({ name, isPublic }) => {
    const pointer = "/pools/0/isPublic";
    const reading = { item: name, path: "isPublic", pointer, actual: `${isPublic}`, expected: "false" };
    if (isPublic === null) return { status: "unknown", readings: [reading] };
    return { status: isPublic ? "unhealthy" : "healthy", readings: [reading], severity: "critical" };
  },
  examples: () => ({
    healthy: [{ version: "1", pools: [{ name: "a", isPublic: false }] }],
    unhealthy: [{ version: "1", pools: [{ name: "a", isPublic: true }] }],
    unknown: [{ version: "1", pools: [{ name: "a", isPublic: null }] }],
    notApplicable: [{ version: "1", pools: [] }],
  }),
});

const rules = [currentVersion, privatePools];
const context = { policy: { newest: "2" }, now: new Date(0) };
const judge = (rule: ClusterRule, facts: Cluster) => rule.assess({ ...context, facts });

describe("an engine of two rules needs the kit alone", () => {
  test("its rules stand in a benchmark's order and are assessed", () => {
    const facts = { version: "1", pools: [{ name: "edge", isPublic: true }] };
    const results = assessRules(rulesOfFramework(rules, "Benchmark 2"), { ...context, facts });
    expect(results.map(({ reference, outcome }) => [reference.control, outcome.status])).toEqual([
      ["1.9", "unhealthy"],
      ["1.10", "unhealthy"],
    ]);
    expect(rulesOfFramework(rules, "Benchmark 1").map(({ rule }) => rule.id)).toEqual(["cluster-current-version"]);
    expect(toAssessments(results, "c1")[0]).toMatchObject({
      ruleId: "cluster-private-pools",
      resourceId: "c1",
      status: "unhealthy",
      reason: "1 of 1 pools have public addresses.",
      completeness: "complete",
      diagnostics: [{ code: "note", message: "Pools of other clusters are not looked at." }],
      findings: [
        { title: "edge", severity: "critical", remediation: "Create the pool edge again without public addresses." },
      ],
    });
  });

  test("findings take the severity of their item, else of the outcome, else of the rule, and keep their key", () => {
    const reading = (item: string, path: string, severity?: Severity) => ({
      ...{ item, path, actual: "a", expected: "b" },
      ...(severity ? { severity } : {}),
    });
    const keysOf = (readings: Reading[], more: { severity?: Severity } = {}) =>
      toAssessments(
        [{ rule: currentVersion, outcome: unhealthy("It is broken.", readings, more) }],
        "c1",
      )[0]?.findings.map(({ key, severity }) => [key, severity]);
    expect(keysOf([reading("a", "p"), reading("b", "p", "high"), reading("a", "p")])).toEqual([
      ["b|p", "high"],
      ["a|p", "medium"],
      ["a|p|1", "medium"],
    ]);
    expect(keysOf([reading("a", "p"), reading("c", "p", "critical")], { severity: "low" })).toEqual([
      ["c|p", "critical"],
      ["a|p", "low"],
    ]);
  });

  test("its words are published with what each example answers", () => {
    const [first] = ruleTexts({
      engine: "aks-posture",
      rules,
      area: () => "Clusters",
      sampleItem: () => "CLUSTER",
      examples: (rule) => exampleTexts(rule, judge),
    });
    expect(first).toMatchObject({
      failedTitle: "The cluster runs an old version",
      area: "Clusters",
      remediation: "Upgrade CLUSTER.",
      logic: "Reads version.",
      examples: [
        { verdict: "healthy", text: "It is current. Read there: version is 2." },
        { verdict: "unhealthy", text: "Its version is old. Read there: version is 1." },
      ],
    });
    expect(referenceTo(currentVersion, "Benchmark 3")).toBeUndefined();
  });

  test("both police find nothing", () => {
    expect(
      wordFaults(
        rules,
        rules.map(({ id }) => id),
      ),
    ).toEqual([]);
    for (const rule of rules) {
      expect(exampleFaults(rule, judge)).toEqual([]);
      const { healthy: met = [], unhealthy: broken = [] } = rule.examples();
      expect(unturnedExamples(rule, [...met, ...broken], mutable)).toEqual([]);
    }
  });
});

const mutable = { judge, parse: (changed: unknown) => changed as Cluster, values: () => ["1", "2"] };

describe("the police can find something", () => {
  const changed = (more: Partial<ClusterRule>): ClusterRule => ({ ...currentVersion, ...more });
  test.each<[string, Partial<ClusterRule>, RegExp]>([
    ["another file", { id: "elsewhere" }, /lies in a file/],
    ["no failed title", { failedTitle: "" }, /title of the failed state/],
    ["the same title twice", { failedTitle: currentVersion.title }, /the title twice/],
    ["a title that is a sentence", { title: "It is current." }, /ends like a sentence/],
    ["no reason", { severityReason: "" }, /no reason/],
    ["no rationale", { rationale: "Because." }, /rationale/],
    ["no needs", { needs: [] }, /what must be read/],
    ["no reference", { references: [] }, /refers to nothing/],
    ["an empty confirmation", { confirms: "" }, /confirms/],
  ])("in words: %s", (_, more, fault) => {
    expect(wordFaults([changed(more)], ["cluster-current-version"]).join("\n")).toMatch(fault);
  });

  test("in words: one remedy for two rules", () => {
    const twin = changed({ id: "twin", title: "T", failedTitle: "F" });
    const files = ["cluster-current-version", "twin"];
    expect(wordFaults([currentVersion, twin], files)).toEqual(["the remedy twice: Upgrade X."]);
    expect(wordFaults([currentVersion, twin], files, () => true)).toEqual([]);
    expect(wordFaults([currentVersion], files)).toEqual(["2 files, 1 rules in the index"]);
  });

  test.each<[string, Partial<ClusterRule>, RegExp]>([
    ["an example that answers otherwise", { examples: () => ({ healthy: [{ version: "1", pools: [] }] }) }, /answers/],
    ["no examples", { examples: () => ({}) }, /no examples/],
    ["an empty list of examples", { examples: () => ({ manual: [] }) }, /no example of manual/],
    ["a verdict without a value", { assess: () => healthy("It was not looked at.", []) }, /names no value/],
    ["a short reason", { assess: () => healthy("Fine.", [{ path: "p", actual: "a", expected: "a" }]) }, /too little/],
    [
      "a failing value that is as expected",
      {
        assess: () => unhealthy("It is broken.", [{ path: "p", actual: "a", expected: "a" }]),
        examples: () => ({ unhealthy: [{ version: "1", pools: [] }] }),
      },
      /has no name.*\n.*expected value/,
    ],
  ])("in examples: %s", (_, more, fault) => {
    expect(exampleFaults(changed(more), judge).join("\n")).toMatch(fault);
  });

  test("in readings: a value that decides nothing", () => {
    const reading = { path: "pools", pointer: "/pools", actual: "none", expected: "none" };
    const decorated = changed({ assess: () => healthy("It is current.", [reading]) });
    expect(unturnedExamples(decorated, [{ version: "2", pools: [] }], mutable)).toEqual(["/pools = none"]);
    const silent = changed({ assess: () => healthy("It is current.", []) });
    expect(unturnedExamples(silent, [{ version: "2", pools: [] }], mutable)).toEqual(["no reading has a pointer"]);
  });
});

describe("the worst item decides", () => {
  const item = (status: Exclude<ItemOutcome, null>["status"], name: string): ItemOutcome => ({
    status,
    readings: [{ item: name, path: "p", actual: "a", expected: "b" }],
  });
  const sentences = { passed: "All pass.", failed: "items fail" };
  test.each<[string, ItemOutcome[], string, string]>([
    ["nothing", [], "notApplicable", "Nothing here has what this rule is about."],
    ["items it is not about", [null, null], "notApplicable", "Nothing here has what this rule is about."],
    ["one that passes", [item("healthy", "a"), null], "healthy", "All pass."],
    ["one to confirm", [item("healthy", "a"), item("manual", "b")], "manual", "A person must confirm."],
    [
      "one unknown",
      [item("manual", "a"), item("unknown", "b")],
      "unknown",
      "Not known for 1 of 2: evidence is missing.",
    ],
    ["one that fails", [item("unknown", "a"), item("unhealthy", "b")], "unhealthy", "1 of 2 items fail."],
  ])("%s", (_, outcomes, status, reason) => {
    expect(combine(outcomes, sentences, ["note"])).toMatchObject({ status, reason });
  });

  test("beside a failing item, one to confirm stays open as low", () => {
    const { readings } = combine([item("manual", "a"), item("unhealthy", "b")], sentences, []);
    expect(readings.map((reading) => [reading.item, reading.severity])).toEqual([
      ["b", undefined],
      ["a", "low"],
    ]);
  });
});

describe("the scripts know every engine", () => {
  const root = mkdtempSync(path.join(tmpdir(), "breakwater-engines-"));
  symlinkSync(import.meta.dirname, path.join(root, "kit"));
  mkdirSync(path.join(root, "clusters", "rules"), { recursive: true });
  mkdirSync(path.join(root, "pods", "rules", "network"), { recursive: true });
  afterAll(() => rmSync(root, { recursive: true }));

  test("a new rule is written, lies in the index, and its words are found missing", async () => {
    const file = writeNewRule(["clusters", "cluster-private-api"], root);
    expect(readFileSync(path.join(root, "clusters", "rules", "index.ts"), "utf8")).toContain(
      'import clusterPrivateApi from "./cluster-private-api.ts";',
    );
    const written: { default: ClusterRule } = await import(file);
    expect(wordFaults([written.default], ["cluster-private-api"]).length).toBeGreaterThan(4);
  });

  test("an engine with sections and factories of its own gets its own", () => {
    writeFileSync(path.join(root, "pods", "define-rule.ts"), "export function definePodRule() {}\n");
    const file = writeNewRule(["pods", "network", "pod-host-network"], root);
    expect(readFileSync(file, "utf8")).toContain("export default definePodRule({");
    expect(renderIndex("pods", root)).toContain('"./network/pod-host-network.ts"');
    expect(generateRuleIndexes(root)).toEqual([]);
  });

  test.each<[string, string[], RegExp]>([
    ["an engine that is not there", ["nobody", "a-b"], /Engines: clusters, pods/],
    ["a section that is not there", ["pods", "storage", "a-b"], /Sections: network/],
    ["a slug that is none", ["clusters", "Not A Slug"], /slug/],
    ["a rule that is there", ["clusters", "cluster-private-api"], /exists already/],
  ])("%s is refused with what to type", (_, args, message) => {
    expect(() => writeNewRule(args, root)).toThrow(message);
  });
});
