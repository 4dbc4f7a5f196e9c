import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../src");

/** Folders of the web process and the worker: nothing in them may reach an engine's socket. */
const without = ["app", "commands", "connectors", "domain", "ingest", "queries", "store", "ui", "worker", "demo"];

test("only the agent and the command line can speak to an engine's socket", () => {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (file) => /\.tsx?$/.test(file) && !/\.test\.|^store\/generated/.test(file),
  );
  const opening = files.filter((file) => /\bsocketPath\b/.test(readFileSync(path.join(root, file), "utf8")));
  expect(opening).toContain("agent/collect/engine-api.ts");
  expect(opening.filter((file) => without.includes(file.split(path.sep)[0] ?? ""))).toEqual([]);
});
