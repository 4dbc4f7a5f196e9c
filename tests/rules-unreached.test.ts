import path from "node:path";
import { expect, test } from "vitest";
import { buildGraph, type ModuleGraph, readSources } from "./architecture/module-graph.ts";

const root = path.resolve(import.meta.dirname, "../src");
const sources = readSources(root);

/** Rule files that a page, a route or a command loads, however indirectly; each with the way there. */
function reachedRules(graph: ModuleGraph): string[] {
  const starts = [...graph.modules.keys()].filter((file) => /^(?:app|ui|queries|commands|ingest)\//.test(file));
  const seen = new Set(starts);
  const waiting = starts.map((file) => [file]);
  const found: string[] = [];
  for (let way = waiting.pop(); way; way = waiting.pop()) {
    const targets = graph.modules.get(way.at(-1) ?? "")?.imports ?? [];
    for (const { target, kind } of targets) {
      if (kind === "type" || target === undefined || seen.has(target)) continue;
      seen.add(target);
      if (/^engines\/[^/]+\/rules\//.test(target)) found.push([...way, target].join(" → "));
      waiting.push([...way, target]);
    }
  }
  return found;
}

test("no page loads rules: words are published to the database, numbers are compared in domain", () => {
  expect(reachedRules(buildGraph(sources, root))).toEqual([]);
});

test("planted: a page that compares numbers with an engine is found", () => {
  const planted = 'import { rulesOf } from "#engines/cis-docker/assess.ts";\nexport const it = rulesOf;';
  const graph = buildGraph(new Map([...sources, ["queries/planted.ts", planted]]), root);
  expect(reachedRules(graph)[0]).toContain("queries/planted.ts → engines/cis-docker/assess.ts");
});
