import { execFile } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { z } from "zod";
import { type ImportedFile, readImport } from "#store/advisory/advisory-import.ts";
import { closeDatabase } from "#store/client.ts";
import { selectRows, sql } from "#store/sql.ts";

const usage = `Usage: advisories import <folder, file or URL> [--format table|json]
       advisories status [--format table|json]

Imports OSV zip or NDJSON, single OSV records, Alpine secdb, Debian tracker JSON, CISA KEV, EPSS csv (plain or gzip).
Uses DATABASE_URL, else the embedded database of the data folder (BREAKWATER_DATA_DIR, ./.data) while Breakwater runs.
`;

/** Runs `advisories import` or `advisories status`. Answers the exit code: 0 fine, 1 a feed failed or waits, 2 unusable input. */
export async function run(args: string[]): Promise<number> {
  const parsed = parse(args);
  if (typeof parsed === "number") return parsed;
  const unreachable = findDatabase();
  if (unreachable) return fail(unreachable);
  try {
    return parsed.verb === "status"
      ? await printStatus(parsed.format)
      : await importSource(parsed.source, parsed.format);
  } catch (error) {
    return fail(describe(error));
  } finally {
    await closeDatabase();
  }
}

interface Arguments {
  verb: "import" | "status";
  source: string;
  format: "table" | "json";
}

function parse(args: string[]): Arguments | number {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { format: { type: "string", default: "table" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help) {
      process.stdout.write(usage);
      return 0;
    }
    const [verb, source = "", ...rest] = positionals;
    const { format } = values;
    if (format !== "table" && format !== "json") return fail(`--format is table or json, not ${format}`);
    if (rest.length > 0) return fail(`Unexpected argument: ${rest[0]}`);
    if (verb === "status" && source === "") return { verb, source, format };
    if (verb === "import" && source !== "") return { verb, source, format };
    return fail(usage);
  } catch (error) {
    return fail(describe(error));
  }
}

function fail(message: string): 2 {
  process.stderr.write(`${message.trim()}\n`);
  return 2;
}

/** Puts the address of the database into the environment; answers what is missing, in words. */
function findDatabase(): string | null {
  process.env.BREAKWATER_LOG_LEVEL ??= "error";
  const dataDir = process.env.BREAKWATER_DATA_DIR ?? "./.data";
  if (!process.env.DATABASE_URL && !process.env.BREAKWATER_EMBEDDED_DATABASE) {
    const file = path.join(dataDir, "database-url");
    if (!existsSync(file)) {
      return `No database: set DATABASE_URL, or start Breakwater first so that ${file} names the embedded one.`;
    }
    process.env.BREAKWATER_EMBEDDED_DATABASE = readFileSync(file, "utf8").trim();
  }
  // Imports read and write no credential; the setting is only required to be there.
  if (process.env.DATABASE_URL) process.env.BREAKWATER_SECRET ??= "not-used-by-the-advisories-command-line";
  return null;
}

async function importSource(source: string, format: Arguments["format"]): Promise<number> {
  const isUrl = /^https?:\/\//.test(source);
  if (!isUrl && !statSync(source, { throwIfNoEntry: false })) return fail(`${source} does not exist.`);
  const script = fileURLToPath(new URL("../worker/import-now.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, isUrl ? source : path.resolve(source)], {
    maxBuffer: 16 * 1024 ** 2,
  });
  const done = await readImport(stdout.trim().split("\n").at(-1) ?? "");
  if (!done) return fail("The import left no result.");
  const needsAttention = done.state === "failed" || done.state === "partial" || done.state === "waiting";
  if (format === "json")
    print(`${JSON.stringify({ importId: done.id, state: done.state, files: done.feeds }, null, 2)}\n`);
  else
    print(
      table(["FEED", "STATE", "RECORDS", "NEW", "CHANGED", "REMOVED", "DATA OF", "REASON"], done.feeds.map(importRow)),
    );
  return needsAttention ? 1 : 0;
}

function importRow(file: ImportedFile): string[] {
  return [
    file.feedId ?? file.file,
    file.state,
    ...[file.records, file.added, file.changed, file.removed].map(String),
    file.dataDate?.slice(0, 10) ?? "",
    file.reason ?? "",
  ];
}

const FeedRow = z.object({
  id: z.string(),
  title: z.string(),
  records: z.number(),
  dataDate: z.date().nullable(),
  lastCheckedAt: z.date().nullable(),
  lastChangedAt: z.date().nullable(),
  state: z.string(),
  lastError: z.string().nullable(),
});

async function printStatus(format: Arguments["format"]): Promise<number> {
  const feeds = await selectRows(
    FeedRow,
    sql`select id, title, record_count as records, data_date as "dataDate", last_checked_at as "lastCheckedAt",
               last_changed_at as "lastChangedAt", state, last_error as "lastError" from feed order by id`,
  );
  if (format === "json")
    print(`${JSON.stringify({ feeds, records: feeds.reduce((sum, feed) => sum + feed.records, 0) }, null, 2)}\n`);
  else if (feeds.length === 0) print("No advisories yet: advisories import <folder, file or URL>\n");
  else print(table(["FEED", "STATE", "RECORDS", "DATA OF", "AGE", "CHECKED", "PROBLEM"], feeds.map(statusRow)));
  return 0;
}

function statusRow(feed: z.infer<typeof FeedRow>): string[] {
  const day = (date: Date | null) => date?.toISOString().slice(0, 10) ?? "";
  const age = feed.dataDate
    ? `${Math.max(0, Math.round((Date.now() - feed.dataDate.getTime()) / 86_400_000))} d`
    : "not stated";
  return [
    feed.id,
    feed.state,
    String(feed.records),
    day(feed.dataDate),
    age,
    day(feed.lastCheckedAt),
    feed.lastError ?? "",
  ];
}

function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return `${[head, ...rows].map(line).join("\n")}\n`;
}

function print(text: string): void {
  process.stdout.write(text);
}

function describe(error: unknown): string {
  if (error instanceof Error && "stderr" in error && typeof error.stderr === "string" && error.stderr.trim() !== "") {
    return `The import ended early: ${error.stderr.trim().split("\n").slice(-3).join(" ")}`;
  }
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "ECONNREFUSED") return "The database does not answer. Is Breakwater running?";
  return error instanceof Error ? error.message : String(error);
}
