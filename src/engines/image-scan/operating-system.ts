import { endOfLife, releaseOf } from "../kit/end-of-life.ts";
import { textOf } from "./analyzers/analyzer.ts";
import { osRelease } from "./analyzers/os-release.ts";
import type { OperatingSystem } from "./facts.ts";
import type { FileTree } from "./file-tree.ts";
import { allKinds } from "./kinds/all-kinds.ts";

/** Reads which distribution an image is from its final file system; null when nothing names one. */
export function operatingSystem(tree: FileTree): OperatingSystem | null {
  const fields = releaseFields(tree);
  if (fields === null) return fromVersionFile(tree);
  const id = (fields.ID ?? "linux").toLowerCase();
  const version = fields.VERSION_ID ?? "";
  return describe({
    id,
    version: id === "alpine" && version === "" ? versionFile(tree, "etc/alpine-release") : version,
    codename: fields.VERSION_CODENAME || codenameOf(fields.VERSION),
    name: fields.PRETTY_NAME || fields.NAME || id,
  });
}

function releaseFields(tree: FileTree): Record<string, string> | null {
  for (const path of ["etc/os-release", "usr/lib/os-release"]) {
    const file = tree.file(path);
    if (file === null) continue;
    const { result } = osRelease.parse(file.bytes, path);
    if (result.ID !== undefined || result.NAME !== undefined) return result;
  }
  return null;
}

function fromVersionFile(tree: FileTree): OperatingSystem | null {
  const alpine = versionFile(tree, "etc/alpine-release");
  if (alpine !== "") return describe({ id: "alpine", version: alpine, codename: null, name: `Alpine Linux ${alpine}` });
  const debian = versionFile(tree, "etc/debian_version");
  if (debian === "") return null;
  // A release says `12.5`, testing and unstable say `trixie/sid`.
  const isRelease = /^\d+(\.\d+)*$/.test(debian);
  const version = isRelease ? (debian.split(".")[0] ?? "") : "";
  return describe({ id: "debian", version, codename: isRelease ? null : debian, name: `Debian GNU/Linux ${debian}` });
}

function versionFile(tree: FileTree, path: string): string {
  const file = tree.file(path);
  return file === null ? "" : (textOf(file.bytes).split("\n")[0] ?? "").trim().slice(0, 100);
}

function codenameOf(version: string | undefined): string | null {
  const text = version ?? "";
  const start = text.indexOf("(");
  const end = start < 0 ? -1 : text.indexOf(")", start);
  return end > start + 1 ? text.slice(start + 1, end) : null;
}

function describe(os: { id: string; version: string; codename: string | null; name: string }): OperatingSystem {
  return { ...os, ecosystem: ecosystemOf(os), eol: endOfLife(os) };
}

/**
 * Ecosystem key in advisories of the distribution's packages, such as `Debian:12`, `Ubuntu:22.04:LTS`, `Alpine:v3.18`.
 * Null for testing, unstable and edge, and for a release that is newer than this table: packages of a release nobody has
 * advisories for must not look clean.
 */
export function ecosystemOf(os: { id: string; version: string }): string | null {
  const release = releaseOf(os);
  if (release === null || endOfLife(os) === null) return null;
  const kind = allKinds.find(({ distributions }) => Object.hasOwn(distributions, os.id));
  return kind?.distributions[os.id]?.(release) ?? null;
}
