import type { LayerFacts } from "./facts.ts";
import type { DirectoryNode } from "./tree-nodes.ts";

/**
 * What the opaque marks of one layer take away. Runtimes remember the paths that the layer has unpacked so far, as the tar
 * writes them, and a mark removes everything in its folder that is not among them. What was unpacked into a folder that the
 * tar does not name stays here too, as the image spec and overlay file systems have it.
 */
export class OpaqueMarks {
  private readonly unpacked: Set<string> | null;
  private readonly emptied = new Set<string>();

  constructor(facts: LayerFacts) {
    const hasMarks = facts.entries.some((entry) => typeof entry !== "string" && entry.kind === "opaque");
    this.unpacked = hasMarks ? new Set() : null;
  }

  /** Notes a path that the layer brings. */
  note(path: string): void {
    this.unpacked?.add(path);
  }

  /** Empties the folder that the layer calls `path`. A second mark of the same path has nothing more to do. */
  empty(path: string, folder: DirectoryNode): void {
    if (this.emptied.has(path)) return;
    this.emptied.add(path);
    this.prune(folder, path === "" ? "" : `${path}/`);
  }

  private prune(folder: DirectoryNode, prefix: string): void {
    for (const [name, node] of folder.children) {
      const path = prefix + name;
      if (node.kind === "directory") this.prune(node, `${path}/`);
      const isOwn = this.unpacked?.has(path) === true || (node.kind === "directory" && node.children.size > 0);
      if (!isOwn) folder.children.delete(name);
    }
  }
}
