import { subjectOfTag } from "#domain/artifact-kind.ts";
import type { ChangeTopic } from "#domain/topic.ts";
import { ANALYSER_VERSION } from "#engines/image-scan/facts.ts";
import { recordChange } from "#store/change.ts";
import { type DirtyMark, markDirty } from "#store/count/dirty-marks.ts";
import { queueScan, type ScanTrigger } from "#store/image/image-scan.ts";
import {
  linkImages,
  type ManifestRecord,
  type RepositoryKey,
  recordManifests,
  unreachable,
  withDescendants,
} from "#store/image/manifest.ts";
import { needsScan, recordImage, recordPlacement, retirePlacements } from "#store/image/placement.ts";
import { ofRepository, settleRepositoryOwners } from "#store/owner/settle-owners.ts";
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
    const fresh = await recordManifests(tx, repository, aboutTheirImage(pushed, context.tag));
    await linkImages(
      tx,
      repository,
      pushed.manifests.map(({ digest }) => digest),
    );
    await recordImages(tx, { repository, pushed, context });
    const { moved, orphans } = await recordPush(tx, {
      repository,
      pushed,
      context,
      isNew: fresh.has(pushed.digest),
      retireUntagged: registry.settings.retireUntagged,
    });
    const scans = await queueScans(tx, { repository, pushed, context }, orphans);
    if (moved || fresh.size > 0) await notePush(tx, repository, context.pushedAt);
    await recountTags(tx, repository);
    await settleRepositoryOwners(tx, ofRepository(repository));
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

/** The manifests, what is no image with the image that a signature's tag names. */
function aboutTheirImage(pushed: PushedManifest, tag: string | null): ManifestRecord[] {
  const subject = tag === null ? null : subjectOfTag(tag);
  return pushed.manifests.map((manifest) =>
    manifest.kind === "other" && manifest.digest === pushed.digest
      ? { ...manifest, subjectDigest: manifest.subjectDigest ?? subject }
      : manifest,
  );
}

async function recordImages(tx: Transaction, { repository, pushed, context }: Saving): Promise<void> {
  for (const image of pushed.images) {
    if (image.arrived) await recordImage(tx, repository.registryId, image.arrived);
    await recordPlacement(tx, repository, { ...image, pushedAt: context.pushedAt });
  }
}

/** A scan of every image that this analyser version has not scanned, but for those that were overtaken already. */
async function queueScans(
  tx: Transaction,
  { repository, pushed, context }: Saving,
  gone: readonly string[],
): Promise<number> {
  let scans = 0;
  for (const { digest } of pushed.images.filter((image) => !gone.includes(image.digest))) {
    const key = { registryId: repository.registryId, digest };
    if (!(await needsScan(tx, key, ANALYSER_VERSION))) continue;
    if ((await queueScan(tx, key, context.trigger)).added) scans += 1;
  }
  return scans;
}

async function recordPush(
  tx: Transaction,
  { repository, pushed, context, isNew, retireUntagged }: Saving & { isNew: boolean; retireUntagged: boolean },
): Promise<{ moved: boolean; orphans: string[] }> {
  const parts = pushed.manifests.flatMap(({ digest, children }) => [
    digest,
    ...(children ?? []).map((child) => child.digest),
  ]);
  await forgetPartPushes(
    tx,
    repository,
    parts.filter((digest) => digest !== pushed.digest),
  );
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
    // An attestation or signature without a tag is no push of an image.
    const isImage = pushed.manifests.some(({ digest, kind }) => digest === pushed.digest && kind !== "other");
    if (isNew && !isPart && isImage) await insertPush(tx, repository, { ...push, previous: null });
    return { moved: false, orphans: [] };
  }
  if (!context.tagPointsHere) {
    await insertPush(tx, repository, { ...push, previous: null });
    return { moved: false, orphans: retireUntagged ? await retireUnreached(tx, repository, [pushed.digest]) : [] };
  }
  const result = await moveTag(tx, repository, { ...push, tag: context.tag });
  if (result === "unchanged") return { moved: false, orphans: [] };
  if (!result.previous || !retireUntagged) return { moved: true, orphans: [] };
  return { moved: true, orphans: await retireUnreached(tx, repository, [result.previous]) };
}

/** Retires the images below `digests` that no tag and no index reaches any longer. */
async function retireUnreached(
  tx: Transaction,
  repository: RepositoryKey,
  digests: readonly string[],
): Promise<string[]> {
  const left = await unreachable(tx, repository, await withDescendants(tx, repository, digests));
  return retirePlacements(tx, repository, { digests: left, reason: UNTAGGED_REASON });
}

export function imageTopics(digests: readonly string[]): ChangeTopic[] {
  return digests.slice(0, 50).map((digest): ChangeTopic => `image:${digest}`);
}
