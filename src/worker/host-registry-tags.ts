import type { HostEvidence, RegistryTagFact } from "#engines/cis-docker/facts.ts";
import { isFailed } from "#engines/cis-docker/facts.ts";
import { imageReference } from "#engines/cis-docker/image-reference.ts";
import { listedRegistries, tagsNow } from "#store/registry/registry-tags.ts";
import type { Executor } from "#store/sql.ts";

/** A registry that was not listed for longer than this says nothing about where its tags point now. */
const FRESH_MS = 48 * 3_600_000;

/** What the tags that the containers of a host were created from point to now, where their registry is connected. */
export async function hostRegistryTags(
  executor: Executor,
  evidence: HostEvidence,
  now: Date,
): Promise<Record<string, RegistryTagFact>> {
  const inspected = evidence.containersInspect;
  const containers = inspected && !isFailed(inspected) ? inspected : [];
  const references = new Set(containers.flatMap((one) => (isFailed(one) ? [] : [one.Config.Image ?? ""])));
  const registries = new Map<string, string>();
  for (const { id, url } of await listedRegistries(executor, new Date(now.getTime() - FRESH_MS))) {
    const host = hostOf(url);
    if (host !== null && !registries.has(host)) registries.set(host, id);
  }
  const wanted = [...references].flatMap((reference) => {
    const named = imageReference(reference);
    const registryId = named && registries.get(named.registry);
    return registryId ? [{ reference, registryId, repository: named.repository, tag: named.tag }] : [];
  });
  if (wanted.length === 0) return {};
  const found = await tagsNow(executor, wanted);
  return Object.fromEntries(
    found.map(({ reference, digests, movedAt, asOf }) => [
      reference,
      { digests, movedAt: movedAt.toISOString(), asOf: asOf.toISOString() },
    ]),
  );
}

function hostOf(url: string): string | null {
  try {
    return imageReference(`${new URL(url).host}/x`)?.registry ?? null;
  } catch {
    return null;
  }
}
