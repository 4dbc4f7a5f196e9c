import { clock } from "#clock.ts";
import type { RegistryClient } from "#connectors/registry/client.ts";
import { faultReason } from "#connectors/registry/registry-fault.ts";
import { isIgnoredTag } from "#domain/registry-settings.ts";
import { pool } from "#store/client.ts";
import { unreachable } from "#store/image/manifest.ts";
import { livePlacements } from "#store/image/placement.ts";
import { liveTags } from "#store/registry/push.ts";
import type { RegistryRow } from "#store/registry/registry.ts";
import { repositoryIdOf } from "#store/registry/repository.ts";
import { inParallel } from "./in-parallel.ts";
import { readPushedManifest } from "./read-pushed-manifest.ts";
import type { Gone } from "./retire-gone.ts";
import { savePushedManifest } from "./save-pushed-manifest.ts";

export interface RepositoryReconcile {
  registry: RegistryRow;
  client: RegistryClient;
  repository: string;
  signal: AbortSignal;
  /** The registry was connected just now: nothing is a push. */
  isFirst: boolean;
  /** Notes what the registry confirmed to be gone. It is retired when the whole registry was looked at. */
  gone: (what: Gone) => void;
}
export interface RepositoryOutcome {
  tags: number;
  pushes: number;
  /** The registry still has something here: a tag, or an image without one. */
  isThere: boolean;
  /** The first thing that could not be read, without giving up on the others. */
  fault: Error | null;
}

const TAGS_AT_ONCE = 6;
/** Older than containers: a build that leaves its date out. */
const EARLIEST_DATE = Date.UTC(2013, 0, 1);

/**
 * Compares one repository with the registry: reads tags that are new or moved, notes those that are gone and images that were
 * pushed by digest and deleted. Throws RegistryFault when the repository cannot be listed.
 */
export async function reconcileRepository(task: RepositoryReconcile): Promise<RepositoryOutcome> {
  const { registry, client, repository, signal } = task;
  const key = { registryId: registry.id, id: repositoryIdOf(registry.id, repository) };
  const outcome: RepositoryOutcome = { tags: 0, pushes: 0, isThere: false, fault: null };
  const known = await liveTags(pool(), key);
  const found = new Set<string>();
  try {
    for await (const tag of client.tags(repository, signal)) {
      outcome.isThere = true;
      if (!isIgnoredTag(tag, registry.settings.ignoreTags)) found.add(tag);
    }
  } catch (error) {
    if (faultReason(error) !== "notFound") throw error;
    task.gone({
      registryId: registry.id,
      repository,
      wholeRepository: true,
      reason: "The repository was deleted in the registry",
    });
    return outcome;
  }
  outcome.tags = found.size;
  await inParallel(found, TAGS_AT_ONCE, (tag) => reconcileTag(task, { tag, known: known.get(tag), outcome }));
  await inParallel(
    [...known.keys()].filter((tag) => !found.has(tag)),
    TAGS_AT_ONCE,
    (tag) => confirmTagGone(task, tag, outcome),
  );
  await confirmUntagged(task, outcome);
  return outcome;
}

async function reconcileTag(
  task: RepositoryReconcile,
  about: { tag: string; known: string | undefined; outcome: RepositoryOutcome },
): Promise<void> {
  const { registry, client, repository, signal, isFirst } = task;
  const { tag, outcome } = about;
  try {
    const digest = await client.headManifest(repository, tag, signal);
    if (digest === null || digest === about.known) return;
    const pushed = await readPushedManifest({ client, registryId: registry.id, repository, signal }, digest);
    const now = clock.now();
    const created = pushed.images.map((image) => image.arrived?.createdAt ?? null).find((at) => at !== null);
    // When a registry is connected nobody knows when things were pushed; the image's own date at least orders them.
    const pushedAt = isFirst && created && created.getTime() > EARLIEST_DATE && created < now ? created : now;
    const isNew = await savePushedManifest(pushed, {
      registryId: registry.id,
      repository,
      tag,
      tagPointsHere: true,
      actor: null,
      source: "reconcile",
      trigger: isFirst ? "connected" : "reconcile",
      pushedAt,
    });
    if (isNew) outcome.pushes += 1;
  } catch (error) {
    keepFault(task, outcome, error);
  }
}

async function confirmTagGone(task: RepositoryReconcile, tag: string, outcome: RepositoryOutcome): Promise<void> {
  const { registry, client, repository, signal } = task;
  const gone = { registryId: registry.id, repository, tags: [tag] };
  try {
    if (isIgnoredTag(tag, registry.settings.ignoreTags)) {
      task.gone({ ...gone, reason: "Tags of this name are not followed (settings of the registry)" });
    } else if ((await client.headManifest(repository, tag, signal)) === null) {
      task.gone({ ...gone, reason: "The tag was deleted in the registry" });
    }
  } catch (error) {
    keepFault(task, outcome, error);
  }
}

/** Images without a tag are in no list, so each that is still open is asked for by its digest. */
async function confirmUntagged(task: RepositoryReconcile, outcome: RepositoryOutcome): Promise<void> {
  const { registry, client, repository, signal } = task;
  const key = { registryId: registry.id, id: repositoryIdOf(registry.id, repository) };
  const untagged = await unreachable(pool(), key, await livePlacements(pool(), key));
  await inParallel(untagged, TAGS_AT_ONCE, async (digest) => {
    try {
      if ((await client.headManifest(repository, digest, signal)) !== null) {
        outcome.isThere = true;
        return;
      }
      task.gone({
        registryId: registry.id,
        repository,
        digests: [digest],
        reason: "The image was deleted in the registry",
      });
    } catch (error) {
      keepFault(task, outcome, error);
    }
  });
}

/** One broken image must not hide the others, but a registry that refuses or is gone ends the repository. */
function keepFault(task: RepositoryReconcile, outcome: RepositoryOutcome, error: unknown): void {
  const reason = faultReason(error);
  if (task.signal.aborted || reason === null || reason === "unauthenticated" || reason === "realm") throw error;
  if (reason === "notFound") return;
  outcome.fault ??= error instanceof Error ? error : new Error(String(error));
}
