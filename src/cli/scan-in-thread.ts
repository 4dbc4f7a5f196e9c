import { rm } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { InputError } from "./input-error.ts";
import type { ScanOutcome } from "./perform-scan.ts";

/** JavaScript heap of the thread. Contents of files lie outside it and are bounded by the limits of reading. */
const HEAP_MEGABYTES = 1024;

export interface ScanThreadTask {
  args: string[];
  now: Date;
}

/** `started` comes once the arguments were read, `scratch` when something has to be unpacked; one of the others ends the thread. */
export type ScanThreadMessage =
  | { kind: "scratch"; folder: string }
  | { kind: "started"; target: string; timeoutSeconds: number }
  | { kind: "done"; outcome: ScanOutcome }
  | { kind: "unusable"; message: string }
  | { kind: "fault"; message: string };

/**
 * Runs a scan in a thread of its own, so that whatever an image does to it can be ended: at the time limit, at the bound of
 * memory, by Ctrl-C. What it unpacked is removed in every case. Throws InputError with what ended it.
 */
export async function scanInThread(args: string[], now: Date): Promise<ScanOutcome> {
  const worker = new Worker(new URL("./scan-thread.ts", import.meta.url), {
    name: "breakwater-scan",
    workerData: { args, now } satisfies ScanThreadTask,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES, maxYoungGenerationSizeMb: 64 },
    execArgv: [],
  });
  const scratch: string[] = [];
  worker.on("message", (message: ScanThreadMessage) => {
    if (message.kind === "scratch") scratch.push(message.folder);
  });
  try {
    const outcome = await outcomeOf(worker);
    // It has nothing more to do and ends by itself, while the report is written.
    worker.unref();
    return outcome;
  } catch (error) {
    await worker.terminate();
    throw error;
  } finally {
    for (const folder of scratch) await rm(folder, { recursive: true, force: true });
  }
}

/** Waits for what a scan's thread tells, or for what ends it from outside. Throws InputError, or what the thread threw. */
export async function outcomeOf(worker: Worker): Promise<ScanOutcome> {
  let name = "The scan";
  let timer: NodeJS.Timeout | undefined;
  let end: (error: Error) => void = () => undefined;
  const onSignal = (signal: NodeJS.Signals) => end(new InputError(`${name} was ended by ${signal}.`));
  const onStart = (target: string, seconds: number) => {
    name = `The scan of ${target}`;
    const text = `${name} did not end within ${seconds} s and was ended. Give it more time with --timeout.`;
    timer = setTimeout(() => end(new InputError(text)), seconds * 1000);
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  try {
    return await new Promise<ScanOutcome>((resolve, reject) => {
      end = reject;
      worker
        .on("message", (message: ScanThreadMessage) => {
          if (message.kind === "scratch") return;
          if (message.kind === "started") onStart(message.target, message.timeoutSeconds);
          else if (message.kind === "done") resolve(message.outcome);
          else reject(message.kind === "unusable" ? new InputError(message.message) : new Error(message.message));
        })
        .once("error", (error) => reject(isOutOfMemory(error) ? new InputError(`${name} ${tooMuchMemory}`) : error))
        .once("exit", () => reject(new Error("The scan's thread ended without an answer.")));
    });
  } finally {
    clearTimeout(timer);
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

const tooMuchMemory = `needs more than ${HEAP_MEGABYTES} MB of memory and was ended.`;

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
}
