import { createImport } from "#store/advisory/advisory-import.ts";
import { closeDatabase, pool } from "#store/client.ts";
import { stopQueue } from "#store/queue/queue.ts";
import { rematchTouched } from "./rematch.ts";
import { runImport } from "./run-import.ts";

// Carries out one import in a process of its own, for the command line: `node import-now.ts <source>`. Prints the id of
// the import, whose rows say what became of every file.

const [source = ""] = process.argv.slice(2);
const sourceKind = /^https?:\/\//.test(source) ? "url" : "path";
const importId = await createImport(pool(), { source, sourceKind, requestedBy: "command line", state: "running" });
await runImport(importId);
await rematchTouched();
await stopQueue();
await closeDatabase();
process.stdout.write(`${importId}\n`);
