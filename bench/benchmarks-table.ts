import { type BenchResult, ratioOf } from "./bench-result.ts";

/** A row of docs/benchmarks.md. */
export interface RecordedRow {
  bench: string;
  name: string;
  metric: string;
  value: number;
  unit: string;
  ratio: number | undefined;
}

const BEGIN = "<!-- bench:begin -->";
const END = "<!-- bench:end -->";
/** Machines differ and measuring wobbles; a quarter more than recorded is a regression. */
const TOLERANCE = 1.25;

/** Reads the table between the two comments of docs/benchmarks.md. Throws when a row is not readable. */
export function readTable(text: string): RecordedRow[] {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md has no table between ${BEGIN} and ${END}`);
  const lines = text
    .slice(from + BEGIN.length, to)
    .trim()
    .split("\n")
    .slice(2);
  return lines.filter((line) => line.trim() !== "").map(readRow);
}

function readRow(line: string): RecordedRow {
  const [bench = "", name = "", metric = "", value = "", unit = "", , ratio = ""] = line
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());
  const parsed = { bench, name, metric, value: Number(value), unit, ratio: ratio === "" ? undefined : Number(ratio) };
  if (!bench || !metric || Number.isNaN(parsed.value) || Number.isNaN(parsed.ratio ?? 0))
    throw new Error(`Unreadable row in docs/benchmarks.md: ${line}`);
  return parsed;
}

/** The results as the rows that docs/benchmarks.md wants. */
export function toTable(results: readonly (BenchResult & { bench: string })[]): string {
  const rows = results.map((result) => {
    const ratio = ratioOf(result);
    const against = result.against ? `${result.against.name} ${round(result.against.value)}` : "";
    return `| ${[result.bench, result.name, result.metric, round(result.value), result.unit, against, ratio === undefined ? "" : ratio.toFixed(3)].join(" | ")} |`;
  });
  return ["| bench | case | metric | value | unit | against | ratio |", "|---|---|---|---|---|---|---|", ...rows].join(
    "\n",
  );
}

/** Everything that got worse than recorded or is over its limit, one sentence each. */
export function regressions(
  results: readonly (BenchResult & { bench: string })[],
  recorded: readonly RecordedRow[],
): string[] {
  const faults: string[] = [];
  for (const result of results) {
    const label = `${result.bench} ${result.name} ${result.metric}`;
    if (result.limit !== undefined && result.value > result.limit) {
      faults.push(
        `${label}: ${round(result.value)} ${result.unit} is over the limit of ${result.limit} ${result.unit}`,
      );
    }
    const ratio = ratioOf(result);
    if (ratio === undefined) continue;
    const row = recorded.find(
      (entry) => entry.bench === result.bench && entry.name === result.name && entry.metric === result.metric,
    );
    if (row?.ratio === undefined) faults.push(`${label}: docs/benchmarks.md has no ratio to compare with`);
    else if (ratio > row.ratio * TOLERANCE)
      faults.push(`${label}: ratio ${ratio.toFixed(3)}, recorded ${row.ratio.toFixed(3)}`);
  }
  return faults;
}

export function round(value: number): string {
  if (value === 0) return "0";
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
