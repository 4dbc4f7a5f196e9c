import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { findViolations } from "./architecture/import-table.ts";
import { buildGraph, readSources } from "./architecture/module-graph.ts";
import { findRoomFaults, listedEntries } from "./architecture/store-rooms.ts";
import { findStrayWrites } from "./architecture/store-writes.ts";

const root = path.resolve(import.meta.dirname, "../src");
const sources = readSources(root);

/** A reader that finds nothing would find no breach either. */
const FEWEST_MODULES = 150;

test("every import is in the table of src/README.md, and nothing goes in circles", { timeout: 180_000 }, () => {
  const graph = buildGraph(sources, root);
  expect(graph.modules.size).toBeGreaterThanOrEqual(FEWEST_MODULES);
  const imports = [...graph.modules.values()].flatMap((module) => module.imports);
  expect(imports.length).toBeGreaterThan(graph.modules.size);
  expect(findViolations(graph)).toEqual([]);
});

const planted: { name: string; files: Record<string, string>; want: string }[] = [
  {
    name: "an engine reaches the database",
    files: { "engines/image-scan/planted.ts": 'import { pool } from "#store/client.ts";\nexport const it = pool;' },
    want: "engines/image-scan/planted.ts may not import store/client.ts",
  },
  {
    name: "an engine knows a type of the store",
    files: {
      "engines/image-scan/planted.ts": 'import type { Executor } from "#store/sql.ts";\nexport type It = Executor;',
    },
    want: "engines/image-scan/planted.ts may not import store/sql.ts (a type)",
  },
  {
    name: "an engine knows a type of the store in an import type",
    files: { "engines/image-scan/planted.ts": 'export type It = import("#store/sql.ts").Executor;' },
    want: "engines/image-scan/planted.ts may not import store/sql.ts (a type)",
  },
  {
    name: "an engine re-exports the store",
    files: { "engines/image-scan/planted.ts": 'export * from "../../store/sql.ts";' },
    want: "engines/image-scan/planted.ts may not import store/sql.ts",
  },
  {
    name: "an engine reads files",
    files: {
      "engines/image-scan/planted.ts": 'import { readFileSync } from "node:fs";\nexport const it = readFileSync;',
    },
    want: "engines/image-scan/planted.ts may not import the package node:fs",
  },
  {
    name: "an engine reads files by the old name",
    files: { "engines/image-scan/planted.ts": 'const fs = await import("fs/promises");\nexport const it = fs;' },
    want: "engines/image-scan/planted.ts may not import the package node:fs/promises",
  },
  {
    name: "an engine uses another engine",
    files: {
      "engines/cis-docker/planted.ts": 'import { it } from "#engines/image-scan/planted.ts";\nexport const mine = it;',
      "engines/image-scan/planted.ts": "export const it = 1;",
    },
    want: "engines/cis-docker/planted.ts may not import engines/image-scan/planted.ts",
  },
  {
    name: "an engine reads the clock",
    files: { "engines/image-scan/planted.ts": 'import { clock } from "#clock.ts";\nexport const it = clock;' },
    want: "engines/image-scan/planted.ts may not import clock.ts",
  },
  {
    name: "ui runs query code",
    files: {
      "ui/planted.tsx": 'import { it } from "#queries/planted.ts";\nexport const Planted = () => <b>{it}</b>;',
      "queries/planted.ts": "export const it = 1;\nexport interface Row { id: string }",
    },
    want: "ui/planted.tsx may not import queries/planted.ts",
  },
  {
    name: "a query writes through the store",
    files: { "queries/planted.ts": 'import { recordAudit } from "#store/audit.ts";\nexport const it = recordAudit;' },
    want: "queries/planted.ts may not import store/audit.ts",
  },
  {
    name: "a page reaches the store",
    files: {
      "app/planted/page.tsx": 'import { pool } from "#store/client.ts";\nexport default () => <b>{String(pool)}</b>;',
    },
    want: "app/planted/page.tsx may not import store/client.ts",
  },
  {
    name: "React in the worker",
    files: { "worker/planted.ts": 'import { cache } from "react";\nexport const it = cache;' },
    want: "worker/planted.ts may not import the package react",
  },
  {
    name: "modules in a circle",
    files: {
      "domain/planted-a.ts": 'import { b } from "./planted-b.ts";\nexport const a = () => b;',
      "domain/planted-b.ts": 'import { a } from "./planted-a.ts";\nexport const b = () => a;',
    },
    want: "cycle: domain/planted-a.ts → domain/planted-b.ts → domain/planted-a.ts",
  },
  {
    name: '"use client" outside ui',
    files: { "app/planted/page.tsx": '"use client";\nexport default () => <b>1</b>;' },
    want: 'app/planted/page.tsx says "use client" outside ui',
  },
  {
    name: "an import that leads nowhere",
    files: { "worker/planted.ts": 'import { it } from "#domain/no-such-file.ts";\nexport const mine = it;' },
    want: "worker/planted.ts imports #domain/no-such-file.ts, which does not exist",
  },
  {
    name: "a file in a folder of its own making",
    files: { "services/planted.ts": "export const it = 1;" },
    want: "services/planted.ts lies in no known folder",
  },
];

test.each(planted)("planted: $name", ({ files, want }) => {
  const graph = buildGraph(new Map([...sources, ...Object.entries(files)]), root);
  expect(findViolations(graph)).toContain(want);
});

test("types of a query are free for ui", { timeout: 180_000 }, () => {
  const files = {
    "ui/planted.tsx":
      'import type { Row } from "#queries/planted.ts";\nexport const Planted = ({ id }: Row) => <b>{id}</b>;',
    "queries/planted.ts": "export interface Row { id: string }",
  };
  const before = findViolations(buildGraph(sources, root));
  expect(findViolations(buildGraph(new Map([...sources, ...Object.entries(files)]), root))).toEqual(before);
});

test("only the store writes to the database, and only its queue touches the tables of pg-boss", () => {
  expect(findStrayWrites(sources)).toEqual([]);
});

test.each([
  ["commands/planted.ts", "export const it = sql`insert into host (id) values (:id)`;"],
  ["commands/planted.ts", 'export const it = () => tx.query("delete from notice where root_id = $1", [id]);'],
  [
    "ingest/planted.ts",
    "export const it = sql`\n  with found as (select 1)\n  update host h\n    set name = :name from found`;",
  ],
  ["worker/planted.ts", "export const it = sql`UPDATE resource_summary SET risk = 1`;"],
  ["queries/planted.ts", "export const it = sql`with gone as (delete from change returning 1) select * from gone`;"],
  ["cli/planted.ts", "export const it = (table: string) => tx.query(`truncate table host cascade`);"],
  ["worker/planted.ts", "export const it = sql`select 1 from pgboss.job`;"],
  ["store/image/planted.ts", "export const it = sql`select 1 from pgboss.job`;"],
])("planted: SQL in %s that has no business there", (file, source) => {
  expect(findStrayWrites(new Map([...sources, [file, source]]))).toEqual([expect.stringContaining(file)]);
});

test.each([
  ["store/planted.ts", "export const it = sql`insert into host (id) values (:id)`;"],
  ["store/queue/planted.ts", "export const it = sql`update pgboss.job set retry_limit = 0`;"],
  ["ui/planted.tsx", 'export const it = "Update the host set above";'],
  [
    "queries/planted.ts",
    "// insert into host: never here\nexport const it = sql`select updated_at from host for update`;",
  ],
])("fine: %s with %s", (file, source) => {
  expect(findStrayWrites(new Map([[file, source]]))).toEqual([]);
});

const listed = listedEntries(readFileSync(path.join(root, "README.md"), "utf8"));

test("a room of the store is entered by those that src/README.md lists, and by no others", () => {
  expect(listed.size).toBeGreaterThan(10);
  expect(findRoomFaults(buildGraph(sources, root), listed)).toEqual([]);
});

test.each([
  ["ingest/planted.ts", "assessment/assessment.ts", "ingest/planted.ts may not enter store/assessment"],
  ["store/account/planted.ts", "host/host.ts", "store/account/planted.ts may not enter store/host"],
  ["store/planted.ts", "notice/notice.ts", "store/planted.ts may not enter store/notice"],
])("planted: %s enters store/%s", (file, target, want) => {
  const graph = buildGraph(new Map([...sources, [file, `import "#store/${target}";`]]), root);
  expect(findRoomFaults(graph, listed)).toEqual([want]);
});

test("a list of rooms that nobody holds to is found", () => {
  const idle = new Map([...listed, ["host", new Set([...(listed.get("host") ?? []), "cli"])]]);
  expect(findRoomFaults(buildGraph(sources, root), idle)).toEqual(["store/host lists cli, which never enters"]);
});
