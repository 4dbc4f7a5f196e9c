import { constants, type Stats } from "node:fs";
import { lstat, open, readdir, readFile, readlink, stat } from "node:fs/promises";
import path from "node:path";

/** Largest file the agent reads whole; configuration is far smaller. */
const MAXIMUM_BYTES = 4 * 1024 * 1024;

/** One file's metadata as it goes into a report. `code` says why it could not be read. */
export interface CollectedFile {
  path: string;
  exists: boolean;
  real?: string;
  type?: string;
  symlink?: boolean;
  uid?: number;
  gid?: number;
  mode?: string;
  dev?: number;
  code?: string;
}

/** One look at the host's file system: what was asked of a path, and the outcome (`ok`, or the system's code). */
export interface HostRead {
  read: "text" | "names" | "file";
  path: string;
  outcome: string;
  bytes?: number;
}

/**
 * The host's file system, seen directly or through a read-only mount (`HOST_ROOT`). Symbolic links are resolved below that
 * root, so that a link of the host never leads into the agent's own container.
 */
export class HostRoot {
  readonly prefix: string;

  readonly #onRead: ((read: HostRead) => void) | undefined;

  /** `onRead` is told what was looked at and how that ended, never what was in it. */
  constructor(prefix = "/", { onRead }: { onRead?: ((read: HostRead) => void) | undefined } = {}) {
    this.prefix = path.resolve(prefix);
    this.#onRead = onRead;
  }

  /** Where a path of the host is found from here. */
  at(hostPath: string): string {
    return this.prefix === "/" ? hostPath : path.join(this.prefix, hostPath);
  }

  /** Text of a file; undefined when it does not exist. Other errors carry their code. */
  async text(hostPath: string): Promise<string | undefined> {
    try {
      const real = await this.resolve(hostPath);
      const found = await stat(this.at(real));
      // /proc files claim size 0, so only a claimed size can be refused beforehand.
      if (found.size > MAXIMUM_BYTES)
        throw Object.assign(new Error(`${hostPath} is larger than 4 MiB`), { code: "EFBIG" });
      const text = await readFile(this.at(real), "utf8");
      this.#onRead?.({ read: "text", path: hostPath, outcome: "ok", bytes: text.length });
      return text;
    } catch (error) {
      this.#onRead?.({ read: "text", path: hostPath, outcome: errorCode(error) });
      if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
      throw error;
    }
  }

  /**
   * Text of a file in a user's folder, as far as that user may read it: they may have put a link there to a file of
   * somebody else. Undefined when it does not exist or belongs to others.
   */
  async textOfUser(hostPath: string, uid: number): Promise<string | undefined> {
    const real = await this.resolve(hostPath).catch(() => undefined);
    if (real === undefined) return undefined;
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(this.at(real), flags).catch(() => undefined);
    try {
      const found = await file?.stat();
      if (!file || !found?.isFile() || found.size > MAXIMUM_BYTES) return undefined;
      return found.uid === uid || (found.mode & 0o004) !== 0 ? await file.readFile("utf8") : undefined;
    } finally {
      await file?.close();
    }
  }

  /** Text of a file, or undefined when it cannot be read for any reason. */
  async textIfReadable(hostPath: string): Promise<string | undefined> {
    return this.text(hostPath).catch(() => undefined);
  }

  async names(hostPath: string): Promise<string[]> {
    return readdir(this.at(await this.resolve(hostPath).catch(() => hostPath))).then(
      (names) => {
        this.#onRead?.({ read: "names", path: hostPath, outcome: "ok" });
        return names;
      },
      (error: unknown) => {
        this.#onRead?.({ read: "names", path: hostPath, outcome: errorCode(error) });
        return [];
      },
    );
  }

  /** Metadata of a file: of the link's target for ownership and mode, as docker and systemd follow links. */
  async file(hostPath: string): Promise<CollectedFile> {
    try {
      const real = await this.resolve(hostPath);
      // Folders on the way may be links that lead out of a mounted root: only the last name is looked at as it is.
      const folder = await this.resolve(path.posix.dirname(hostPath));
      const link = await lstat(this.at(path.posix.join(folder, path.posix.basename(hostPath))));
      const target = await stat(this.at(real));
      this.#onRead?.({ read: "file", path: hostPath, outcome: "ok" });
      return {
        path: hostPath,
        exists: true,
        real,
        type: fileType(target),
        symlink: link.isSymbolicLink(),
        uid: target.uid,
        gid: target.gid,
        mode: (target.mode & 0o7777).toString(8).padStart(4, "0"),
        dev: target.dev,
      };
    } catch (error) {
      this.#onRead?.({ read: "file", path: hostPath, outcome: errorCode(error) });
      return { path: hostPath, exists: false, code: errorCode(error) };
    }
  }

  /** Real path of the host, following links below this root. */
  async resolve(hostPath: string): Promise<string> {
    let pending = hostPath.split("/").filter(Boolean);
    let done: string[] = [];
    for (let followed = 0; pending.length > 0; ) {
      const [next = "", ...rest] = pending;
      pending = rest;
      if (next === "." || next === "..") {
        if (next === "..") done.pop();
        continue;
      }
      const here = `/${[...done, next].join("/")}`;
      const target = await readlink(this.at(here)).catch((error) => {
        if (errorCode(error) === "EINVAL") return undefined;
        throw error;
      });
      if (target === undefined) {
        done.push(next);
        continue;
      }
      followed += 1;
      if (followed > 40) throw Object.assign(new Error(`${hostPath} has too many links`), { code: "ELOOP" });
      if (target.startsWith("/")) done = [];
      pending = [...target.split("/").filter(Boolean), ...pending];
    }
    return `/${done.join("/")}`;
  }
}

/** Code of a file system error: ENOENT, EACCES … */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "EUNKNOWN";
}

function fileType(stats: Stats): string {
  if (stats.isDirectory()) return "dir";
  if (stats.isSocket()) return "socket";
  return stats.isFile() ? "file" : "other";
}
