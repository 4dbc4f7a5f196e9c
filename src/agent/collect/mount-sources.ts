import type { CollectedFile, HostRoot } from "./host-root.ts";
import { inParallel } from "./in-parallel.ts";

/** The most places that one host's mounts are followed to. */
const MOST_SOURCES = 5000;

/**
 * Where the sources of bind mounts lead on the host, and the places that volumes are bound to or laid over: the kernel follows
 * their links. `inspected` and `volumes` are the engine's answers.
 */
export async function mountSources(root: HostRoot, inspected: unknown, volumes: unknown): Promise<CollectedFile[]> {
  const containers: unknown[] = Array.isArray(inspected) ? inspected : [];
  const mounts = containers.flatMap((container) => listOf(fieldOf(container, "Mounts")));
  const sources = mounts.filter((mount) => fieldOf(mount, "Type") === "bind").map((mount) => fieldOf(mount, "Source"));
  const options = listOf(fieldOf(fieldOf(volumes, "volumes"), "Volumes")).map((volume) => fieldOf(volume, "Options"));
  const devices = options.map((option) => fieldOf(option, "device"));
  const layers = options.flatMap((option) =>
    [...String(fieldOf(option, "o") ?? "").matchAll(/(?:lower|upper)dir=([^,]*)/g)].flatMap(([, list = ""]) =>
      list.split(":"),
    ),
  );
  const paths = [...sources, ...devices, ...layers].filter(
    (path): path is string => typeof path === "string" && path.startsWith("/"),
  );
  return inParallel([...new Set(paths)].sort().slice(0, MOST_SOURCES), (path) => root.file(path));
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && name in value ? (value as Record<string, unknown>)[name] : undefined;
