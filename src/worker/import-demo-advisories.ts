import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { clock } from "#clock.ts";
import { config } from "#config.ts";
import { openFeedFile } from "#connectors/advisory-feeds/read-records.ts";
import { demoAdvisoryLines, demoExploited, demoProbabilities } from "#demo/demo-advisories.ts";
import { createImport, importState, saveImport } from "#store/advisory/advisory-import.ts";
import { pool } from "#store/client.ts";
import { insertDemoSignals } from "#store/demo.ts";
import { transaction } from "#store/transaction.ts";
import { importFeed } from "./import-feed.ts";

/** Imports the demo's advisories through the importer of every feed, from a file like any other. */
export async function importDemoAdvisories(signal: AbortSignal): Promise<void> {
  await transaction((tx) => insertDemoSignals(tx, signals(), clock.now()));
  const folder = path.join(config().dataDir, "demo-advisories");
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, "demo.ndjson");
  await writeFile(file, demoAdvisoryLines());
  try {
    const importId = await createImport(pool(), {
      source: "Demo advisories",
      sourceKind: "demo",
      requestedBy: null,
      isDemo: true,
      state: "running",
    });
    const feed = {
      id: "demo",
      title: "Demo advisories",
      licence: "written for the demo from public facts",
      ecosystem: null,
    };
    const result = await importFeed(await openFeedFile(file, feed), { importId, isDemo: true, signal });
    await saveImport(pool(), importId, { state: importState([result]), feeds: [result], error: result.reason });
    if (result.state === "failed" || result.state === "refused")
      throw new Error(`The demo advisories were not imported: ${result.reason}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function signals() {
  const keys = new Set([...Object.keys(demoProbabilities), ...demoExploited.map((one) => one.key)]);
  return [...keys].sort().map((key) => {
    const exploited = demoExploited.find((one) => one.key === key);
    const [epss, percentile] = demoProbabilities[key] ?? [null, null];
    return {
      key,
      epss,
      percentile,
      kevAddedAt: exploited?.addedAt ?? null,
      kevDueAt: exploited?.dueAt ?? null,
      kevAction: exploited?.action ?? null,
    };
  });
}
