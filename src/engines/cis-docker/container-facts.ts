import type { ContainerInspect, HostEvidence, HostSection } from "./facts.ts";
import { isFailed } from "./facts.ts";

type ProcessState = NonNullable<NonNullable<HostSection["containerProcesses"]>[string]>;

/** A container with what rules need beside the raw inspection: its name, where it stands in the evidence, its process. */
export interface Container {
  id: string;
  name: string;
  pointer: string;
  /** Running or paused: judged. Others are reported as notes. */
  isActive: boolean;
  isKubernetes: boolean;
  inspect: ContainerInspect;
  process: ProcessState | null;
  /** Names of programs in the container's own process list; null when it could not be read. */
  programs: string[] | null;
  /** JSON pointer of that list. */
  programsPointer: string;
}

/** All containers of the evidence, sorted by name; null when they could not be read. */
export function containerFacts(evidence: HostEvidence): Container[] | null {
  const inspected = inspections(evidence);
  if (!inspected) return null;
  const host = evidence.host && !isFailed(evidence.host) ? evidence.host : null;
  const tops = evidence.containersTop && !isFailed(evidence.containersTop) ? evidence.containersTop : {};
  const containers = inspected.flatMap((inspect, index): Container[] => {
    if (isFailed(inspect)) return [];
    const labels = inspect.Config.Labels ?? {};
    const status = inspect.State.Status ?? (inspect.State.Running ? "running" : "exited");
    const container: Container = {
      id: inspect.Id,
      name: inspect.Name.replace(/^\//, ""),
      pointer: `/containersInspect/${index}`,
      isActive: ["running", "paused", "restarting"].includes(status),
      isKubernetes: "io.kubernetes.pod.name" in labels || inspect.Name.startsWith("/k8s_"),
      inspect,
      process: host?.containerProcesses?.[inspect.Id] ?? null,
      programsPointer: `/containersTop/${(inspect.Name in tops ? inspect.Name : inspect.Id).replaceAll("/", "~1")}/Processes`,
      programs: programsOf(tops[inspect.Name] ?? tops[inspect.Id] ?? tops[inspect.Name.replace(/^\//, "")]),
    };
    return [container];
  });
  return containers.sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
}

/**
 * What was inspected. A list of containers that is empty needs no inspection; one that names running containers while none
 * was inspected is not whole.
 */
function inspections({ containersInspect, containersList }: HostEvidence) {
  const list = containersList && !isFailed(containersList) ? containersList : null;
  if (!containersInspect || isFailed(containersInspect)) return list?.length === 0 ? [] : null;
  const runs = list?.some(({ State }) => State === "running" || State === "paused") ?? false;
  return runs && containersInspect.length === 0 ? null : containersInspect;
}

/** Why containers of the list could not be inspected; one that is gone by now (404) is no gap. */
export function unreadContainers(evidence: HostEvidence): string[] {
  return (inspections(evidence) ?? []).flatMap((inspect) =>
    isFailed(inspect) && inspect.error.code !== "HTTP 404" ? [`${inspect.error.code}: ${inspect.error.message}`] : [],
  );
}

function programsOf(top: unknown): string[] | null {
  if (typeof top !== "object" || top === null || isFailed(top) || !("Processes" in top)) return null;
  const titles = "Titles" in top && Array.isArray(top.Titles) ? top.Titles.map(String) : [];
  // docker top answers the columns of `ps`: the last one is the whole command line.
  const command = titles.length > 0 ? titles.length - 1 : -1;
  const rows = Array.isArray(top.Processes) ? top.Processes : [];
  return rows.map((row) => (Array.isArray(row) ? String(row[command >= 0 ? command : row.length - 1] ?? "") : ""));
}

type MountFact = NonNullable<ContainerInspect["Mounts"]>[number];

/** Mounts of a container; engines that leave them out still say the binds. */
export function mountsOf({ inspect }: Container): MountFact[] {
  if (inspect.Mounts) return inspect.Mounts;
  return (inspect.HostConfig.Binds ?? []).flatMap((bind): MountFact[] => {
    const [source = "", destination = "", options = ""] = bind.split(":");
    const words = options.split(",");
    return source.startsWith("/")
      ? [
          {
            Type: "bind",
            Source: source,
            Destination: destination,
            RW: !words.includes("ro"),
            Propagation: words.find((word) => /^r?(shared|slave|private)$/.test(word)) ?? "",
          },
        ]
      : [];
  });
}

export type NamespaceKind = "NetworkMode" | "PidMode" | "IpcMode";

/**
 * Where a container's namespace really comes from: follows `container:<id or name>` until another mode or a cycle.
 * Returns the final mode and the names passed on the way; `isLost` when the container it joins is not in the evidence.
 */
export function resolveNamespace(
  container: Container,
  kind: NamespaceKind,
  all: readonly Container[],
): { mode: string; through: string[]; isLost?: boolean } {
  const through: string[] = [];
  const seen = new Set<string>();
  let current: Container | undefined = container;
  for (;;) {
    const mode: string = current?.inspect.HostConfig[kind] ?? "";
    const target = mode.startsWith("container:") ? mode.slice("container:".length) : undefined;
    if (target === undefined || !current || seen.has(current.id)) return { mode, through };
    seen.add(current.id);
    const next =
      all.find((other) => other.id === target || other.name === target) ??
      all.find((other) => other.id.startsWith(target));
    if (!next) return { mode, through, isLost: true };
    through.push(next.name);
    current = next;
  }
}
