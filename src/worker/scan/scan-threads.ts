import { Worker } from "node:worker_threads";
import { ScanCancelled, ScanFailure } from "./scan-failure.ts";
import {
  CHUNKS_IN_FLIGHT,
  type FromThread,
  type ReadLayer,
  type TakenInventory,
  type ToThread,
} from "./scan-messages.ts";

/** Threads that read at the same time in one worker process. */
const POOL_SIZE = 2;
/** JavaScript heap of one thread. File contents lie outside it and are bounded by the layer limits. */
const HEAP_MEGABYTES = 1024;
/** A thread that had nothing to do for this long ends, so that an idle worker is small. */
const IDLE_MS = 30_000;
/** An inventory takes a second or two; one that takes minutes is an attack on the worker. */
const INVENTORY_MS = 5 * 60_000;

interface Thread {
  worker: Worker;
  idleTimer: NodeJS.Timeout | undefined;
}

const idle: Thread[] = [];
const waiting: (() => void)[] = [];
let busy = 0;

/**
 * Reads one layer in a scan thread. `source` yields the blob's bytes; when it throws, its error is what the caller gets.
 * Throws ScanFailure when the layer cannot be read, and ends the thread when `signal` fires.
 */
export function readLayerInThread(
  source: AsyncIterable<Uint8Array>,
  options: { mediaType: string | null; signal: AbortSignal; alsoWanted?: readonly string[] },
): Promise<ReadLayer> {
  return withThread(options.signal, async (thread) => {
    const pump = new ChunkPump(thread, source);
    const { mediaType, signal, alsoWanted = [] } = options;
    const answer = await ask(thread, { kind: "readLayer", mediaType, alsoWanted }, { signal, pump });
    if (answer.kind !== "layer") throw unexpected(answer);
    return answer.layer;
  });
}

/**
 * Takes the inventory of an image from the stored facts of its layers, lowest first. Throws ScanFailure when that takes
 * longer than any real image needs: the thread is ended then.
 */
export async function inventoryInThread(
  layers: Uint8Array[],
  options: { signal: AbortSignal },
): Promise<TakenInventory> {
  const time = AbortSignal.timeout(INVENTORY_MS);
  const signal = AbortSignal.any([options.signal, time]);
  try {
    return await withThread(signal, async (thread) => {
      const answer = await ask(thread, { kind: "inventory", layers }, { signal });
      if (answer.kind !== "inventory") throw unexpected(answer);
      return answer.taken;
    });
  } catch (error) {
    if (!time.aborted || options.signal.aborted) throw error;
    const reason = `Its packages were not listed within ${INVENTORY_MS / 60_000} minutes, so the scan was ended`;
    throw new ScanFailure(reason, { isPermanent: true, cause: error });
  }
}

/** Ends every idle thread. For the end of the process and of tests. */
export async function endScanThreads(): Promise<void> {
  await Promise.all(idle.splice(0).map((thread) => end(thread)));
}

async function withThread<Result>(signal: AbortSignal, work: (thread: Thread) => Promise<Result>): Promise<Result> {
  while (busy >= POOL_SIZE) await new Promise<void>((resolve) => waiting.push(resolve));
  signal.throwIfAborted();
  busy += 1;
  const thread = idle.pop() ?? start();
  clearTimeout(thread.idleTimer);
  let isUsable = false;
  try {
    const result = await work(thread);
    isUsable = true;
    return result;
  } finally {
    busy -= 1;
    // After a failure the thread may still be in the middle of it: a new one is certain to be clean.
    if (isUsable) rest(thread);
    else await end(thread);
    waiting.shift()?.();
  }
}

function start(): Thread {
  const worker = new Worker(new URL("./scan-thread.ts", import.meta.url), {
    name: "breakwater-scan",
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES, maxYoungGenerationSizeMb: 64 },
    execArgv: [],
  });
  worker.unref();
  return { worker, idleTimer: undefined };
}

function rest(thread: Thread): void {
  idle.push(thread);
  thread.idleTimer = setTimeout(() => {
    const index = idle.indexOf(thread);
    if (index >= 0) void end(idle.splice(index, 1)[0] ?? thread);
  }, IDLE_MS).unref();
}

async function end(thread: Thread): Promise<void> {
  clearTimeout(thread.idleTimer);
  await thread.worker.terminate();
}

function ask(
  thread: Thread,
  question: ToThread,
  options: { signal: AbortSignal; pump?: ChunkPump },
): Promise<FromThread> {
  const { worker } = thread;
  const { signal, pump } = options;
  return new Promise<FromThread>((resolve, reject) => {
    const onMessage = (message: FromThread) => {
      if (message.kind === "more") pump?.allow(message.chunks);
      else if (message.kind === "failed") settle(rejectWith(layerFailure(message)));
      // The source checks its digest when it ends: no answer counts before that.
      else running.then(() => settle(() => resolve(message)), rejectLater);
    };
    const onError = (error: Error) => settle(rejectWith(threadFailure(error)));
    const onExit = () => settle(rejectWith(threadFailure(new Error("the scan thread ended"))));
    const onAbort = () => settle(rejectWith(signal.reason ?? new ScanCancelled()));
    const rejectWith = (error: unknown) => () => reject(error);
    const rejectLater = (error: unknown) => settle(rejectWith(error));
    const settle = (finish: () => void) => {
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      signal.removeEventListener("abort", onAbort);
      worker.unref();
      pump?.stop();
      finish();
    };
    worker.ref();
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    signal.addEventListener("abort", onAbort, { once: true });
    worker.postMessage(question);
    const running = pump?.run() ?? Promise.resolve();
    running.catch(rejectLater);
  });
}

function layerFailure(failed: { code: string; message: string }): Error {
  if (failed.code === "bug") return new Error(failed.message);
  return new ScanFailure(failed.message, { isPermanent: true });
}

function threadFailure(error: Error): Error {
  const isMemory = "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
  if (!isMemory) return error;
  return new ScanFailure(
    `reading it needs more than ${HEAP_MEGABYTES} MB of memory, which is the most a scan may take`,
    {
      isPermanent: true,
      cause: error,
    },
  );
}

function unexpected(answer: FromThread): Error {
  return new Error(`A scan thread answered ${answer.kind} to another question`);
}

/** Sends the chunks of a source to a thread as fast as it asks for them, and no faster. */
class ChunkPump {
  readonly #thread: Thread;
  readonly #source: AsyncIterable<Uint8Array>;
  #credit = 0;
  #wake: (() => void) | undefined;
  #isStopped = false;

  constructor(thread: Thread, source: AsyncIterable<Uint8Array>) {
    this.#thread = thread;
    this.#source = source;
  }

  allow(chunks: number): void {
    this.#credit = Math.min(this.#credit + chunks, CHUNKS_IN_FLIGHT);
    this.#wake?.();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake?.();
  }

  /** Ends when the source does, or when the thread has answered. Throws what the source throws. */
  async run(): Promise<void> {
    for await (const chunk of this.#source) {
      while (this.#credit === 0 && !this.#isStopped) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      if (this.#isStopped) return;
      this.#credit -= 1;
      // A copy: network buffers are slices of pools, and a slice would drag its whole pool along.
      const bytes = new Uint8Array(chunk);
      this.#send({ kind: "chunk", bytes }, [bytes.buffer]);
    }
    if (!this.#isStopped) this.#send({ kind: "end" });
  }

  #send(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.#thread.worker.postMessage(message, transfer);
  }
}
