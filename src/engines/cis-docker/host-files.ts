import type { FileFact, HostSection } from "./facts.ts";

/** Looks files of a host up by any name they were read under. */
export interface HostFiles {
  find(path: string): FileFact | undefined;
  /** Real path and every name of the object, with /var/run = /run and the usual symbolic links of merged /usr. */
  namesOf(path: string): string[];
  /** Unit files in effect and drop-ins, those that could not be read included; null when they were not collected. */
  unit(name: string): FileFact[] | null;
  /** JSON pointer of a file's metadata in the evidence. */
  pointerOf(path: string): string;
  /** Files below the certificate folders (.crt, .cert, .key); null when they were not collected. */
  certificates: FileFact[] | null;
}

export function hostFiles(host: HostSection | null): HostFiles {
  const byPath = new Map<string, FileFact>();
  for (const file of host?.mountSources ?? []) byPath.set(file.path, file);
  for (const file of host?.files ?? []) byPath.set(file.path, file);
  for (const files of Object.values(host?.units ?? {})) for (const file of files) byPath.set(file.path, file);
  for (const file of host?.certsD ?? []) byPath.set(file.path, file);
  for (const file of Object.values(host?.tls ?? {})) if (file && typeof file === "object") byPath.set(file.path, file);
  const aliases = new Map<string, string[]>();
  for (const { path, real } of byPath.values()) if (real) aliases.set(real, [...(aliases.get(real) ?? []), path]);
  const isMerged = [...byPath.values()].some(({ path, real }) => path.startsWith("/lib/") && real === `/usr${path}`);
  const pointers = filePointers(host);
  const find = (path: string) => byPath.get(path) ?? byPath.get(alternative(path));
  return {
    find,
    namesOf: (path) => {
      const real = find(path)?.real ?? mergedName(path, isMerged);
      return [...new Set([path, alternative(path), real, ...(aliases.get(real) ?? [])])];
    },
    pointerOf: (path) => pointers.get(path) ?? pointers.get(alternative(path)) ?? "/host/files",
    unit: (name) => (host?.units ? dedupe((host.units[name] ?? []).filter(isUnit)) : null),
    certificates: host?.certsD
      ? host.certsD.filter((file) => file.type !== "dir" && (!file.exists || /\.(crt|cert|key)$/.test(file.path)))
      : null,
  };
}

function filePointers(host: HostSection | null): Map<string, string> {
  const pointers = new Map<string, string>();
  const pointerKey = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");
  for (const [index, { path }] of (host?.files ?? []).entries()) pointers.set(path, `/host/files/${index}`);
  for (const [name, files] of Object.entries(host?.units ?? {}))
    for (const [index, { path }] of files.entries()) pointers.set(path, `/host/units/${pointerKey(name)}/${index}`);
  for (const [index, { path }] of (host?.certsD ?? []).entries()) pointers.set(path, `/host/certsD/${index}`);
  for (const [name, file] of Object.entries(host?.tls ?? {}))
    if (file && typeof file === "object") pointers.set(file.path, `/host/tls/${pointerKey(name)}`);
  return pointers;
}

/** True when it is known that there is no such file; one that may not be looked at is another matter. */
export function isAbsent({ exists, code }: FileFact): boolean {
  return !exists && ["ENOENT", "ENOTDIR"].includes(code ?? "ENOENT");
}

/** Files that are there, or may be; a unit that is linked to nothing (masked) is none. */
function isUnit(file: FileFact): boolean {
  return !isAbsent(file) && file.type !== "dir" && file.real !== "/dev/null";
}

/** The same place under its other usual name. */
function alternative(path: string): string {
  if (path.startsWith("/var/run/")) return path.slice(4);
  if (path.startsWith("/run/")) return `/var${path}`;
  return path;
}

/** On systems with a merged /usr, /lib, /bin and /sbin are links into it. */
function mergedName(path: string, isMerged: boolean): string {
  return isMerged && /^\/(lib|lib64|bin|sbin)(\/|$)/.test(path) ? `/usr${path}` : path;
}

/** /lib and /usr/lib are one directory on merged systems: one object is judged once, under its first name. */
function dedupe(files: FileFact[]): FileFact[] {
  const seen = new Set<string>();
  return files.filter((file) => {
    const key = file.real ?? file.path;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Permission bits of a file, or null when the mode was not read. */
export function modeBits(file: FileFact): number | null {
  return file.mode && /^[0-7]+$/.test(file.mode) ? Number.parseInt(file.mode, 8) & 0o7777 : null;
}

/**
 * Permission bits that a file really grants: with an ACL the group bits of the mode are its mask, and what the owning group
 * may do stands in its own entry; root's own group gives nobody anything.
 */
export function grantedBits(file: FileFact): number | null {
  const bits = modeBits(file);
  const named = (file.acl ?? []).filter((entry) => /^(?:user|group):[^:]+:/.test(entry));
  if (bits === null || named.length === 0) return bits;
  const own = (file.acl ?? []).map((entry) => /^group::([r-])([w-])([x-])/.exec(entry)).find((match) => match !== null);
  const mask = (bits >> 3) & 7;
  const group = own ? entryBits(own) & mask : file.gid === 0 ? 0 : mask;
  return (bits & ~0o070) | (group << 3);
}

const entryBits = (match: RegExpExecArray) =>
  (match[1] === "r" ? 4 : 0) + (match[2] === "w" ? 2 : 0) + (match[3] === "x" ? 1 : 0);

/** ACL entries that grant more than `mask` (octal triple applied to every class) allows. */
export function excessiveAcl(file: FileFact, mask: number): string[] {
  const allowed = (mask >> 3) & 7;
  // With an ACL the group bits of the mode are its mask: an entry gives no more than they do.
  const effective = ((modeBits(file) ?? 0o070) >> 3) & 7;
  return (file.acl ?? []).filter((entry) => {
    const match = /^(?:user|group):[^:]+:([r-])([w-])([x-])/.exec(entry);
    if (!match) return false;
    return (entryBits(match) & effective & ~allowed) !== 0;
  });
}
