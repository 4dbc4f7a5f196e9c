import type { FileFact, HostSection } from "./facts.ts";

/** Looks files of a host up by any name they were read under. */
export interface HostFiles {
  find(path: string): FileFact | undefined;
  /** Real path and every name of the object, with /var/run = /run and the usual symbolic links of merged /usr. */
  namesOf(path: string): string[];
  unit(name: string): FileFact[];
  certificates: FileFact[];
}

export function hostFiles(host: HostSection | null): HostFiles {
  const byPath = new Map<string, FileFact>();
  for (const file of host?.files ?? []) byPath.set(file.path, file);
  for (const files of Object.values(host?.units ?? {})) for (const file of files) byPath.set(file.path, file);
  for (const file of host?.certsD ?? []) byPath.set(file.path, file);
  for (const file of Object.values(host?.tls ?? {})) if (file && typeof file === "object") byPath.set(file.path, file);
  const find = (path: string) => byPath.get(path) ?? byPath.get(alternative(path));
  return {
    find,
    namesOf: (path) => [...new Set([path, alternative(path), find(path)?.real ?? path])],
    unit: (name) => dedupe((host?.units?.[name] ?? []).filter((file) => file.exists)),
    certificates: (host?.certsD ?? []).filter((file) => file.exists && file.type !== "dir"),
  };
}

/** The same place under its other usual name. */
function alternative(path: string): string {
  if (path.startsWith("/var/run/")) return path.slice(4);
  if (path.startsWith("/run/")) return `/var${path}`;
  return path;
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

/** ACL entries that grant more than `mask` (octal triple applied to every class) allows. */
export function excessiveAcl(file: FileFact, mask: number): string[] {
  const allowed = (mask >> 3) & 7;
  return (file.acl ?? []).filter((entry) => {
    const match = /^(?:user|group):[^:]+:([r-])([w-])([x-])/.exec(entry);
    if (!match) return false;
    const bits = (match[1] === "r" ? 4 : 0) + (match[2] === "w" ? 2 : 0) + (match[3] === "x" ? 1 : 0);
    return (bits & ~allowed) !== 0;
  });
}
