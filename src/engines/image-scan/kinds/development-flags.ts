import type { Diagnostic } from "#domain/evidence.ts";
import { npmLock } from "../analyzers/npm-lock.ts";
import type { FileNode } from "../tree-nodes.ts";

/** What the locks of an image say about which places are for development only. */
export class DevelopmentFlags {
  /** Folder of the project (with trailing slash) → places of development packages in it. */
  private readonly projects = new Map<string, Set<string>>();

  constructor(locks: [string, FileNode][], diagnostics: Diagnostic[]) {
    // npm's own record of the tree on disk is the better witness, so it is read last and wins.
    const isHidden = (path: string) => path.endsWith("node_modules/.package-lock.json");
    for (const hidden of [false, true]) {
      for (const [path, node] of locks) {
        if (isHidden(path) !== hidden) continue;
        const parsed = npmLock.parse(node.bytes, path);
        diagnostics.push(...parsed.diagnostics);
        const folder = path.slice(0, path.lastIndexOf("/") + 1);
        const project = hidden ? folder.slice(0, -"node_modules/".length) : folder;
        this.projects.set(
          project,
          new Set(parsed.result.packages.filter((entry) => entry.dev).map((entry) => entry.place)),
        );
      }
    }
  }

  isDev(path: string): boolean {
    const folder = path.slice(0, -"/package.json".length);
    for (let cut = folder.indexOf("node_modules/"); cut >= 0; cut = folder.indexOf("node_modules/", cut + 1)) {
      const places = this.projects.get(folder.slice(0, cut));
      if (places !== undefined) return places.has(folder.slice(cut));
    }
    return false;
  }
}
