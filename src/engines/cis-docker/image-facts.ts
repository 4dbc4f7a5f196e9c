import type { Container } from "./container-facts.ts";
import { type HostEvidence, isFailed } from "./facts.ts";

/** One image on the host, under the name people know it by. */
export interface HostImage {
  id: string;
  pointer: string;
  /** First tag, else `<repository>@<digest>`, else the short id. */
  name: string;
  tags: string[];
  digests: string[];
  /** Where it was pulled from: the part of `repository@digest` before the digest. */
  repositories: string[];
  createdAt: string | null;
  sizeBytes: number;
  user: string;
  env: string[];
  healthcheck: string[] | null;
  labels: Record<string, string | null>;
  /** Oldest first; null when the history could not be read. */
  history: string[] | null;
  historyPointer: string;
  /** False when the image is listed and could not be inspected: user, variables and health check are not known. */
  isInspected: boolean;
  isUsed: boolean;
  /** True when every container made from it belongs to Kubernetes, which probes by itself. */
  isKubernetes: boolean;
  isTagged: boolean;
}

/** Images of the evidence that are tagged or used by a container, sorted by name; null when they could not be read. */
export function imageFacts(evidence: HostEvidence, containers: readonly Container[] | null): HostImage[] | null {
  const list = evidence.imagesList;
  if (!list || isFailed(list)) return null;
  const inspected = evidence.imagesInspect && !isFailed(evidence.imagesInspect) ? evidence.imagesInspect : [];
  const entries = Array.isArray(inspected)
    ? inspected.map((image, index) => [String(index), image] as const)
    : Object.entries(inspected);
  const inspections = entries.flatMap(([key, image]) => (isFailed(image) ? [] : [[key, image] as const]));
  const histories = evidence.imagesHistory && !isFailed(evidence.imagesHistory) ? evidence.imagesHistory : {};
  const used = new Set(
    (containers ?? []).flatMap((container) => [
      container.inspect.Image ?? "",
      container.inspect.ImageManifestDescriptor?.digest ?? "",
    ]),
  );
  const images = list.flatMap((summary): HostImage[] => {
    const found = inspections.find(([key, image]) => image.Id === summary.Id || key === summary.Id);
    const config = found?.[1].Config ?? {};
    const tags = (summary.RepoTags ?? found?.[1].RepoTags ?? []).filter((tag) => !tag.includes("<none>"));
    const repoDigests = (summary.RepoDigests ?? []).filter((digest) => !digest.includes("<none>"));
    const isUsed = used.has(summary.Id) || repoDigests.some((digest) => used.has(digest.split("@")[1] ?? ""));
    if (tags.length === 0 && !isUsed && repoDigests.length === 0) return [];
    const history = histories[summary.Id];
    return [
      {
        id: summary.Id,
        pointer: `/imagesInspect/${found?.[0] ?? summary.Id}`,
        name: tags[0] ?? repoDigests[0] ?? summary.Id.replace("sha256:", "").slice(0, 12),
        tags,
        repositories: repoDigests.map((digest) => digest.split("@")[0] ?? ""),
        digests: repoDigests.map((digest) => digest.split("@")[1] ?? ""),
        createdAt: found?.[1].Created ?? (summary.Created ? new Date(summary.Created * 1000).toISOString() : null),
        sizeBytes: summary.Size ?? 0,
        user: config.User ?? "",
        env: config.Env ?? [],
        healthcheck: config.Healthcheck?.Test ?? null,
        labels: config.Labels ?? {},
        history: Array.isArray(history) ? history.map((entry) => entry.CreatedBy ?? "").reverse() : null,
        historyPointer: `/imagesHistory/${summary.Id}`,
        isInspected: found !== undefined,
        isUsed,
        isKubernetes: isOfKubernetes(summary.Id, containers ?? []),
        isTagged: tags.length > 0,
      },
    ];
  });
  return images.sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
}

function isOfKubernetes(imageId: string, containers: readonly Container[]): boolean {
  const users = containers.filter(({ inspect }) => inspect.Image === imageId);
  return users.length > 0 && users.every((container) => container.isKubernetes);
}

/**
 * Images as people count them: tagged ones, and untagged ones that are no layer of another (dangling). Engines list the
 * layers of built images as well when asked for all.
 */
export function topLevelImages(evidence: HostEvidence): { id: string; isDangling: boolean }[] | null {
  const list = evidence.imagesList;
  if (!list || isFailed(list)) return null;
  const parents = new Set(list.map((image) => image.ParentId ?? ""));
  return list.flatMap((image) => {
    const isNamed = [...(image.RepoTags ?? []), ...(image.RepoDigests ?? [])].some((name) => !name.includes("<none>"));
    return isNamed || !parents.has(image.Id) ? [{ id: image.Id, isDangling: !isNamed }] : [];
  });
}
