import type { RegistryClient } from "#connectors/registry/client.ts";
import { faultReason } from "#connectors/registry/registry-fault.ts";
import { enqueue, type JobPayload } from "#store/queue/queue.ts";
import { findRegistry } from "#store/registry/registry.ts";
import { defineJob } from "../define-job.ts";
import { noteRegistryFault } from "../note-registry-fault.ts";
import { clientOf, notAsked } from "../registry-access.ts";
import { retireGone } from "../retire-gone.ts";

export default defineJob(
  "verify-delete",
  async (payload, { signal, note }) => note(await verifyDeleteJob(payload, signal)),
  {
    concurrency: 3,
    perRegistry: 1,
  },
);

type Payload = JobPayload<"verify-delete">;

/** Believes a delete only after the registry answers 404 for what is said to be gone. */
export async function verifyDeleteJob(payload: Payload, signal: AbortSignal): Promise<string | undefined> {
  const registry = await findRegistry(payload.registryId);
  if (!registry || registry.state === "paused") return notAsked(registry);
  const client = await clientOf(registry);
  try {
    // A broken proxy answers 404 for everything: what does not answer as a registry proves no deletion.
    await client.authenticate(signal);
    if (payload.tag !== null) await verifyTag(client, payload, signal);
    if (payload.digest !== null) await verifyDigest(client, payload, signal);
    if (payload.tag === null && payload.digest === null) await verifyRepository(client, payload, signal);
    return undefined;
  } catch (error) {
    await noteRegistryFault(registry, error, { right: "pullManifest", repository: payload.repository });
    throw error;
  }
}

async function verifyTag(
  client: RegistryClient,
  { registryId, repository, tag }: Payload,
  signal: AbortSignal,
): Promise<void> {
  if (tag === null) return;
  const current = await client.headManifest(repository, tag, signal);
  if (current === null) {
    await retireGone({ registryId, repository, tags: [tag], reason: "The tag was deleted in the registry" });
    return;
  }
  // Deleted and pushed again, or never gone: what it points to now counts.
  const payload = {
    registryId,
    repository,
    reference: current,
    tag,
    source: "reconcile" as const,
    actor: null,
    occurredAt: null,
  };
  await enqueue("read-manifest", payload, { priority: "push", key: `${registryId} ${repository} ${current} ${tag}` });
}

async function verifyDigest(
  client: RegistryClient,
  { registryId, repository, digest }: Payload,
  signal: AbortSignal,
): Promise<void> {
  if (digest === null || (await client.headManifest(repository, digest, signal)) !== null) return;
  await retireGone({ registryId, repository, digests: [digest], reason: "The image was deleted in the registry" });
}

async function verifyRepository(
  client: RegistryClient,
  { registryId, repository }: Payload,
  signal: AbortSignal,
): Promise<void> {
  if (await repositoryExists(client, repository, signal)) return;
  await retireGone({
    registryId,
    repository,
    wholeRepository: true,
    reason: "The repository was deleted in the registry",
  });
}

/** False when the registry says that there is no such repository, or lists it without a single tag. */
export async function repositoryExists(
  client: RegistryClient,
  repository: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await client.tags(repository, signal).next();
    return true;
  } catch (error) {
    if (faultReason(error) === "notFound") return false;
    throw error;
  }
}
