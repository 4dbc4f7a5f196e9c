import type { Diagnostic } from "#domain/evidence.ts";
import { DiagnosticList } from "./diagnostic-list.ts";
import type { LayerFacts } from "./facts.ts";
import { isWanted } from "./wanted-files.ts";

/** A kept file. `previous` is what lay at the same path before, so that the layer that brought a version can be told. */
export interface FileNode {
  kind: "file";
  bytes: Uint8Array;
  layer: number;
  previous: FileNode | null;
  /** Set-user-id and set-group-id bits, 0 = none. */
  setIdBits: number;
}
/** A file whose content was not kept but that has the set-user-id or set-group-id bit. */
interface MarkedNode {
  kind: "marked";
  setIdBits: number;
}
interface LinkNode {
  kind: "link";
  target: string;
}
interface DirectoryNode {
  kind: "directory";
  children: Map<string, TreeNode>;
}
type TreeNode = FileNode | MarkedNode | LinkNode | DirectoryNode;

/** Links that are followed for one path, as Linux does. */
const maxHops = 40;
/** Bound of memory against archives made of nothing but folders. */
const maxNodes = 1_000_000;

/**
 * The file system of an image as far as analysers care, built by applying layers from the bottom up the way container
 * runtimes do: deletions of a layer touch only lower layers, a parent that is a link is followed inside the root, an
 * entry replaces whatever was at its path unless both are directories.
 */
export class FileTree {
  private readonly root: DirectoryNode = newDirectory();
  private readonly problems = new DiagnosticList();
  private nodes = 0;

  /** Applies the next layer. `layer` is its index, 0 = lowest. */
  apply(facts: LayerFacts, layer: number): void {
    for (const folder of facts.opaqueDirectories) this.empty(folder);
    for (const path of facts.whiteouts) this.remove(path);
    for (const path of facts.directories) this.replaceByDirectory(path);
    for (const path of facts.others) this.remove(path);
    for (const link of facts.links) {
      if (link.kind === "symbolic") this.put(link.path, () => ({ kind: "link", target: link.target }));
    }
    const bits = new Map((facts.setIdFiles ?? []).map((file) => [file.path, file.bits]));
    this.mark(facts, bits);
    for (const file of facts.files) {
      this.put(file.path, (old) => ({
        kind: "file",
        bytes: file.bytes,
        layer,
        previous: old?.kind === "file" ? old : null,
        setIdBits: bits.get(file.path) ?? 0,
      }));
    }
    for (const link of facts.links) {
      // Runtimes set the mode that the link's own header states.
      if (link.kind === "hard")
        this.putHardLink(link.path, link.target, { layer, setIdBits: bits.get(link.path) ?? 0 });
    }
  }

  /** The file at `path`, links followed; null when there is none or its content was not kept. */
  file(path: string): FileNode | null {
    const node = this.resolve(path);
    return node?.kind === "file" ? node : null;
  }

  /** Kept files directly inside a folder, links followed, sorted by name. */
  filesIn(path: string): { name: string; node: FileNode }[] {
    const folder = this.resolve(path);
    if (folder?.kind !== "directory") return [];
    const found: { name: string; node: FileNode }[] = [];
    for (const name of folder.children.keys()) {
      const node = this.resolve(`${path}/${name}`);
      if (node?.kind === "file") found.push({ name, node });
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** True when something at `path` or above it is a link that leads to nothing that was kept. */
  endsInLink(path: string): boolean {
    const parts = path.split("/");
    for (let count = 1; count <= parts.length; count += 1) {
      const prefix = parts.slice(0, count).join("/");
      const end = this.lookUp(prefix)?.kind === "link" ? this.resolve(prefix) : undefined;
      if (end === null || end?.kind === "marked") return true;
    }
    return false;
  }

  /** Every kept file with the path where it really lies, in no particular order. */
  *files(): Generator<[path: string, node: FileNode]> {
    const open: [string, DirectoryNode][] = [["", this.root]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [prefix, directory] = next;
      for (const [name, node] of directory.children) {
        if (node.kind === "file") yield [prefix + name, node];
        else if (node.kind === "directory") open.push([`${prefix}${name}/`, node]);
      }
    }
  }

  /** Every file with the set-user-id or set-group-id bit, with the path where it really lies, in no particular order. */
  *setIdFiles(): Generator<{ path: string; bits: number }> {
    const open: [string, DirectoryNode][] = [["", this.root]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [prefix, directory] = next;
      for (const [name, node] of directory.children) {
        if (node.kind === "directory") open.push([`${prefix}${name}/`, node]);
        else if (node.kind !== "link" && node.setIdBits !== 0) yield { path: prefix + name, bits: node.setIdBits };
      }
    }
  }

  diagnostics(): Diagnostic[] {
    return this.problems.list();
  }

  /** Kept files and hard links carry their bits themselves, with what lay at their path before. */
  private mark(facts: LayerFacts, bits: ReadonlyMap<string, number>): void {
    if (bits.size === 0) return;
    const others = new Set([...facts.files, ...facts.links].map(({ path }) => path));
    for (const [path, setIdBits] of bits) if (!others.has(path)) this.put(path, () => ({ kind: "marked", setIdBits }));
  }

  private empty(folder: string): void {
    const node = folder === "" ? this.root : this.resolve(folder);
    if (node?.kind === "directory") node.children.clear();
  }

  private remove(path: string): void {
    const place = this.existing(path);
    place?.directory.children.delete(place.name);
  }

  private replaceByDirectory(path: string): void {
    const place = this.existing(path);
    if (place !== null && place.node.kind !== "directory") place.directory.children.set(place.name, newDirectory());
  }

  private put(path: string, make: (old: TreeNode | undefined) => TreeNode): void {
    const end = path.lastIndexOf("/");
    const parent = end < 0 ? this.root : this.walk(path.slice(0, end), true);
    if (parent === null) {
      if (isWanted(path))
        this.problems.add({
          code: "unreachable-file",
          message: "Left out: its folder is behind links that lead nowhere or in a circle.",
          path,
        });
      return;
    }
    this.add(parent, path.slice(end + 1), make);
  }

  private add(parent: DirectoryNode, name: string, make: (old: TreeNode | undefined) => TreeNode): void {
    const old = parent.children.get(name);
    if (old === undefined && !this.countNode()) return;
    parent.children.set(name, make(old));
  }

  private countNode(): boolean {
    this.nodes += 1;
    if (this.nodes <= maxNodes) return true;
    this.problems.add({
      code: "too-many-folders",
      message: "The image has more folders and files of interest than can be held.",
    });
    return false;
  }

  private putHardLink(path: string, target: string, { layer, setIdBits }: { layer: number; setIdBits: number }): void {
    const node = this.lookUp(target);
    if (node?.kind === "file") {
      this.put(path, (old) => ({
        ...node,
        layer,
        previous: old?.kind === "file" ? old : null,
        setIdBits: node.setIdBits | setIdBits,
      }));
    } else if (node?.kind === "link") {
      this.put(path, () => ({ ...node }));
    } else {
      const bits = setIdBits | (node?.kind === "marked" ? node.setIdBits : 0);
      if (bits !== 0) this.put(path, () => ({ kind: "marked", setIdBits: bits }));
      else this.remove(path);
      if (isWanted(path))
        this.problems.add({
          code: "hard-link-not-read",
          message: "Not read: it is a hard link to a file whose content was not kept.",
          path,
        });
    }
  }

  /** What is at `path` itself; links above it are followed, a link at it is not. */
  private lookUp(path: string): TreeNode | null {
    return this.existing(path)?.node ?? null;
  }

  private existing(path: string): { directory: DirectoryNode; name: string; node: TreeNode } | null {
    let directory = this.root;
    let start = 0;
    for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", start)) {
      const child = directory.children.get(path.slice(start, slash));
      if (child === undefined || isFile(child)) return null;
      if (child.kind === "link") {
        const resolved = this.walk(path.slice(0, slash), false);
        if (resolved === null) return null;
        directory = resolved;
      } else directory = child;
      start = slash + 1;
    }
    const name = path.slice(start);
    const node = directory.children.get(name);
    return node === undefined ? null : { directory, name, node };
  }

  private resolve(path: string): TreeNode | null {
    const place = this.existing(path);
    if (place?.node.kind !== "link") return place?.node ?? null;
    return new Walk(this.root).follow(path);
  }

  /** The directory at `path` with every link followed; with `create`, missing ones are made as a runtime makes them. */
  private walk(path: string, create: boolean): DirectoryNode | null {
    const node = new Walk(this.root, create ? () => this.countNode() : null).follow(path);
    return node?.kind === "directory" ? node : null;
  }
}

/** One walk from the root along a path, following links with a bound. */
class Walk {
  private readonly trail: DirectoryNode[];
  private readonly mayCreate: (() => boolean) | null;
  private hops = 0;

  constructor(root: DirectoryNode, mayCreate: (() => boolean) | null = null) {
    this.trail = [root];
    this.mayCreate = mayCreate;
  }

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
      else if (isFile(node)) return open.length === 0 ? node : null;
      else if (!this.enter(node, open)) return null;
    }
    return this.here();
  }

  private step(part: string): TreeNode | null {
    const children = this.here().children;
    const node = children.get(part);
    const blocks = node === undefined || (isFile(node) && this.mayCreate !== null);
    if (!blocks) return node;
    if (this.mayCreate === null || !this.mayCreate()) return null;
    const created = newDirectory();
    children.set(part, created);
    return created;
  }

  private enter(link: LinkNode, open: string[]): boolean {
    this.hops += 1;
    if (this.hops > maxHops) return false;
    if (link.target.startsWith("/")) this.trail.length = 1;
    for (const part of link.target.split("/").reverse()) open.push(part);
    return true;
  }

  private here(): DirectoryNode {
    return this.trail[this.trail.length - 1] as DirectoryNode;
  }
}

function isFile(node: TreeNode): node is FileNode | MarkedNode {
  return node.kind === "file" || node.kind === "marked";
}

function newDirectory(): DirectoryNode {
  return { kind: "directory", children: new Map() };
}
