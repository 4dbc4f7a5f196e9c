import type { Reading } from "../kit/outcome.ts";
import { type Container, type MountFact, mountsOf } from "./container-facts.ts";
import { isFailed } from "./facts.ts";
import type { HostFacts } from "./host-facts.ts";
import { isAbsent } from "./host-files.ts";
import { normalSource } from "./mount-sources.ts";
import { boundFrom } from "./mount-table.ts";

/** What a mount of a container shows of the host. */
export interface MountOrigin {
  mount: MountFact;
  index: number;
  /** Every name of the place: as written, with links followed, and by the mount table. */
  places: string[];
  /** False when where it leads was not read, so that it may be any other place as well. */
  isKnown: boolean;
  /** As written, and where it leads if that is elsewhere. */
  words: string;
}

/**
 * Folders and files of the host that a container sees: bind mounts, and named volumes that are bound to, or laid over, a place
 * of the host or hold one of its disks. The kernel follows links and bind mounts of the host, so they are followed here.
 */
export function mountOrigins(container: Container, facts: HostFacts): MountOrigin[] {
  return mountsOf(container).flatMap((mount, index) => {
    const written = mount.Type === "bind" ? [mount.Source ?? ""] : volumePlaces(mount, facts);
    if (written === null)
      return [{ mount, index, places: [], isKnown: false, words: `the volume ${mount.Name ?? mount.Source}` }];
    if (written.length === 0) return [];
    const found = written.map((place) => follow(normalSource(place), facts));
    const places = [...new Set(found.flatMap(({ names }) => names))];
    const leads = places.filter((place) => !written.map(normalSource).includes(place));
    return [
      {
        mount,
        index,
        places,
        isKnown: found.every(({ isKnown }) => isKnown),
        words: `${written.join(", ")}${leads.length > 0 ? ` → ${leads.join(", ")}` : ""}`,
      },
    ];
  });
}

/** Every name of a path: links followed as far as they were read, then the place that the mount table binds there. */
function follow(path: string, facts: HostFacts): { names: string[]; isKnown: boolean } {
  const fact = facts.files.find(path);
  // What is not there leads nowhere; the engine makes a folder of that name.
  const isKnown = fact !== undefined && (Boolean(fact.real) || isAbsent(fact));
  const real = normalSource(fact?.real ?? throughParents(path, facts));
  const mounts = facts.mounts ?? [];
  const names = [path, real, ...[path, real].map((name) => normalSource(boundFrom(mounts, name)))];
  return { names: [...new Set(names)], isKnown };
}

/** A path whose nearest known parent is a link to elsewhere. */
function throughParents(path: string, { files }: HostFacts): string {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    const parent = files.find(path.slice(0, end));
    if (parent?.real) return `${parent.real}${path.slice(end)}`;
  }
  return path;
}

/** Places of the host that a named volume shows; none for the engine's own folders, null when its options were not read. */
function volumePlaces(mount: MountFact, facts: HostFacts): string[] | null {
  if (mount.Type !== "volume") return [];
  const bound = boundFrom(facts.mounts ?? [], mount.Source ?? "");
  // The mount table shows what is bound to a volume in use.
  if (mount.Source && bound !== mount.Source) return [bound];
  const answer = facts.evidence.pluginsVolumes;
  const list = answer && !isFailed(answer) ? answer.volumes?.Volumes : undefined;
  // An engine without volumes leaves the list out, yet this one is mounted.
  if (!list) return mount.Name && (mount.Driver ?? "local") === "local" ? null : [];
  const options = list.find((volume) => volume.Name === mount.Name)?.Options ?? {};
  const layers = (options.o ?? "").match(/(?:lower|upper)dir=[^,]*/g) ?? [];
  const overlaid = layers.flatMap((layer) => layer.slice("lowerdir=".length).split(":"));
  const device = options.device ?? "";
  const ofDisk = (facts.mounts ?? []).filter(({ source, root }) => root === "/" && source === device);
  const isPath = device.startsWith("/");
  return [
    ...(isPath ? [device] : []),
    ...(device.startsWith("/dev/") ? ofDisk.map(({ mountPoint }) => mountPoint) : []),
    ...overlaid,
  ];
}

/** The answer for a mount whose place was not read. */
export function unreadMount(container: Container, { mount, index, words }: MountOrigin): Reading {
  return {
    item: container.name,
    path: `Mounts[${index}].Source`,
    pointer: `${container.pointer}/Mounts/${index}/Source`,
    actual: `${words} on ${mount.Destination}: where it leads on the host was not read`,
    expected: "a place whose links were followed",
  };
}
