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
  /** Process ids of that list, in the host's numbers. */
  pids: number[];
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
      programs: programsOf(topOf(tops, inspect)),
      pids: pidsOf(topOf(tops, inspect)),
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

/** A container that is there and could not be inspected: what the list says of it, and why there is no more. */
export interface UnreadContainer {
  name: string;
  isActive: boolean;
  why: string;
  /** Its mounts and network as the list gives them; null when the list does not name it. */
  listed: Container | null;
}

/**
 * Containers that are there and could not be inspected; one that is gone by now (404, or in the list alone) is no gap. Where
 * inspection failed as a whole, all of the list.
 */
export function unreadContainers(evidence: HostEvidence): UnreadContainer[] {
  const { containersInspect, containersList } = evidence;
  const list = containersList && !isFailed(containersList) ? containersList : [];
  if (isFailed(containersInspect)) {
    const why = `${containersInspect.error.code}: ${containersInspect.error.message}`;
    return list.map((summary) => unreadOf(summary, why));
  }
  const inspected = inspections(evidence) ?? [];
  const known = new Set(inspected.flatMap((inspect) => (isFailed(inspect) ? [] : [inspect.Id])));
  const failures = inspected.flatMap((inspect) =>
    isFailed(inspect) && inspect.error.code !== "HTTP 404"
      ? [{ why: `${inspect.error.code}: ${inspect.error.message}`, id: inspect.Id }]
      : [],
  );
  const missing = list.filter(({ Id }) => !known.has(Id));
  return failures.map(({ why, id }, index) => {
    // Engines name the container in their words; without that, as many of the list are missing as failed.
    const summary =
      missing.find(({ Id }) => Id === id || why.includes(Id)) ??
      (missing.length === failures.length ? missing[index] : undefined);
    return summary
      ? unreadOf(summary, why)
      : {
          name: `container ${index + 1} that was not read`,
          // Only where every one that is missing is stopped, is this one.
          isActive: missing.length === 0 || missing.some(({ State }) => !isStopped(State)),
          why,
          listed: null,
        };
  });
}

type Summary = NonNullable<Extract<HostEvidence["containersList"], unknown[]>>[number];

const isStopped = (state: string | null | undefined) => ["exited", "created", "dead", "removing"].includes(state ?? "");

function unreadOf(summary: Summary, why: string): UnreadContainer {
  const name = (summary.Names?.[0] ?? summary.Id.slice(0, 12)).replace(/^\//, "");
  const isActive = !isStopped(summary.State);
  const listed: Container = {
    id: summary.Id,
    name,
    pointer: "/containersList",
    isActive,
    isKubernetes: "io.kubernetes.pod.name" in (summary.Labels ?? {}),
    inspect: {
      Id: summary.Id,
      Name: `/${name}`,
      Image: summary.ImageID,
      State: { Status: summary.State },
      HostConfig: { NetworkMode: summary.HostConfig?.NetworkMode },
      Mounts: summary.Mounts ?? [],
      Config: { Labels: summary.Labels },
    },
    process: null,
    programs: null,
    programsPointer: "/containersTop",
    pids: [],
  };
  return { name, isActive, why, listed };
}

function topOf(tops: Record<string, unknown>, { Name, Id }: ContainerInspect): unknown {
  return tops[Name] ?? tops[Id] ?? tops[Name.replace(/^\//, "")];
}

function pidsOf(top: unknown): number[] {
  if (typeof top !== "object" || top === null || !("Titles" in top && "Processes" in top)) return [];
  const column = Array.isArray(top.Titles) ? top.Titles.indexOf("PID") : -1;
  const rows = Array.isArray(top.Processes) ? top.Processes : [];
  return column < 0 ? [] : rows.map((row) => Number(Array.isArray(row) ? row[column] : 0)).filter((pid) => pid > 0);
}

function programsOf(top: unknown): string[] | null {
  if (typeof top !== "object" || top === null || isFailed(top) || !("Processes" in top)) return null;
  const titles = "Titles" in top && Array.isArray(top.Titles) ? top.Titles.map(String) : [];
  // docker top answers the columns of `ps`: the last one is the whole command line.
  const command = titles.length > 0 ? titles.length - 1 : -1;
  const rows = Array.isArray(top.Processes) ? top.Processes : [];
  return rows.map((row) => (Array.isArray(row) ? String(row[command >= 0 ? command : row.length - 1] ?? "") : ""));
}

export type MountFact = NonNullable<ContainerInspect["Mounts"]>[number];

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
