import { type Profiler, Session } from "node:inspector/promises";
import v8 from "node:v8";

/**
 * How much work a piece of code does, counted and not timed: how often each block of our own source runs, and how many
 * characters the built-in searches of texts and buffers step over. The same input gives the same number on every machine.
 */
export async function countOperations(work: () => unknown): Promise<number> {
  // Compiled code leaves counters out; interpreted code counts every turn.
  v8.setFlagsFromString("--no-opt");
  v8.setFlagsFromString("--no-maglev");
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const searches = countSearches();
  try {
    await work();
    const { result } = await session.post("Profiler.takePreciseCoverage");
    return searches.stop() + blocksOf(result);
  } finally {
    searches.stop();
    await session.post("Profiler.stopPreciseCoverage");
    session.disconnect();
    v8.setFlagsFromString("--opt");
    v8.setFlagsFromString("--maglev");
  }
}

function blocksOf(scripts: Profiler.ScriptCoverage[]): number {
  const ours = scripts.filter(({ url }) => url.includes("/src/") && !url.endsWith(".test.ts"));
  return ours
    .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
    .reduce((sum, { count }) => sum + count, 0);
}

type Search = (this: string | Uint8Array, what: unknown, from?: number) => number;

/** Puts counters before the built-in searches until `stop`, which answers the characters that they stepped over. */
function countSearches(): { stop(): number } {
  let steps = 0;
  const replaced: [object, string, unknown][] = [];
  const wrap = (owner: object, name: string, cost: (text: { length: number }, from: number, hit: number) => number) => {
    const original = Reflect.get(owner, name) as Search;
    replaced.push([owner, name, original]);
    Reflect.set(owner, name, function counted(this: string | Uint8Array, what: unknown, from?: number): number {
      const hit = original.call(this, what, from);
      steps += cost(this, typeof from === "number" ? from : 0, hit);
      return hit;
    });
  };
  for (const owner of [String.prototype, Buffer.prototype]) {
    wrap(owner, "indexOf", (text, from, hit) => Math.max((hit < 0 ? text.length : hit) - from, 0));
    wrap(owner, "includes", (text) => text.length);
  }
  wrap(String.prototype, "lastIndexOf", (text, _from, hit) => text.length - Math.max(hit, 0));
  return {
    stop: () => {
      for (const [owner, name, original] of replaced.splice(0)) Reflect.set(owner, name, original);
      return steps;
    },
  };
}
