/** One line of /proc/<pid>/mountinfo. `device` is major:minor, `root` the part of the file system that is mounted. */
export interface Mount {
  device: string;
  root: string;
  mountPoint: string;
  fileSystem: string;
  /** What is mounted: a device, or a name of the file system's own. */
  source: string;
}

/**
 * The path under which the mount table shows the same place again: a folder that was bound elsewhere is the folder it was
 * bound from, as long as the whole file system is mounted somewhere. The path itself where that is not so.
 */
export function boundFrom(mounts: readonly Mount[], path: string): string {
  const mount = mountOf(mounts, path);
  if (!mount || mount.root === "/" || mount.root.includes(":")) return path;
  const whole = mounts.find(({ device, root }) => device === mount.device && root === "/");
  if (!whole) return path;
  const below = path.slice(mount.mountPoint === "/" ? 0 : mount.mountPoint.length);
  return `${whole.mountPoint === "/" ? "" : whole.mountPoint}${mount.root}${below}`;
}

/** Parses mountinfo lines (proc(5)); lines that do not have its form are left out. */
export function parseMounts(lines: readonly string[]): Mount[] {
  return lines.flatMap((line) => {
    const [left = "", right = ""] = line.split(" - ");
    const fields = left.split(" ");
    const [, , device, root, mountPoint] = fields;
    if (!device || !root || !mountPoint) return [];
    const [fileSystem = "", source = ""] = right.split(" ");
    return [{ device, root: decodeOctal(root), mountPoint: decodeOctal(mountPoint), fileSystem, source }];
  });
}

/** The mount that holds `path`: the longest mount point that is the path or one of its parents; of equals the last. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const holds = mount.mountPoint === "/" || path === mount.mountPoint || path.startsWith(`${mount.mountPoint}/`);
    if (holds && (!best || mount.mountPoint.length >= best.mountPoint.length)) best = mount;
  }
  return best;
}

/** mountinfo writes blanks and tabs as octal escapes. */
function decodeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
