import { createHash } from "node:crypto";
import { lstat, stat } from "node:fs/promises";

/** How often the files are looked at: a change is reported within a minute. */
const INTERVAL_MS = 20_000;

/**
 * Notices when files that controls read get another owner, mode, size or time, appear or go. They are looked at and not
 * watched: inotify sees neither a file that is not there yet nor a folder that is replaced.
 */
export class FileWatch {
  readonly #onChange: () => void;
  readonly #intervalMs: number;
  #paths: readonly string[] = [];
  #before: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(onChange: () => void, intervalMs: number = INTERVAL_MS) {
    this.#onChange = onChange;
    this.#intervalMs = intervalMs;
  }

  /** The files to look at from now on, as this process reaches them. How they stand now is what was reported. */
  async follow(paths: readonly string[]): Promise<void> {
    this.#paths = paths;
    this.#before = await digestOf(paths);
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#look(), this.#intervalMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const paths = this.#paths;
    const now = await digestOf(paths);
    if (this.#stopped || paths !== this.#paths) return;
    if (now !== this.#before) {
      this.#before = now;
      this.#onChange();
    }
    this.#schedule();
  }
}

async function digestOf(paths: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    paths.map(async (path) => {
      const own = await lstat(path).catch(() => null);
      const target = own?.isSymbolicLink() ? await stat(path).catch(() => null) : own;
      const of = (found: typeof own) =>
        // Sockets and folders change their times by themselves; who may use them is what counts.
        found &&
        [found.ino, found.mode, found.uid, found.gid, ...(found.isFile() ? [found.size, found.mtimeMs] : [])].join(":");
      return `${path}=${of(own)}=${of(target)}`;
    }),
  );
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}
