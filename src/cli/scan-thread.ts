import { parentPort, workerData } from "node:worker_threads";
import { compileCache } from "./compile-cache.ts";
import { InputError } from "./input-error.ts";
import type { ScanOutcome } from "./perform-scan.ts";
import type { ScanThreadMessage, ScanThreadTask } from "./scan-in-thread.ts";

// The thread of one `scan`: it reads foreign bytes, so it runs where it can be ended, with its own bound of memory. The
// arguments are read here too, which keeps the starting thread free of all that they need.

compileCache();
tell(await answer(workerData as ScanThreadTask));

function tell(message: ScanThreadMessage): void {
  if (!parentPort) throw new Error("scan-thread.ts only runs as a worker thread");
  parentPort.postMessage(message);
}

async function answer({ args, now, scratch }: ScanThreadTask): Promise<ScanThreadMessage> {
  try {
    return { kind: "done", outcome: await outcomeOf(args, { now, scratch }) };
  } catch (error) {
    if (error instanceof InputError) return { kind: "unusable", message: error.message };
    return { kind: "fault", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function outcomeOf(args: string[], setting: { now: Date; scratch: string }): Promise<ScanOutcome> {
  const { parseScanArguments, scanUsage } = await import("./scan-arguments.ts");
  const options = parseScanArguments(args);
  if (options === null) return { report: scanUsage, note: "", exitCode: 0 };
  tell({ kind: "started", target: options.target, timeoutSeconds: options.timeoutSeconds });
  const { performScan } = await import("./perform-scan.ts");
  return performScan(options, setting);
}
