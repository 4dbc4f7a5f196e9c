import type { HostAssessment } from "#engines/cis-docker/assess.ts";
import type { Container } from "#engines/cis-docker/container-facts.ts";
import { type HostEvidence, isFailed } from "#engines/cis-docker/facts.ts";
import { topLevelImages } from "#engines/cis-docker/image-facts.ts";
import { publishedPorts } from "#engines/cis-docker/published-ports.ts";
import type { SeenContainer, SeenImage } from "#store/host/host-contents.ts";

/** Containers of a report as they are stored and shown, with the number of controls each breaks. */
export function seenContainers({ facts, controls }: HostAssessment): SeenContainer[] {
  const failing = new Map<string, Set<string>>();
  for (const { rule, outcome } of controls) {
    if (rule.scope !== "container" || outcome.status !== "unhealthy") continue;
    for (const reading of outcome.readings) {
      if (reading.item) failing.set(reading.item, (failing.get(reading.item) ?? new Set()).add(rule.id));
    }
  }
  const digestOf = new Map((facts.images ?? []).map((image) => [image.id, image.digests[0] ?? null]));
  return (facts.containers ?? []).map((container) => ({
    containerId: container.id,
    name: container.name,
    imageRef: container.inspect.Config.Image ?? null,
    imageId: container.inspect.Image ?? null,
    imageDigest:
      container.inspect.ImageManifestDescriptor?.digest ?? digestOf.get(container.inspect.Image ?? "") ?? null,
    state: container.inspect.State.Status ?? "unknown",
    facts: containerDetails(container),
    brokenRules: [...(failing.get(container.name) ?? [])].sort(),
  }));
}

function containerDetails(container: Container) {
  const { HostConfig, Config } = container.inspect;
  return {
    ...lifeOf(container),
    ...limitsOf(container),
    user: Config.User || null,
    privileged: HostConfig.Privileged === true,
    readOnlyRoot: HostConfig.ReadonlyRootfs === true,
    capabilitiesAdded: HostConfig.CapAdd ?? [],
    capabilitiesDropped: HostConfig.CapDrop ?? [],
    securityOptions: HostConfig.SecurityOpt ?? [],
    command: [...(Config.Entrypoint ?? []), ...(Config.Cmd ?? [])].join(" ").slice(0, 500),
    environment: (Config.Env ?? []).map((entry) => entry.split("=")[0] ?? ""),
    labels: Object.fromEntries(Object.entries(Config.Labels ?? {}).slice(0, 50)),
    mounts: (container.inspect.Mounts ?? []).map(({ Type, Source, Destination, RW }) => ({
      type: Type ?? null,
      source: Source ?? null,
      destination: Destination ?? null,
      writable: RW !== false,
    })),
    ports: publishedPorts(container).map(({ containerPort, hostIp, hostPort }) => ({
      containerPort,
      hostIp,
      hostPort,
    })),
  };
}

function lifeOf({ inspect: { State, Created } }: Container) {
  return {
    createdAt: Created ?? null,
    startedAt: State.StartedAt ?? null,
    finishedAt: State.FinishedAt ?? null,
    health: State.Health?.Status ?? null,
  };
}

function limitsOf({ inspect: { HostConfig, NetworkSettings } }: Container) {
  return {
    network: HostConfig.NetworkMode ?? null,
    networks: Object.keys(NetworkSettings?.Networks ?? {}),
    pid: HostConfig.PidMode || null,
    ipc: HostConfig.IpcMode || null,
    memoryBytes: HostConfig.Memory || null,
    cpus: HostConfig.NanoCpus ? HostConfig.NanoCpus / 1e9 : null,
    pidsLimit: HostConfig.PidsLimit ?? null,
    restart: HostConfig.RestartPolicy?.Name ?? null,
  };
}

/** Images of a report as they are stored and shown: the ones that the host's image count counts, dangling ones too. */
export function seenImages({ facts }: HostAssessment): SeenImage[] {
  const named = (facts.images ?? []).map((image) => ({
    imageId: image.id,
    name: image.name,
    tags: image.tags,
    digests: image.digests,
    digest: image.digests[0] ?? null,
    sizeBytes: image.sizeBytes,
    createdAt: image.createdAt,
    isUsed: image.isUsed,
  }));
  const listed = new Set(named.map(({ imageId }) => imageId));
  const dangling = (topLevelImages(facts.evidence) ?? []).filter(({ id }) => !listed.has(id));
  return [...named, ...dangling.map(({ id }) => danglingImage(facts.evidence, id))];
}

function danglingImage({ imagesList }: HostEvidence, imageId: string): SeenImage {
  const summary = imagesList && !isFailed(imagesList) ? imagesList.find(({ Id }) => Id === imageId) : undefined;
  return {
    imageId,
    name: imageId.replace("sha256:", "").slice(0, 12),
    tags: [],
    digests: [],
    digest: null,
    sizeBytes: summary?.Size ?? 0,
    createdAt: summary?.Created ? new Date(summary.Created * 1000).toISOString() : null,
    isUsed: false,
  };
}
