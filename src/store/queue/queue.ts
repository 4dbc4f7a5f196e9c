import { PgBoss } from "pg-boss";
import { z } from "zod";
import { clock } from "#clock.ts";
import { config } from "#config.ts";
import { log } from "#log.ts";
import { recordChange } from "#store/change.ts";
import { pool } from "#store/client.ts";
import type { Executor } from "#store/sql.ts";

const Uuid = z.uuid();
const DigestText = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** Every job of the product: its queue name and the schema of its payload. Payloads name things, they carry no data. */
export const jobPayloads = {
  /** Reads a pushed manifest from the registry, records pushes and placements, and queues scans of new images. */
  "read-manifest": z.object({
    registryId: Uuid,
    repository: z.string(),
    reference: z.string(),
    tag: z.string().nullable(),
    source: z.enum(["webhook", "reconcile", "person"]),
    actor: z.string().nullable(),
    occurredAt: z.iso.datetime().nullable(),
  }),
  /** Asks the registry whether a manifest, tag or repository is really gone and retires it if so. */
  "verify-delete": z.object({
    registryId: Uuid,
    repository: z.string(),
    digest: DigestText.nullable(),
    tag: z.string().nullable(),
  }),
  /** Lists a whole registry and finds what events missed. */
  "reconcile-registry": z.object({
    registryId: Uuid,
    trigger: z.enum(["connected", "schedule", "person"]),
    /** A person said that the registry may really be empty. */
    mayBeEmpty: z.boolean().optional(),
  }),
  /** Scans one platform image. `scanId` is the ImageScan row that shows its progress. */
  "scan-image": z.object({ registryId: Uuid, digest: DigestText, scanId: Uuid }),
  /** Imports advisories: a staged upload, a folder, file or URL, or one of the public feeds. */
  "import-advisories": z.object({ importId: Uuid }),
  /** Looks at every public feed and imports those that changed. */
  "pull-feeds": z.object({ trigger: z.enum(["schedule", "person", "start"]) }),
  /** Matches package versions again after advisories changed. Empty `keys` = all of them. */
  "rematch-advisories": z.object({ importId: Uuid.nullable() }),
  /** Recounts what was marked dirty. One at a time, coalesced. */
  recount: z.object({}),
  /** Housekeeping: partitions, retention, expiry, silent sources. */
  maintenance: z.object({}),
  /** Starts or removes the demo estate. */
  "load-demo": z.object({ action: z.enum(["load", "remove"]) }),
  /** Ends the exemptions whose time is over or whose reason is gone. */
  "end-exemptions": z.object({}),
  /** Assesses one stored host report. */
  "assess-host": z.object({ hostId: Uuid, reportId: Uuid }),
} as const;
export type JobName = keyof typeof jobPayloads;
export type JobPayload<Name extends JobName> = z.infer<(typeof jobPayloads)[Name]>;

/** A person waits for it > something was pushed > the clock asked for it. */
export const jobPriority = { person: 30, push: 20, schedule: 10 } as const;

interface QueueSettings {
  heartbeatSeconds: number;
  expireInSeconds: number;
  retryLimit: number;
  retryDelay: number;
}
const standard: QueueSettings = { heartbeatSeconds: 20, expireInSeconds: 900, retryLimit: 4, retryDelay: 2 };
const queueSettings: Record<JobName, QueueSettings> = {
  "read-manifest": { ...standard, expireInSeconds: 300 },
  "verify-delete": { ...standard, expireInSeconds: 300 },
  "reconcile-registry": { ...standard, expireInSeconds: 3 * 3600, retryLimit: 2 },
  "scan-image": { ...standard, expireInSeconds: 1800 },
  "import-advisories": { ...standard, expireInSeconds: 3600, retryLimit: 2 },
  "pull-feeds": { ...standard, expireInSeconds: 3600, retryLimit: 1 },
  "rematch-advisories": { ...standard, expireInSeconds: 3600 },
  recount: { ...standard, expireInSeconds: 600 },
  maintenance: { ...standard, expireInSeconds: 600 },
  "end-exemptions": { ...standard, expireInSeconds: 600 },
  "load-demo": { ...standard, expireInSeconds: 600, retryLimit: 1 },
  "assess-host": { ...standard, expireInSeconds: 300 },
};

const holder = globalThis as typeof globalThis & { breakwaterQueue?: Promise<PgBoss> };

/**
 * The queue, in its own schema of the same database, for sending. Whoever is first opens it; a process that takes jobs opens it
 * with `openQueue` instead.
 */
export function queue(): Promise<PgBoss> {
  holder.breakwaterQueue ??= opened({ supervise: false });
  return holder.breakwaterQueue;
}

/**
 * Opens the queue for a process that takes jobs: it returns the jobs of killed workers and runs schedules. A connection that was
 * only for sending is replaced, so that no job sent before can leave the process without either.
 */
export async function openQueue(): Promise<PgBoss> {
  const earlier = holder.breakwaterQueue;
  holder.breakwaterQueue = opened({ supervise: true });
  const boss = await holder.breakwaterQueue;
  await earlier?.then((sender) => sender.stop({ graceful: false })).catch(() => {});
  return boss;
}

function opened({ supervise }: { supervise: boolean }): Promise<PgBoss> {
  const started = startQueue(supervise);
  // A database that was away for a moment must not leave the process with a queue that failed once and for all.
  started.catch(() => {
    if (holder.breakwaterQueue === started) delete holder.breakwaterQueue;
  });
  return started;
}

async function startQueue(supervise: boolean): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: config().databaseUrl,
    schema: "pgboss",
    max: 4,
    application_name: "breakwater-queue",
    supervise,
    schedule: supervise,
    superviseIntervalSeconds: 5,
    cronMonitorIntervalSeconds: 15,
    useListenNotify: supervise,
  });
  boss.on("error", (error) => log.error({ error: error.message }, "the job queue reported an error"));
  await boss.start();
  for (const name of Object.keys(jobPayloads) as JobName[]) {
    const settings = {
      ...queueSettings[name],
      retryBackoff: true,
      retryDelayMax: 120,
      deleteAfterSeconds: 3 * 86_400,
      notify: true,
    };
    await boss.createQueue(name, { ...settings, policy: "stately" });
  }
  return boss;
}

/** Stops taking jobs, waits up to 8 s for running ones and hands the rest back. */
export async function stopQueue(): Promise<void> {
  const started = holder.breakwaterQueue;
  delete holder.breakwaterQueue;
  if (started) await (await started).stop({ graceful: true, timeout: 8000 });
}

export interface EnqueueOptions {
  /** The caller's transaction, so that facts and the job that works on them commit together. */
  executor?: Executor;
  priority?: keyof typeof jobPriority;
  /** While a job with this key waits, another is not added; one may wait while one runs. */
  key?: string;
  startAfterSeconds?: number;
}

/** Adds a job. Returns its id, or null when an equal one already waits. */
export async function enqueue<Name extends JobName>(
  name: Name,
  payload: JobPayload<Name>,
  options: EnqueueOptions = {},
): Promise<string | null> {
  const executor = options.executor ?? pool();
  const boss = await queue();
  const id = await boss.send(name, jobPayloads[name].parse(payload), {
    db: { executeSql: (text, values) => executor.query(text, values as unknown[]) },
    priority: jobPriority[options.priority ?? "schedule"],
    singletonKey: options.key ?? JSON.stringify(payload),
    ...groupOf(payload),
    ...(options.startAfterSeconds
      ? { startAfter: new Date(clock.now().getTime() + options.startAfterSeconds * 1000) }
      : {}),
  });
  await recordChange(executor, "jobs");
  return id;
}

/** Jobs of one registry are one group: how many of them run at once is bounded, so that a slow registry leaves room for others. */
function groupOf(payload: object): { group?: { id: string } } {
  return "registryId" in payload && typeof payload.registryId === "string" ? { group: { id: payload.registryId } } : {};
}

/** Adds one job per payload in one statement; those with a key that already waits are passed over. */
export async function enqueueMany<Name extends JobName>(
  name: Name,
  jobs: readonly { payload: JobPayload<Name>; key: string }[],
  options: Pick<EnqueueOptions, "executor" | "priority"> = {},
): Promise<void> {
  if (jobs.length === 0) return;
  const executor = options.executor ?? pool();
  const boss = await queue();
  await boss.insert(
    name,
    jobs.map(({ payload, key }) => ({
      data: jobPayloads[name].parse(payload),
      priority: jobPriority[options.priority ?? "schedule"],
      singletonKey: key,
      ...groupOf(payload),
    })),
    { db: { executeSql: (text, values) => executor.query(text, values as unknown[]) } },
  );
  await recordChange(executor, "jobs");
}
