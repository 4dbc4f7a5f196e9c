import type { ChangeTopic } from "#domain/topic.ts";
import { ANALYSER_VERSION } from "#engines/image-scan/facts.ts";
import { recordChange } from "#store/change.ts";
import { type DirtyMark, markDirty } from "#store/count/dirty-marks.ts";
import { queueScan, type ScanTrigger } from "#store/image/image-scan.ts";
import { type RepositoryKey, recordManifests, unreachable, withDescendants } from "#store/image/manifest.ts";
import { needsScan, recordImage, recordPlacement, retirePlacements } from "#store/image/placement.ts";
import { forgetPartPushes, insertPush, moveTag } from "#store/registry/push.ts";
import { findRegistry, noteRegistryData } from "#store/registry/registry.ts";
import { lockRepository, notePush, recountTags } from "#store/registry/repository.ts";
import { type Transaction, transaction } from "#store/transaction.ts";
import type { PushedManifest } from "./read-pushed-manifest.ts";

export interface PushContext {
  registryId: string;
  repository: string;
  tag: string | null;
  /** The tag points to this digest now; false when the push was overtaken by another. */
  tagPointsHere: boolean;
  actor: string | null;
  source: "webhook" | "reconcile" | "person";
  trigger: ScanTrigger;
  pushedAt: Date;
}

export const UNTAGGED_REASON = "No tag and no index points to it any longer";

/**
 * Records what was pushed in one transaction: manifests, images, places, the tag's move, and a scan of every image that this
 * analyser version has not scanned. The same push again changes nothing. Returns whether something was new.
 */
export async function savePushedManifest(pushed: PushedManifest, context: PushContext): Promise<boolean> {
  return transaction(async (tx) => {
    // A registry that was disconnected meanwhile takes nothing in.
    const registry = await findRegistry(context.registryId, tx);
    if (!registry) return false;
    const id = await lockRepository(tx, context.registryId, context.repository);
    const repository: RepositoryKey = { registryId: context.registryId, id };
    const fresh = await recordManifests(tx, repository, pushed.manifests);
    const scans = await recordImages(tx, { repository, pushed, context });
    const { moved, orphans } = await recordPush(tx, {
      repository,
      pushed,
      context,
      isNew: fresh.has(pushed.digest),
      retireUntagged: registry.settings.retireUntagged,
    });
    if (moved || fresh.size > 0) await notePush(tx, repository, context.pushedAt);
    await recountTags(tx, repository);
    await noteRegistryData(tx, context.registryId, "data");
    const marks: DirtyMark[] = [
      ...[...pushed.images.map((image) => image.digest), ...orphans].map((digest) => ({
        scope: "image" as const,
        registryId: context.registryId,
        digest,
      })),
      { scope: "repository", registryId: context.registryId, repositoryId: id },
      { scope: "registry", registryId: context.registryId },
    ];
    await markDirty(tx, "push", marks);
    await recordChange(
      tx,
      `registry:${context.registryId}`,
      "containers",
      ...imageTopics([...pushed.images.map((image) => image.digest), ...orphans]),
    );
    return moved || fresh.size > 0 || scans > 0;
  });
}

interface Saving {
  repository: RepositoryKey;
  pushed: PushedManifest;
  context: PushContext;
}

async function recordImages(tx: Transaction, { repository, pushed, context }: Saving): Promise<number> {
  let scans = 0;
  for (const image of pushed.images) {
    const key = { registryId: repository.registryId, digest: image.digest };
    if (image.arrived) await recordImage(tx, repository.registryId, image.arrived);
    await recordPlacement(tx, repository, { ...image, pushedAt: context.pushedAt });
    if (!(await needsScan(tx, key, ANALYSER_VERSION))) continue;
    if ((await queueScan(tx, key, context.trigger)).added) scans += 1;
  }
  return scans;
}

async function recordPush(
  tx: Transaction,
  { repository, pushed, context, isNew, retireUntagged }: Saving & { isNew: boolean; retireUntagged: boolean },
): Promise<{ moved: boolean; orphans: string[] }> {
  const parts = pushed.manifests.map((manifest) => manifest.digest).filter((digest) => digest !== pushed.digest);
  await forgetPartPushes(tx, repository, parts);
  const push = {
    tag: context.tag,
    digest: pushed.digest,
    mediaType: pushed.mediaType,
    actor: context.actor,
    source: context.source,
    pushedAt: context.pushedAt,
  };
  if (context.tag === null) {
    const isPart = (await unreachable(tx, repository, [pushed.digest])).length === 0;
    if (isNew && !isPart) await insertPush(tx, repository, { ...push, previous: null });
    return { moved: false, orphans: [] };
  }
  if (!context.tagPointsHere) {
    await insertPush(tx, repository, { ...push, previous: null });
    return { moved: false, orphans: [] };
  }
  const result = await moveTag(tx, repository, { ...push, tag: context.tag });
  if (result === "unchanged") return { moved: false, orphans: [] };
  if (!result.previous || !retireUntagged) return { moved: true, orphans: [] };
  const left = await unreachable(tx, repository, await withDescendants(tx, repository, [result.previous]));
  return { moved: true, orphans: await retirePlacements(tx, repository, { digests: left, reason: UNTAGGED_REASON }) };
}

export function imageTopics(digests: readonly string[]): ChangeTopic[] {
  return digests.slice(0, 50).map((digest): ChangeTopic => `image:${digest}`);
}
