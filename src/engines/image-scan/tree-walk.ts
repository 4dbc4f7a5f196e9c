import { type DirectoryNode, isPlainFile, type LinkNode, newDirectory, type TreeNode } from "./tree-nodes.ts";

/** Links that are followed for one path, as Linux does. */
const maxHops = 40;
/** No path of Linux has more levels: 4096 bytes at two bytes a level are more, but no tool makes such. */
const maxDepth = 1024;

/** How walks may go on: what they may still cost, and whether missing directories are made as a runtime makes them. */
export interface WalkRules {
  /** Parts of link targets that may still be followed, in the whole image. */
  budget: { linkParts: number };
  /** Asked before a directory is made; absent where none may be. */
  mayCreate?: () => boolean;
  /** Told of every directory that was made. */
  onCreated?: (directory: DirectoryNode) => void;
}

/** One walk from the root along a path, following links with a bound. */
export class TreeWalk {
  private readonly trail: DirectoryNode[];
  private readonly rules: WalkRules;
  private hops = 0;

  constructor(root: DirectoryNode, rules: WalkRules) {
    this.trail = [root];
    this.rules = rules;
  }

  /** What lies at the end of `path`, every link followed; null when that is nothing, or no runtime would get there. */
  follow(path: string): TreeNode | null {
    const open = path.split("/").reverse();
    for (let part = open.pop(); part !== undefined; part = open.pop()) {
      if (part === "" || part === ".") continue;
      if (part === "..") {
        if (this.trail.length > 1) this.trail.pop();
        continue;
      }
      const node = this.step(part);
      if (node === null) return null;
      if (node.kind === "directory") this.trail.push(node);
      else if (isPlainFile(node)) return open.length === 0 ? node : null;
      else if (!this.enter(node, open)) return null;
    }
    return this.here();
  }

  private step(part: string): TreeNode | null {
    const { children } = this.here();
    const node = children.get(part);
    const { mayCreate } = this.rules;
    if (node !== undefined && !(isPlainFile(node) && mayCreate !== undefined)) return node;
    if (mayCreate === undefined || this.trail.length > maxDepth || !mayCreate()) return null;
    const created = newDirectory();
    children.set(part, created);
    this.rules.onCreated?.(created);
    return created;
  }

  private enter(link: LinkNode, open: string[]): boolean {
    const parts = link.target.split("/").reverse();
    this.hops += 1;
    this.rules.budget.linkParts -= parts.length;
    if (this.hops > maxHops || this.rules.budget.linkParts < 0) return false;
    if (link.target.startsWith("/")) this.trail.length = 1;
    for (const part of parts) open.push(part);
    return true;
  }

  private here(): DirectoryNode {
    return this.trail[this.trail.length - 1] as DirectoryNode;
  }
}
