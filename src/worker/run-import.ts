import { readImport } from "#store/advisory-import.ts";
import { importSource } from "./import-source.ts";

/** Carries out a queued import: an uploaded file, a path, or the approved feeds of one that waited. */
export async function runImport(importId: string, signal?: AbortSignal): Promise<void> {
  const job = await readImport(importId);
  if (!job) return;
  await importSource(job.source, { importId, isDemo: job.isDemo, ...(signal ? { signal } : {}) });
}
