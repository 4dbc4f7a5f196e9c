import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { HostRoot } from "./host-root.ts";

const run = promisify(execFile);

/**
 * The groups that open the engine's sockets: their lines of the group file, users whose primary group is one of them, and
 * what the host's name service knows of their members. `configured` is the group that the daemon was told.
 */
export async function socketGroups(
  root: HostRoot,
  sockets: readonly string[],
  configured: string | undefined,
): Promise<object> {
  const lines = (await root.textIfReadable("/etc/group"))?.trim().split("\n");
  if (!lines) return { groupDocker: null };
  const files = await Promise.all(sockets.map((socket) => root.file(socket)));
  const gids = files.flatMap(({ gid }) => (gid === undefined || gid === 0 ? [] : [String(gid)]));
  const first = files[0]?.gid;
  const named = `${configured ?? "docker"}:`;
  const line =
    lines.find((entry) => first !== undefined && first !== 0 && entry.split(":")[2] === String(first)) ??
    lines.find((entry) => entry.startsWith(named));
  const groups = lines.filter(
    (entry) => entry.startsWith("docker:") || entry.startsWith(named) || gids.includes(entry.split(":")[2] ?? ""),
  );
  const wanted = new Set([...gids, line?.split(":")[2]]);
  const passwd = (await root.textIfReadable("/etc/passwd"))?.split("\n") ?? [];
  return {
    groupDocker: line ?? "",
    groups,
    primaryGroupUsers: passwd
      .filter((entry) => wanted.has(entry.split(":")[3] ?? "none"))
      .map((entry) => entry.split(":")[0]),
    nameService: await nameService(root, [...new Set([...gids, ...groups.map((entry) => entry.split(":")[0] ?? "")])]),
  };
}

/** Sources of groups in nsswitch.conf, and the answers of `getent`, which can be asked on the host itself only. */
async function nameService(root: HostRoot, names: readonly string[]): Promise<object> {
  const text = (await root.textIfReadable("/etc/nsswitch.conf")) ?? "";
  const sources =
    /^\s*group:\s*(.*)$/m
      .exec(text)?.[1]
      ?.replace(/\[[^\]]*\]|#.*$/g, "")
      .trim()
      .split(/\s+/) ?? null;
  if (root.prefix !== "/" || names.length === 0) return { sources, groups: null };
  const groups = await run("getent", ["group", ...names], { timeout: 5000 }).then(
    ({ stdout }) => stdout,
    // It ends with 2 when a name is not known, and prints the others.
    (error: unknown) =>
      error instanceof Error && "code" in error && error.code === 2 && "stdout" in error ? String(error.stdout) : null,
  );
  return { sources, groups: groups === null ? null : groups.trim().split("\n").filter(Boolean) };
}
