import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { InputError } from "./input-error.ts";
import type { ScanOutcome } from "./perform-scan.ts";

/** JavaScript heap of the thread. Contents of files lie outside it and are bounded by the limits of reading. */
const HEAP_MEGABYTES = 1024;

export interface ScanThreadTask {
  args: string[];
  now: Date;
  scratch: string;
}

/** `started` comes once the arguments were read; one of the others ends the thread. */
export type ScanThreadMessage =
  | { kind: "started"; target: string; timeoutSeconds: number }
  | { kind: "done"; outcome: ScanOutcome }
  | { kind: "unusable"; message: string }
  | { kind: "fault"; message: string };

/**
 * Runs a scan in a thread of its own, so that whatever an image does to it can be ended: at the time limit, at the bound of
 * memory, by Ctrl-C. What it unpacked is removed in every case. Throws InputError with what ended it.
 */
export async function scanInThread(args: string[], now: Date): Promise<ScanOutcome> {
  const scratch = path.join(os.tmpdir(), `breakwater-scan-${randomUUID()}`);
  const worker = new Worker(new URL("./scan-thread.ts", import.meta.url), {
    name: "breakwater-scan",
    workerData: { args, now, scratch } satisfies ScanThreadTask,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES, maxYoungGenerationSizeMb: 64 },
    execArgv: [],
  });
  try {
    return await outcomeOf(worker);
  } finally {
    await worker.terminate();
    await rm(scratch, { recursive: true, force: true });
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
