import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "@babel/parser";
import { check } from "recheck";
import { expect, it, test } from "vitest";

/** Everything that reads what an image, a registry or an advisory file says. */
const folders = [
  "src/engines/image-scan",
  "src/engines/kit",
  "src/connectors/advisory-feeds",
  "src/connectors/registry",
  "src/cli/image",
  "src/cli/report",
  "src/domain",
];
const root = path.resolve(import.meta.dirname, "..");

interface Pattern {
  source: string;
  flags: string;
  file: string;
}

function patternsOf(file: string): { patterns: Pattern[]; made: string[] } {
  const found: { patterns: Pattern[]; made: string[] } = { patterns: [], made: [] };
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if (Array.isArray(node)) {
      for (const one of node) visit(one);
      return;
    }
    const entry = node as Record<string, unknown>;
    if (entry.type === "RegExpLiteral")
      found.patterns.push({ source: String(entry.pattern), flags: String(entry.flags), file });
    const callee = entry.callee as { name?: string } | undefined;
    if ((entry.type === "NewExpression" || entry.type === "CallExpression") && callee?.name === "RegExp")
      found.made.push(file);
    for (const value of Object.values(entry)) visit(value);
  };
  const text = readFileSync(path.join(root, file), "utf8");
  visit(parse(text, { sourceType: "module", plugins: ["typescript"] }).program);
  return found;
}

const files = folders.flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => path.join(folder, name)),
);

/** Undefined when no text makes the pattern take more than linear time, which the whole search for a match counts into. */
async function fault({ source, flags, file }: Pattern): Promise<string | undefined> {
  const result = await check(source, flags, { timeout: 120_000 });
  if (result.status === "safe") return undefined;
  const how = result.status === "vulnerable" ? result.complexity.summary : "cannot be told";
  return `${file}: /${source}/${flags}: ${how}`;
}

it("no pattern that foreign text meets takes more than linear time", { timeout: 600_000 }, async () => {
  const found = files.map(patternsOf);
  const patterns = found.flatMap((one) => one.patterns);
  expect(patterns.length).toBeGreaterThan(100);
  const distinct = new Map(patterns.map((pattern) => [`/${pattern.source}/${pattern.flags}`, pattern]));
  const faults: string[] = [];
  for (const pattern of distinct.values()) {
    const one = await fault(pattern);
    if (one !== undefined) faults.push(one);
  }
  expect(faults).toEqual([]);
});

test("patterns are literals there, so that none escapes the look", () => {
  expect(files.flatMap((file) => patternsOf(file).made)).toEqual([]);
});

test.each([
  ["^\\s*([A-Z][A-Z0-9_]*)=(.*?)\\s*$", "2nd degree polynomial"],
  ["\\(([^)]+)\\)", "2nd degree polynomial"],
  ["\\d+$", "2nd degree polynomial"],
  ["^(a+)+$", "exponential"],
])("a pattern such as %s would be seen", { timeout: 120_000 }, async (source, how) => {
  expect(await fault({ source, flags: "", file: "planted.ts" })).toContain(how);
});
