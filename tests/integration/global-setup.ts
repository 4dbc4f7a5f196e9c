import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { migrate } from "../../scripts/migrate.mjs";
import { startPostgres } from "../../scripts/postgres.mjs";

/**
 * Starts one throw-away Postgres (the embedded one, or that of the folder in BREAKWATER_TEST_POSTGRES), migrates a
 * template database and tells the test files where it is.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(path.join(tmpdir(), "breakwater-test-"));
  const native = process.env.BREAKWATER_TEST_POSTGRES;
  const database = await startPostgres({ dataFolder: folder, durable: false, ...(native ? { native } : {}) });
  await migrate(database.url);
  project.provide("databaseUrl", database.url);
  return async () => {
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

declare module "vitest" {
  export interface ProvidedContext {
    databaseUrl: string;
  }
}
