import { z } from "zod";
import { recordChange } from "#store/change.ts";
import { newId } from "#store/ids.ts";
import { enqueue, type jobPriority } from "#store/queue/queue.ts";
import { type Executor, execute, selectFirst, sql } from "#store/sql.ts";
import type { Transaction } from "#store/transaction.ts";

/** What an import did to one feed, or would do. `waiting` = an admin has to decide first. */
export const ImportedFile = z.object({
  file: z.string(),
  feedId: z.string().nullable(),
  title: z.string(),
  state: z.enum(["imported", "unchanged", "waiting", "refused", "failed", "approved", "rejected"]),
  records: z.number().default(0),
  added: z.number().default(0),
  changed: z.number().default(0),
  removed: z.number().default(0),
  dataDate: z.string().nullable().default(null),
  durationMs: z.number().default(0),
  /** Why it was refused, failed or waits. */
  reason: z.string().nullable().default(null),
  /** What matching would change over the stored packages, for a decision. */
  preview: z
    .object({ newMatches: z.number(), resolvedMatches: z.number(), matches: z.number() })
    .nullable()
    .default(null),
  /** Path of the kept file while it waits. */
  stagedPath: z.string().nullable().default(null),
  sha256: z.string().nullable().default(null),
});
export type ImportedFile = z.infer<typeof ImportedFile>;

export const AdvisoryImport = z.object({
  id: z.string(),
  source: z.string(),
  sourceKind: z.enum(["upload", "path", "url", "pull", "demo"]),
  state: z.enum(["queued", "running", "done", "partial", "waiting", "failed"]),
  feeds: z.array(ImportedFile),
  isDemo: z.boolean(),
});
export type AdvisoryImport = z.infer<typeof AdvisoryImport>;

/** Creates an import that a job will carry out. `stagedPath` is the uploaded file. */
export async function createImport(
  executor: Executor,
  input: {
    source: string;
    sourceKind: AdvisoryImport["sourceKind"];
    requestedBy: string | null;
    isDemo?: boolean;
    state?: "queued" | "running";
  },
): Promise<string> {
  const id = newId();
  await execute(
    sql`insert into advisory_import (id, source, source_kind, state, feeds, requested_by, is_demo, started_at)
        values (${id}, ${input.source}, ${input.sourceKind}, ${input.state ?? "queued"}, '[]', ${input.requestedBy},
                ${input.isDemo ?? false}, case when ${input.state ?? "queued"} = 'running' then now() end)`,
    executor,
  );
  await recordChange(executor, "advisories");
  return id;
}

/** Creates an import and queues its job in the caller's transaction. */
export async function queueImport(
  tx: Transaction,
  input: { source: string; sourceKind: AdvisoryImport["sourceKind"]; requestedBy: string | null },
  priority: keyof typeof jobPriority = "person",
): Promise<string> {
  const id = await createImport(tx, input);
  await enqueue("import-advisories", { importId: id }, { executor: tx, priority, key: id });
  return id;
}

/** An import as stored; `lock` holds it until the transaction ends. */
export function readImport(
  id: string,
  executor?: Executor,
  options: { lock?: boolean } = {},
): Promise<AdvisoryImport | undefined> {
  return selectFirst(
    AdvisoryImport,
    sql`select id::text, source, source_kind as "sourceKind", state, feeds, is_demo as "isDemo" from advisory_import where id = ${id} ${options.lock ? sql`for update` : sql``}`,
    executor,
  );
}

/** Saves the progress or the result of an import. */
export async function saveImport(
  executor: Executor,
  id: string,
  update: { state: AdvisoryImport["state"]; feeds: readonly ImportedFile[]; error?: string | null; summary?: unknown },
): Promise<void> {
  const isFinished = update.state !== "queued" && update.state !== "running";
  await execute(
    sql`update advisory_import set state = ${update.state}, feeds = ${JSON.stringify(update.feeds)}::jsonb,
          error = ${update.error ?? null}, summary = coalesce(${update.summary ? JSON.stringify(update.summary) : null}::jsonb, summary),
          started_at = coalesce(started_at, now()), finished_at = case when ${isFinished} then now() end
        where id = ${id}`,
    executor,
  );
  await recordChange(executor, "advisories");
}

/** The state of an import as a whole, from its files. */
export function importState(files: readonly ImportedFile[]): AdvisoryImport["state"] {
  if (files.some((file) => file.state === "waiting")) return "waiting";
  const failed = files.filter((file) => file.state === "failed" || file.state === "refused").length;
  const used = files.filter((file) => file.state === "imported" || file.state === "unchanged").length;
  if (used === 0 && failed > 0) return "failed";
  return files.some((file) => file.state === "failed") ? "partial" : "done";
}

/** Writes an admin's decision. A rejected feed is in order again: it keeps the records it had. */
export async function decideImport(
  tx: Transaction,
  decision: {
    importId: string;
    state: AdvisoryImport["state"];
    feeds: readonly ImportedFile[];
    decidedBy: string;
    rejectedFeeds: readonly string[];
  },
): Promise<void> {
  await execute(
    sql`update advisory_import set state = ${decision.state}, feeds = ${JSON.stringify(decision.feeds)}::jsonb,
          decided_by = ${decision.decidedBy}, decided_at = now(),
          finished_at = case when ${decision.state} <> 'queued' then now() end
        where id = ${decision.importId}`,
    tx,
  );
  await execute(
    sql`update feed set state = 'ok', last_error = null, failing_since = null
         where id = any(${decision.rejectedFeeds}::text[]) and state = 'waiting'`,
    tx,
  );
}

/** Removes an import that changed nothing. */
export async function dropImport(executor: Executor, id: string): Promise<void> {
  await execute(sql`delete from advisory_import where id = ${id}`, executor);
}
