import { clock } from "#clock.ts";
import { faultReason } from "#connectors/registry/registry-fault.ts";
import { isIgnoredTag } from "#domain/registry-settings.ts";
import { enqueue, type JobPayload } from "#store/queue/queue.ts";
import { findRegistry, type RegistryRow } from "#store/registry/registry.ts";
import { defineJob } from "../define-job.ts";
import { noteRegistryFault } from "../note-registry-fault.ts";
import { readPushedManifest } from "../read-pushed-manifest.ts";
import { clientOf, notAsked } from "../registry-access.ts";
import { type PushContext, savePushedManifest } from "../save-pushed-manifest.ts";

export default defineJob(
  "read-manifest",
  async (payload, { signal, note }) => note(await readManifestJob(payload, signal)),
  {
    concurrency: 6,
    perRegistry: 2,
  },
);

/**
 * Reads what an event says was pushed. The event is only a hint: digest, tag and content are taken from the registry. When the
 * registry no longer has it, the question becomes whether it was deleted.
 */
export async function readManifestJob(
  payload: JobPayload<"read-manifest">,
  signal: AbortSignal,
): Promise<string | undefined> {
  const registry = await findRegistry(payload.registryId);
  if (!registry || registry.state === "paused") return notAsked(registry);
  if (payload.tag !== null && isIgnoredTag(payload.tag, registry.settings.ignoreTags))
    return `Tags like ${payload.tag} are ignored in this registry: nothing was read.`;
  const client = await clientOf(registry);
  const { registryId, repository, reference, tag } = payload;
  try {
    const pushed = await readPushedManifest({ client, registryId, repository, signal }, reference);
    const current = tag === null ? null : await client.headManifest(repository, tag, signal);
    const tagPointsHere = current === pushed.digest;
    await savePushedManifest(pushed, contextOf(registry, payload, tagPointsHere));
    if (tag !== null && current !== null && !tagPointsHere) await followTag({ ...payload, reference: current });
    return undefined;
  } catch (error) {
    if (faultReason(error) !== "notFound") {
      await noteRegistryFault(registry, error, { right: "pullManifest", repository });
      throw error;
    }
    await enqueue(
      "verify-delete",
      { registryId, repository, digest: reference.startsWith("sha256:") ? reference : null, tag },
      { priority: "push" },
    );
    return `${repository} no longer has ${tag ?? reference}: whether it was deleted is looked at.`;
  }
}

/** The tag has moved on since the event: what it points to now is read as well, whether or not its own event arrives. */
async function followTag(payload: JobPayload<"read-manifest">): Promise<void> {
  await enqueue(
    "read-manifest",
    { ...payload, source: "reconcile", actor: null, occurredAt: null },
    { priority: "push" },
  );
}

function contextOf(registry: RegistryRow, payload: JobPayload<"read-manifest">, tagPointsHere: boolean): PushContext {
  const now = clock.now();
  const occurred = payload.occurredAt ? new Date(payload.occurredAt) : now;
  const triggers = {
    webhook: "push",
    person: "person",
    reconcile: registry.lastReconciledAt ? "reconcile" : "connected",
  } as const;
  return {
    registryId: payload.registryId,
    repository: payload.repository,
    tag: payload.tag,
    tagPointsHere,
    actor: payload.actor,
    source: payload.source,
    trigger: triggers[payload.source],
    // A registry's clock may be wrong, but nothing was pushed in the future.
    pushedAt: occurred > now ? now : occurred,
  };
}
