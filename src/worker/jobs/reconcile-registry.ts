import { clock } from "#clock.ts";
import type { RegistryClient } from "#connectors/registry/client.ts";
import { faultReason } from "#connectors/registry/registry-fault.ts";
import { RepositoryName } from "#domain/registry-settings.ts";
import type { ConnectionState } from "#domain/resource.ts";
import { markDirty } from "#store/count/dirty-marks.ts";
import type { JobPayload } from "#store/queue/queue.ts";
import { findRegistry, type RegistryRow, setConnectionState, setReconciled } from "#store/registry/registry.ts";
import { liveRepositories } from "#store/registry/repository.ts";
import { transaction } from "#store/transaction.ts";
import { defineJob } from "../define-job.ts";
import { inParallel } from "../in-parallel.ts";
import { connectionAfterFault } from "../note-registry-fault.ts";
import { ReconcileProgress } from "../reconcile-progress.ts";
import { reconcileRepository } from "../reconcile-repository.ts";
import { clientOf, notAsked } from "../registry-access.ts";
import { type Gone, retireGone } from "../retire-gone.ts";
import { repositoryExists } from "./verify-delete.ts";

export default defineJob(
  "reconcile-registry",
  async (payload, { signal, note }) => note(await reconcileRegistryJob(payload, signal)),
  {
    concurrency: 3,
    perRegistry: 1,
  },
);

const REPOSITORIES_AT_ONCE = 3;

/**
 * Compares a whole registry with what is stored and finds what events missed. What the registry refuses or fails to answer becomes
 * its connection state, in words; the job itself ends well, because the next comparison is due anyway.
 */
export async function reconcileRegistryJob(
  payload: JobPayload<"reconcile-registry">,
  signal: AbortSignal,
): Promise<string | undefined> {
  const registry = await findRegistry(payload.registryId);
  if (!registry || registry.state === "paused") return notAsked(registry);
  const progress = new ReconcileProgress(registry.id, payload.trigger);
  const run: Run = {
    registry,
    client: await clientOf(registry),
    signal,
    progress,
    firstFault: null,
    gone: [],
    isAnythingThere: false,
  };
  try {
    const names = await listRepositories(run);
    await progress.start(names.length);
    await inParallel(names, REPOSITORIES_AT_ONCE, (repository) => reconcileOne(run, repository));
    await noteVanished(run, names);
    const held = await retireWhatIsGone(run, payload.mayBeEmpty ?? false);
    await finish(run, held ?? connectionOf(run), held === null);
    return held?.reason;
  } catch (error) {
    const after = signal.aborted ? null : connectionAfterFault(registry, error, { right: "catalog", repository: null });
    if (!after) throw error;
    await finish(run, after, false);
    return `The comparison gave up: ${after.reason}`;
  }
}

interface Run {
  registry: RegistryRow;
  client: RegistryClient;
  signal: AbortSignal;
  progress: ReconcileProgress;
  firstFault: { repository: string; error: Error } | null;
  /** What the registry confirmed to be gone. */
  gone: Gone[];
  isAnythingThere: boolean;
}

async function listRepositories({ registry, client, signal }: Run): Promise<string[]> {
  if (registry.settings.repositories) return registry.settings.repositories;
  const names = new Set<string>();
  for await (const name of client.catalog(signal)) if (RepositoryName.safeParse(name).success) names.add(name);
  return [...names].sort();
}

async function reconcileOne(run: Run, repository: string): Promise<void> {
  const { registry, client, signal, progress } = run;
  const task = { registry, client, repository, signal, isFirst: registry.lastReconciledAt === null };
  const gone = (what: Gone) => run.gone.push(what);
  try {
    const outcome = await reconcileRepository({ ...task, gone });
    if (outcome.isThere) run.isAnythingThere = true;
    if (outcome.fault) run.firstFault ??= { repository, error: outcome.fault };
    await progress.repositoryDone(repository, outcome);
  } catch (error) {
    const reason = faultReason(error);
    // Wrong credentials or a registry that went away concern every repository.
    if (!(error instanceof Error) || reason === null || reason === "unauthenticated" || reason === "realm") throw error;
    if (reason === "unreachable" && progress.sync.repositoriesDone === 0) throw error;
    run.firstFault ??= { repository, error };
    await progress.repositoryDone(repository, { tags: 0, pushes: 0, isThere: false, fault: error });
  }
}

/** Repositories that are open here but no longer listed: gone from the registry, or no longer named by the admin. */
async function noteVanished({ registry, client, signal, gone: all }: Run, names: readonly string[]): Promise<void> {
  const listed = new Set(names);
  const isNamed = registry.settings.repositories !== null;
  for (const repository of await liveRepositories(registry.id)) {
    if (listed.has(repository)) continue;
    const gone = { registryId: registry.id, repository, wholeRepository: true };
    if (isNamed) await retireGone({ ...gone, reason: "The repository is no longer among those that are followed" });
    else if (!(await repositoryExists(client, repository, signal)))
      all.push({ ...gone, reason: "The repository was deleted in the registry" });
  }
}

/**
 * Retires what is gone. A registry that held something and suddenly has nothing at all may as well be one behind a broken proxy:
 * then nothing is retired until an admin says so, and the state and words for that are returned.
 */
async function retireWhatIsGone(
  { registry, client, progress, gone, isAnythingThere, firstFault }: Run,
  mayBeEmpty: boolean,
): Promise<{ state: ConnectionState; reason: string } | null> {
  const held = new Set(gone.map(({ repository }) => repository)).size;
  if (held > 0 && !isAnythingThere && !firstFault && !mayBeEmpty) {
    progress.sync.heldBack = held;
    return {
      state: "degraded",
      reason: `${client.host} says that it holds nothing any more, so ${held} ${held === 1 ? "repository" : "repositories"} would be retired. Nothing was changed. If it was emptied on purpose, an admin confirms that here; if not, look at what stands before the registry.`,
    };
  }
  for (const what of gone) progress.deleted(await retireGone(what));
  return null;
}

function connectionOf({ registry, progress, firstFault }: Run): { state: ConnectionState; reason: string | null } {
  if (!firstFault) return { state: "connected", reason: null };
  const { failures, repositoriesTotal } = progress.sync;
  const after = connectionAfterFault(registry, firstFault.error, {
    right: "listTags",
    repository: firstFault.repository,
  });
  const reason = after?.reason ?? firstFault.error.message;
  if (failures.length >= repositoriesTotal && after) return { state: after.state, reason };
  return {
    state: "degraded",
    reason: `${failures.length} of ${repositoriesTotal} repositories could not be read completely. ${firstFault.repository}: ${reason}`,
  };
}

async function finish(
  { registry, progress }: Run,
  connection: { state: ConnectionState; reason: string | null },
  complete: boolean,
): Promise<void> {
  const intervalMs = registry.settings.reconcileMinutes * 60_000;
  const nextAt = new Date(clock.now().getTime() + intervalMs * (0.9 + Math.random() * 0.2));
  await transaction(async (tx) => {
    await setConnectionState(tx, registry.id, connection);
    await setReconciled(tx, registry.id, { sync: progress.finish(complete ? "done" : "failed"), nextAt, complete });
    await markDirty(tx, "registry", [{ scope: "registry", registryId: registry.id }]);
  });
}
