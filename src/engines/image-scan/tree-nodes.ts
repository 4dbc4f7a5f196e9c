import type { ProgramKind } from "./program-kind.ts";

/** A kept file. `previous` is what lay at the same path before, so that the layer that brought a version can be told. */
export interface FileNode {
  kind: "file";
  bytes: Uint8Array;
  layer: number;
  previous: FileNode | null;
  /** Set-user-id and set-group-id bits, 0 = none. */
  setIdBits: number;
}
/** A file or device whose content was not kept. */
export interface OtherNode {
  kind: "other";
  setIdBits: number;
  /** Set for a program that can be executed, told by its first bytes. */
  program?: ProgramKind;
  /** Where its content can be read: the entry of a layer's tar. */
  source: string;
  sourceLayer: number;
}
export interface LinkNode {
  kind: "link";
  target: string;
}
export interface DirectoryNode {
  kind: "directory";
  children: Map<string, TreeNode>;
}
export type TreeNode = FileNode | OtherNode | LinkNode | DirectoryNode;

export function newDirectory(): DirectoryNode {
  return { kind: "directory", children: new Map() };
}

/** True for what is neither a directory nor a symbolic link. */
export function isPlainFile(node: TreeNode): node is FileNode | OtherNode {
  return node.kind === "file" || node.kind === "other";
}
