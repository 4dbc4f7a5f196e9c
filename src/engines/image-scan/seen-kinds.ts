import { type UnreadKindName, unreadKindNames } from "#domain/unread-kind.ts";
import type { Inventory, SeenKind } from "./facts.ts";
import type { FileTree } from "./file-tree.ts";
import { mayBeUnreadKind, unreadKindOf } from "./kinds/unread-kinds.ts";
import type { Owner, Ownership } from "./ownership.ts";

/** Paths that are named for each kind. */
const NAMED_PATHS = 5;

interface SeenFile {
  kind: UnreadKindName;
  path: string;
}

/** What an image holds that cannot be read yet, before anything is known of who owns it. */
export interface SeenFiles {
  files: SeenFile[];
  /** Native programs of which nothing tells the parts. */
  programs: string[];
}

/** Looks through the finished file system for kinds that are recognised but not read, and for programs. */
export function findSeen(tree: FileTree): SeenFiles {
  const files: SeenFile[] = [];
  const programs: string[] = [];
  for (const path of tree.others(mayBeUnreadKind)) {
    const kind = unreadKindOf(path);
    if (kind !== null) files.push({ kind, path });
  }
  for (const [path, program] of tree.programs()) {
    if (program === "go") files.push({ kind: "go", path });
    else programs.push(path);
  }
  return { files, programs };
}

/**
 * What of it is nobody's: not part of a package of the distribution, and not a lockfile whose packages are installed beside
 * it. `npmRoots` are folders (with trailing slash) that hold a `node_modules`.
 */
export function unownedSeen(
  found: SeenFiles,
  ownership: Ownership,
  npmRoots: ReadonlySet<string>,
): Pick<Inventory, "seen" | "undecidedSeen" | "programs"> {
  const isInstalledBeside = lockJudge(npmRoots);
  const open: SeenFile[] = [];
  const undecidedSeen: Inventory["undecidedSeen"] = [];
  for (const file of found.files) {
    if (isInstalledBeside(file)) continue;
    const owner = ownership.ownerOf(file.path);
    if (owner === undefined || !isJudged(owner)) open.push(file);
    else if (owner.standing === "undecided") undecidedSeen.push({ ...file, owner });
  }
  const programs = found.programs.filter((path) => ownership.ownerOf(path) === undefined).sort();
  return {
    seen: countByKind(open),
    undecidedSeen,
    programs: { count: programs.length, paths: programs.slice(0, NAMED_PATHS) },
  };
}

function isJudged(owner: Owner): boolean {
  return owner.ecosystem !== "" && owner.standing !== "foreign";
}

/** One entry per kind, in the order of the table of kinds. */
export function countByKind(files: readonly SeenFile[]): SeenKind[] {
  const byKind = new Map<UnreadKindName, string[]>();
  for (const { kind, path } of files) {
    const paths = byKind.get(kind);
    if (paths) paths.push(path);
    else byKind.set(kind, [path]);
  }
  return unreadKindNames.flatMap((kind) => {
    const paths = byKind.get(kind);
    return paths === undefined ? [] : [{ kind, count: paths.length, paths: paths.sort().slice(0, NAMED_PATHS) }];
  });
}

/** Adds up the findings of two looks at the same image. */
export function addSeen(a: readonly SeenKind[], b: readonly SeenKind[]): SeenKind[] {
  return unreadKindNames.flatMap((kind) => {
    const both = [...a, ...b].filter((entry) => entry.kind === kind);
    if (both.length === 0) return [];
    const count = both.reduce((sum, entry) => sum + entry.count, 0);
    const paths = both.flatMap((entry) => entry.paths).sort();
    return [{ kind, count, paths: paths.slice(0, NAMED_PATHS) }];
  });
}

const npmLocks = new Set<UnreadKindName>(["yarn", "pnpm", "bun"]);

function lockJudge(npmRoots: ReadonlySet<string>): (file: SeenFile) => boolean {
  // Every folder above an installed tree: a lock in one of them may be that of a workspace.
  const above = new Set<string>();
  let hasVirtualStore = false;
  for (const root of npmRoots) {
    hasVirtualStore ||= root.includes("node_modules/.pnpm/");
    for (let end = root.length; end >= 0; end = end === 0 ? -1 : root.lastIndexOf("/", end - 2) + 1)
      above.add(root.slice(0, end));
  }
  return ({ kind, path }) => {
    if (!npmLocks.has(kind)) return false;
    // pnpm's store holds what its trees link to.
    if (kind === "pnpm" && path.endsWith(".json")) return hasVirtualStore;
    return above.has(path.slice(0, path.lastIndexOf("/") + 1));
  };
}
