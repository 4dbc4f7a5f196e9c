import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { InputError } from "./input-error.ts";
import { outcomeOf } from "./scan-in-thread.ts";

/** A thread that says it has started and then does what a hostile image might make it do. */
const thread = (script: string, seconds = 3600, limits = {}) =>
  new Worker(
    `const { parentPort } = require("node:worker_threads");
     parentPort.postMessage({ kind: "started", target: "evil.tar", timeoutSeconds: ${seconds} });
     setTimeout(() => { ${script} }, 10);`,
    { eval: true, resourceLimits: limits },
  );
const endOf = async (worker: Worker) => {
  const error = await outcomeOf(worker).catch((thrown: unknown) => thrown);
  await worker.terminate();
  expect(error).toBeInstanceOf(InputError);
  return (error as Error).message;
};

describe("a scan is ended from outside", () => {
  it.each([
    ["a loop that never yields", "for (;;) {}"],
    ["a pattern that backtracks for ever", 'const text = "a".repeat(60) + "!"; /^(a+)+$/.test(text);'],
  ])("at its time limit, in the middle of %s", async (_name, script) => {
    expect(await endOf(thread(script, 0.2))).toBe(
      "The scan of evil.tar did not end within 0.2 s and was ended. Give it more time with --timeout.",
    );
  });

  it("at its bound of memory", async () => {
    const greedy = "const all = []; for (let i = 0; ; i += 1) all.push({ i, text: 'x' + i });";
    expect(await endOf(thread(greedy, 3600, { maxOldGenerationSizeMb: 32 }))).toMatch(
      /^The scan of evil\.tar needs more than \d+ MB of memory and was ended\.$/,
    );
  });

  it("by a signal, and the process listens no more", async () => {
    const listeners = process.listenerCount("SIGTERM");
    const worker = thread("for (;;) {}");
    const ended = endOf(worker);
    await new Promise((resolve) => worker.once("message", resolve));
    process.emit("SIGTERM", "SIGTERM");
    expect(await ended).toBe("The scan of evil.tar was ended by SIGTERM.");
    expect(process.listenerCount("SIGTERM")).toBe(listeners);
  });

  it("and a fault of the program stays one", async () => {
    const worker = thread('throw new TypeError("oops")');
    await expect(outcomeOf(worker)).rejects.toThrow("oops");
    await worker.terminate();
  });
});
