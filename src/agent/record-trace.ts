import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { type CollectOptions, collectEvidence, type TracedExchange } from "./collect/collect.ts";
import type { HostRead } from "./collect/host-root.ts";

/**
 * Reads a host once and writes how it was read into `folder`: `exchanges.jsonl` (each question to the engine with its
 * answer, redacted), `reads.jsonl` (each look at the host's files and how it ended, without contents) and `host.json` (what
 * was made of them, redacted). A replayed trace gives the same evidence. Returns how much was written.
 */
export async function recordTrace(
  folder: string,
  options: CollectOptions,
): Promise<{ exchanges: number; reads: number }> {
  const exchanges: TracedExchange[] = [];
  const reads: HostRead[] = [];
  const evidence = await collectEvidence({
    ...options,
    trace: { exchange: (exchange) => exchanges.push(exchange), read: (read) => reads.push(read) },
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string) => writeFile(path.join(folder, name), text, { mode: 0o600 });
  await write("exchanges.jsonl", lines(exchanges));
  await write("reads.jsonl", lines(reads));
  await write("host.json", `${JSON.stringify(evidence.host, null, 1)}\n`);
  return { exchanges: exchanges.length, reads: reads.length };
}

const lines = (entries: object[]) => entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
