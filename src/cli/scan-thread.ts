import { mkdtempSync } from "node:fs";
import { flushCompileCache } from "node:module";
import os from "node:os";
import path from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { compileCache } from "./compile-cache.ts";
import { InputError } from "./input-error.ts";
import type { ScanOutcome, ScanSetting } from "./perform-scan.ts";
import type { ScanThreadMessage, ScanThreadTask } from "./scan-in-thread.ts";

// The thread of one `scan`: it reads foreign bytes, so it runs where it can be ended, with its own bound of memory. The
// arguments are read here too, which keeps the starting thread free of all that they need.

compileCache();
const outcome = await answer(workerData as ScanThreadTask);
// The thread is ended as soon as it has answered, and what it compiled would be lost with it.
flushCompileCache();
tell(outcome);

function tell(message: ScanThreadMessage): void {
  if (!parentPort) throw new Error("scan-thread.ts only runs as a worker thread");
  parentPort.postMessage(message);
}

async function answer({ args, now }: ScanThreadTask): Promise<ScanThreadMessage> {
  try {
    return { kind: "done", outcome: await outcomeOf(args, { now, scratch: makeScratch }) };
  } catch (error) {
    if (error instanceof InputError) return { kind: "unusable", message: error.message };
    return { kind: "fault", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function outcomeOf(args: string[], setting: ScanSetting): Promise<ScanOutcome> {
  const { parseScanArguments, scanUsage } = await import("./scan-arguments.ts");
  const options = parseScanArguments(args);
  if (options === null) return { report: scanUsage, note: "", exitCode: 0 };
  tell({ kind: "started", target: options.target, timeoutSeconds: options.timeoutSeconds });
  const { performScan } = await import("./perform-scan.ts");
  return performScan(options, setting);
}

/** Told at once to whoever will remove it, because this thread may be ended at any moment. */
function makeScratch(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "breakwater-scan-"));
  tell({ kind: "scratch", folder });
  return folder;
}
