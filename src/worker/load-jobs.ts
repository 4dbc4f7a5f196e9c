import { readdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { jobPayloads } from "#store/queue/queue.ts";
import type { JobDefinition } from "./define-job.ts";

/** Reads every job of `folder`. Throws when a file is not a job, or when two files answer to one name. */
export async function loadJobs(folder = path.join(import.meta.dirname, "jobs")): Promise<JobDefinition[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts")).sort();
  const definitions = new Map<string, JobDefinition>();
  for (const file of files) {
    const loaded: { default?: unknown } = await import(pathToFileURL(path.join(folder, file)).href);
    const definition = loaded.default;
    if (!isJobDefinition(definition)) throw new Error(`src/worker/jobs/${file} must export default defineJob(…)`);
    if (definitions.has(definition.name))
      throw new Error(`Two files define the job ${definition.name}; the second is ${file}`);
    definitions.set(definition.name, definition);
  }
  return [...definitions.values()];
}

function isJobDefinition(value: unknown): value is JobDefinition {
  return (
    typeof value === "object" &&
    value !== null &&
    "handler" in value &&
    "name" in value &&
    String(value.name) in jobPayloads
  );
}
