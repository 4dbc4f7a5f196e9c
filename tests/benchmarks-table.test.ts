import { expect, test } from "vitest";
import { readTable, regressions, toTable } from "../bench/benchmarks-table.ts";

const result = {
  bench: "scan",
  name: "debian",
  metric: "time",
  value: 1.5,
  unit: "s",
  against: { name: "peer", value: 3 },
};
const wrap = (table: string) => `# x\n<!-- bench:begin -->\n${table}\n<!-- bench:end -->\n`;

test("a table is read as it was written", () => {
  expect(readTable(wrap(toTable([result])))).toEqual([
    { bench: "scan", name: "debian", metric: "time", value: 1.5, unit: "s", ratio: 0.5 },
  ]);
  expect(() => readTable("no table")).toThrow(/has no table/);
  expect(() => readTable(wrap(`${toTable([])}\n| scan | debian | time | fast | s | | |`))).toThrow(/Unreadable row/);
});

test("a ratio that got worse by more than a quarter, one without a record, and a value over its limit are named", () => {
  const recorded = readTable(wrap(toTable([result])));
  expect(regressions([{ ...result, value: 1.8 }], recorded)).toEqual([]);
  expect(regressions([{ ...result, value: 2.1 }], recorded)).toEqual(["scan debian time: ratio 0.700, recorded 0.500"]);
  expect(regressions([{ ...result, name: "alpine" }], recorded)).toEqual([
    "scan alpine time: docs/benchmarks.md has no ratio to compare with",
  ]);
  expect(regressions([{ ...result, limit: 1 }], recorded)).toEqual([
    "scan debian time: 1.5 s is over the limit of 1 s",
  ]);
});
