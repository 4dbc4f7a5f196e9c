import { recordChange } from "#store/change.ts";
import { type DirtyMark, markDirty } from "#store/count/dirty-marks.ts";
import {
  liveManifests,
  type RepositoryKey,
  retireManifests,
  unreachable,
  withDescendants,
} from "#store/image/manifest.ts";
import { retirePlacements } from "#store/image/placement.ts";
import { liveTags, retireTags } from "#store/registry/push.ts";
import { findRegistry } from "#store/registry/registry.ts";
import { lockKnownRepository, recountTags, retireRepository } from "#store/registry/repository.ts";
import { type Transaction, transaction } from "#store/transaction.ts";
import { imageTopics, UNTAGGED_REASON } from "./save-pushed-manifest.ts";

export interface Gone {
  registryId: string;
  repository: string;
  /** What the registry confirmed to be gone. */
  digests?: readonly string[];
  tags?: readonly string[];
  wholeRepository?: boolean;
  /** Why, as people read it. */
  reason: string;
}

/**
 * Retires what the registry no longer has, in one transaction: manifests, their tags and places, and images that only they
 * kept alive. History stays. Doing it again changes nothing. Returns the number of places that were retired.
 */
export async function retireGone(gone: Gone): Promise<number> {
  return transaction(async (tx) => {
    const registry = await findRegistry(gone.registryId, tx);
    const id = registry ? await lockKnownRepository(tx, gone.registryId, gone.repository) : undefined;
    if (!registry || !id) return 0;
    const repository: RepositoryKey = { registryId: gone.registryId, id };
    const digests = gone.wholeRepository ? await liveManifests(tx, repository) : (gone.digests ?? []);
    const tags = await tagsGone(tx, repository, { gone, digests });
    const pointedTo = await retireTags(tx, repository, { names: tags, reason: gone.reason });
    const below = await withDescendants(tx, repository, [...digests, ...pointedTo]);
    await retireManifests(tx, repository, { digests, reason: gone.reason });
    const retired = await retirePlacements(tx, repository, { digests, reason: gone.reason });
    if (registry.settings.retireUntagged || gone.wholeRepository) {
      const left = await unreachable(tx, repository, below);
      retired.push(
        ...(await retirePlacements(tx, repository, {
          digests: left,
          reason: gone.wholeRepository ? gone.reason : UNTAGGED_REASON,
        })),
      );
    }
    if (gone.wholeRepository || (await liveManifests(tx, repository)).length === 0)
      await retireRepository(tx, repository, gone.reason);
    await recountTags(tx, repository);
    await announce(tx, repository, retired);
    return retired.length;
  });
}

async function tagsGone(
  tx: Transaction,
  repository: RepositoryKey,
  { gone, digests }: { gone: Gone; digests: readonly string[] },
): Promise<string[]> {
  const dead = new Set(digests);
  const live = await liveTags(tx, repository);
  const byDigest = [...live].filter(([, digest]) => gone.wholeRepository || dead.has(digest)).map(([name]) => name);
  return [...new Set([...(gone.tags ?? []), ...byDigest])];
}

async function announce(tx: Transaction, repository: RepositoryKey, retired: readonly string[]): Promise<void> {
  const { registryId, id: repositoryId } = repository;
  const marks: DirtyMark[] = retired.map((digest) => ({ scope: "image", registryId, digest }));
  await markDirty(tx, "retired", [
    ...marks,
    { scope: "repository", registryId, repositoryId },
    { scope: "registry", registryId },
  ]);
  await recordChange(tx, `registry:${registryId}`, "containers", ...imageTopics(retired));
}
