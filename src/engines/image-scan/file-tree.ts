import type { Diagnostic } from "#domain/evidence.ts";
import { DiagnosticList } from "./diagnostic-list.ts";
import type { LayerEntry, LayerFacts, UnreadFile } from "./facts.ts";
import { defaultLayerLimits } from "./layer-limits.ts";
import { OpaqueMarks } from "./opaque-marks.ts";
import type { ProgramKind } from "./program-kind.ts";
import {
  type DirectoryNode,
  type FileNode,
  isPlainFile,
  newDirectory,
  type OtherNode,
  type TreeNode,
} from "./tree-nodes.ts";
import { TreeWalk } from "./tree-walk.ts";
import { isWanted } from "./wanted-files.ts";

/** Bounds of one image's tree, against archives made of nothing but folders, hard links or links to links. */
const treeLimits = {
  nodes: 3_000_000,
  keptBytes: defaultLayerLimits.wantedTotalBytes,
  /** Parts of link targets that are followed: seconds of work at the most. */
  linkParts: 30_000_000,
};

type FileEntry = Exclude<Extract<LayerEntry, { kind: "file" }>, string>;
interface Place {
  directory: DirectoryNode;
  name: string;
}
type Make = (old: TreeNode | undefined) => TreeNode;

/**
 * The file system of an image, built by applying the entries of its layers in their order the way container runtimes do:
 * an entry replaces whatever is at its path unless both are directories, a parent that is a link is followed inside the
 * root, a deletion acts on the path itself, an opaque mark on a link does nothing to the link's target.
 */
export class FileTree {
  private readonly root: DirectoryNode = newDirectory();
  private readonly problems = new DiagnosticList();
  private readonly budget: { linkParts: number };
  private readonly limits: typeof treeLimits;
  private marks: OpaqueMarks | null = null;
  private nodes = 0;
  private keptBytes = 0;
  /** Folders by the path that led to them, links followed; forgotten whenever a folder or link goes or a link comes. */
  private readonly folders = new Map<string, DirectoryNode>();
  /** Hard links that are wanted by their name to files whose content was not kept. */
  private readonly unreadLinks = new Map<string, OtherNode>();
  private readonly missed = new Set<OtherNode>();

  constructor(limits: Partial<typeof treeLimits> = {}) {
    this.limits = { ...treeLimits, ...limits };
    this.budget = { linkParts: this.limits.linkParts };
  }

  /** Applies the next layer. `layer` is its index, 0 = lowest. */
  apply(facts: LayerFacts, layer: number): void {
    this.marks = new OpaqueMarks(facts);
    for (const entry of facts.entries) {
      if (typeof entry === "string") this.set(entry, otherNode(entry, layer, 0));
      else this.applyEntry(entry, layer);
    }
    if (this.budget.linkParts < 0)
      this.problems.add({
        code: "too-many-links",
        message: "The image's links lead through so many others that not all of them were followed.",
      });
  }

  /** The file at `path`, links followed; null when there is none or its content was not kept. */
  file(path: string): FileNode | null {
    const node = this.follow(path);
    if (node?.kind === "other") this.missed.add(node);
    return node?.kind === "file" ? node : null;
  }

  /** Kept files directly inside a folder, links followed, sorted by name. */
  filesIn(path: string): { name: string; node: FileNode }[] {
    const folder = this.follow(path);
    if (folder?.kind !== "directory") return [];
    const found: { name: string; node: FileNode }[] = [];
    for (const name of folder.children.keys()) {
      const node = this.follow(`${path}/${name}`);
      if (node?.kind === "file") found.push({ name, node });
      else if (node?.kind === "other" && isWanted(`${path}/${name}`)) this.missed.add(node);
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** True when something at `path` or above it is a link that leads to nothing that was kept. */
  endsInLink(path: string): boolean {
    const parts = path.split("/");
    for (let count = 1; count <= parts.length; count += 1) {
      const prefix = parts.slice(0, count).join("/");
      const end = this.lookUp(prefix)?.kind === "link" ? this.follow(prefix) : undefined;
      if (end === null || end?.kind === "other") return true;
    }
    return false;
  }

  /** Every kept file with the path where it really lies, in no particular order. */
  files(): [path: string, node: FileNode][] {
    const found: [string, FileNode][] = [];
    this.visit((prefix, name, node) => {
      if (node.kind === "file") found.push([prefix + name, node]);
    });
    return found;
  }

  /**
   * Paths of all files whose content was not kept, where they really lie, in no particular order. `isOfInterest` sees the
   * last part of each path, so that most paths are never put together.
   */
  others(isOfInterest: (name: string) => boolean = () => true): string[] {
    const found: string[] = [];
    this.visit((prefix, name, node) => {
      if (node.kind === "other" && isOfInterest(name)) found.push(prefix + name);
    });
    return found;
  }

  /** Every program by its path, where it really lies, with what its first bytes tell; in no particular order. */
  programs(): [path: string, kind: ProgramKind][] {
    const found: [string, ProgramKind][] = [];
    this.visit((prefix, name, node) => {
      if (node.kind === "other" && node.program !== undefined) found.push([prefix + name, node.program]);
    });
    return found;
  }

  /** Every symbolic link as it lies in the tree, with its target, in no particular order. */
  links(): [path: string, target: string][] {
    const found: [string, string][] = [];
    this.visit((prefix, name, node) => {
      if (node.kind === "link") found.push([prefix + name, node.target]);
    });
    return found;
  }

  /** Every file with the set-user-id or set-group-id bit, with the path where it really lies, in no particular order. */
  setIdFiles(): { path: string; bits: number }[] {
    const found: { path: string; bits: number }[] = [];
    this.visit((prefix, name, node) => {
      if (isPlainFile(node) && node.setIdBits !== 0) found.push({ path: prefix + name, bits: node.setIdBits });
    });
    return found;
  }

  /**
   * Files whose content was asked for since the tree was made but was not kept: what a wanted hard link or a link at a
   * known place leads to. A second reading of their layers can bring it.
   */
  unread(): UnreadFile[] {
    const nodes = new Set(this.missed);
    for (const node of this.standingUnreadLinks().values()) nodes.add(node);
    return [...nodes].map((node) => ({ layer: node.sourceLayer, path: node.source }));
  }

  diagnostics(): Diagnostic[] {
    const all = new DiagnosticList();
    all.addAll(this.problems.list());
    for (const path of this.standingUnreadLinks().keys())
      all.add({
        code: "hard-link-not-read",
        message: "Not read: it is a hard link to a file whose content was not kept.",
        path,
      });
    return all.list();
  }

  private applyEntry(entry: Exclude<LayerEntry, string>, layer: number): void {
    switch (entry.kind) {
      case "file":
        this.putFile(entry, layer);
        break;
      case "directory":
        this.put(entry.path, (old) => (old?.kind === "directory" ? old : newDirectory()));
        break;
      case "symbolic":
        this.put(entry.path, () => ({ kind: "link", target: entry.target }));
        break;
      case "hard":
        this.putHardLink(entry, layer);
        break;
      case "whiteout":
        this.remove(entry.path);
        break;
      case "opaque":
        this.empty(entry.path);
        break;
    }
  }

  private putFile(entry: Omit<FileEntry, "kind">, layer: number): void {
    const { path, bytes, setIdBits, program } = entry;
    if (bytes === null || !this.mayKeep(path, bytes.byteLength)) {
      this.put(path, () => ({ ...otherNode(path, layer, setIdBits), ...(program === undefined ? {} : { program }) }));
      return;
    }
    this.put(path, (old) => ({ kind: "file", bytes, layer, previous: old?.kind === "file" ? old : null, setIdBits }));
  }

  /** Contents count each time they appear, because each time they are read: a hard link to a large file is not free. */
  private mayKeep(path: string, bytes: number): boolean {
    if (this.keptBytes + bytes <= this.limits.keptBytes) {
      this.keptBytes += bytes;
      return true;
    }
    this.problems.add({
      code: "files-too-large",
      message: "Not read: the image's package files together are over the limit.",
      path,
    });
    return false;
  }

  private putHardLink(entry: { path: string; target: string; setIdBits: number }, layer: number): void {
    const { path, target } = entry;
    const node = this.lookUp(target);
    if (node?.kind === "link") {
      this.put(path, () => node);
      return;
    }
    // Runtimes set the mode that the link's own header states.
    const setIdBits = entry.setIdBits | (node !== null && node.kind !== "directory" ? node.setIdBits : 0);
    if (node?.kind === "file") {
      this.putFile({ path, bytes: node.bytes, setIdBits }, layer);
    } else if (node?.kind === "other") {
      const linked = { ...node, setIdBits };
      this.put(path, () => linked);
      if (isWanted(path)) this.unreadLinks.set(path, linked);
    } else {
      this.remove(path);
      if (isWanted(path))
        this.problems.add({ code: "hard-link-not-read", message: "Not read: it is a hard link to nothing.", path });
    }
  }

  /** Hard links to unread content that no later entry replaced. */
  private standingUnreadLinks(): Map<string, OtherNode> {
    return new Map([...this.unreadLinks].filter(([path, node]) => this.lookUp(path) === node));
  }

  /** As runtimes do it: nothing happens where the path is a link; what this layer brought itself stays. */
  private empty(path: string): void {
    const node = path === "" ? this.root : this.lookUp(path);
    if (node?.kind !== "directory") return;
    this.folders.clear();
    this.marks?.empty(path, node);
  }

  private remove(path: string): void {
    const place = this.existing(path);
    if (place === null) return;
    place.directory.children.delete(place.name);
    if (!isPlainFile(place.node)) this.folders.clear();
  }

  private put(path: string, make: Make): void {
    const place = this.placeFor(path);
    if (place !== null) this.setAt(place, make(place.directory.children.get(place.name)));
  }

  private set(path: string, node: TreeNode): void {
    const place = this.placeFor(path);
    if (place !== null) this.setAt(place, node);
  }

  private setAt({ directory, name }: Place, node: TreeNode): void {
    const { children } = directory;
    const old = children.get(name);
    if (old === undefined && !this.countNode()) return;
    if (node === old) return;
    if (node.kind === "link" || (old !== undefined && !isPlainFile(old))) this.folders.clear();
    children.set(name, node);
  }

  /** Where an entry goes; null, with a word where it matters, when no runtime would get there. */
  private placeFor(path: string): Place | null {
    this.marks?.note(path);
    const end = path.lastIndexOf("/");
    const directory = this.parentOf(path, end);
    if (directory !== null) return { directory, name: path.slice(end + 1) };
    if (isWanted(path))
      this.problems.add({
        code: "unreachable-file",
        message: "Left out: its folder is behind links that lead nowhere or in a circle.",
        path,
      });
    return null;
  }

  private parentOf(path: string, end: number): DirectoryNode | null {
    if (end < 0) return this.root;
    const parentPath = path.slice(0, end);
    const known = this.folders.get(parentPath);
    if (known !== undefined) return known;
    const node =
      this.plainFolder(parentPath) ??
      new TreeWalk(this.root, {
        budget: this.budget,
        mayCreate: () => this.countNode(),
        onCreated: (folder) => this.marks?.noteMade(folder),
      }).follow(parentPath);
    if (node?.kind !== "directory") return null;
    this.folders.set(parentPath, node);
    return node;
  }

  /** The folder at `path` when there is no link on the way, which is the rule and needs no walk; else null. */
  private plainFolder(path: string): DirectoryNode | null {
    let directory = this.root;
    for (let start = 0; start <= path.length; ) {
      const slash = path.indexOf("/", start);
      const end = slash < 0 ? path.length : slash;
      const child = directory.children.get(path.slice(start, end));
      if (child?.kind !== "directory") return null;
      directory = child;
      start = end + 1;
    }
    return directory;
  }

  private countNode(): boolean {
    this.nodes += 1;
    if (this.nodes <= this.limits.nodes) return true;
    this.problems.add({
      code: "too-many-folders",
      message: "The image has more folders and files than can be held.",
    });
    return false;
  }

  /** What is at `path` itself; links above it are followed, a link at it is not. */
  private lookUp(path: string): TreeNode | null {
    return this.existing(path)?.node ?? null;
  }

  private existing(path: string): { directory: DirectoryNode; name: string; node: TreeNode } | null {
    const end = path.lastIndexOf("/");
    const parentPath = path.slice(0, Math.max(end, 0));
    const directory = end < 0 ? this.root : (this.plainFolder(parentPath) ?? this.follow(parentPath));
    if (directory?.kind !== "directory") return null;
    const name = path.slice(end + 1);
    const node = directory.children.get(name);
    return node === undefined ? null : { directory, name, node };
  }

  private follow(path: string): TreeNode | null {
    return new TreeWalk(this.root, { budget: this.budget }).follow(path);
  }

  /** Shows everything but directories, with the path of its folder (with a slash behind it). */
  private visit(see: (prefix: string, name: string, node: TreeNode) => void): void {
    const open: [string, DirectoryNode][] = [["", this.root]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [prefix, directory] = next;
      directory.children.forEach((node, name) => {
        if (node.kind === "directory") open.push([`${prefix}${name}/`, node]);
        else see(prefix, name, node);
      });
    }
  }
}

function otherNode(path: string, layer: number, setIdBits: number): OtherNode {
  return { kind: "other", setIdBits, source: path, sourceLayer: layer };
}
