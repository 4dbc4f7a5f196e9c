import type { LayerFacts } from "./facts.ts";
import type { DirectoryNode } from "./tree-nodes.ts";

/**
 * What the opaque marks of one layer take away. Runtimes remember the paths that the layer has unpacked so far, as the tar
 * writes them, and a mark removes everything in its folder that is not among them, folders of lower layers with all in them.
 * A folder that only this layer made stays here though its tar does not name it, as the image spec and overlays have it.
 */
export class OpaqueMarks {
  private readonly unpacked: Set<string> | null;
  private readonly emptied = new Set<string>();
  private readonly made = new Set<DirectoryNode>();

  constructor(facts: LayerFacts) {
    const hasMarks = facts.entries.some((entry) => typeof entry !== "string" && entry.kind === "opaque");
    this.unpacked = hasMarks ? new Set() : null;
  }

  /** Notes a path that the layer brings. */
  note(path: string): void {
    this.unpacked?.add(path);
  }

  /** Notes a folder that had to be made for what lies in it. */
  noteMade(folder: DirectoryNode): void {
    if (this.unpacked !== null) this.made.add(folder);
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
      const isNamed = this.unpacked?.has(path) === true;
      const isMade = node.kind === "directory" && this.made.has(node);
      if (node.kind === "directory" && (isNamed || isMade)) this.prune(node, `${path}/`);
      if (!isNamed && !(isMade && node.children.size > 0)) folder.children.delete(name);
    }
  }
}
