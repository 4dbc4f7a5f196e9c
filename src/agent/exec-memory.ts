import { readFile, rename } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { writeDurably } from "./write-durably.ts";

/** As long as a site may look back for commands that were run privileged or as root. */
const KEPT_MS = 31 * 86_400_000;
/** Notable commands that are kept; the same command in the same container counts once, with its last time. */
const MAXIMUM_NOTABLE = 1000;
/** Ordinary commands, health checks among them, that are kept for show. */
const MAXIMUM_ORDINARY = 50;

const SeenExec = z.object({
  at: z.string(),
  containerId: z.string(),
  container: z.string(),
  command: z.string(),
  privileged: z.boolean(),
  user: z.string(),
});
export type SeenExec = z.infer<typeof SeenExec>;

/**
 * Commands seen run in containers. What a control may judge (privileged, as root) is kept for its whole window and survives a
 * restart of the agent; ordinary ones, of which a host with health checks has thousands an hour, never push it out.
 */
export class ExecMemory {
  readonly #file: string | null;
  #notable = new Map<string, SeenExec>();
  #ordinary: SeenExec[] = [];
  #writing: Promise<void> = Promise.resolve();

  /** `folder` null = nothing outlives the process. */
  constructor(folder: string | null) {
    this.#file = folder === null ? null : path.join(folder, "execs.json");
  }

  /** Takes up what an earlier process saw. A file that cannot be read is an empty memory, never a reason to stop. */
  async load(now: Date): Promise<void> {
    if (this.#file === null) return;
    const text = await readFile(this.#file, "utf8").catch(() => "[]");
    const parsed = z.array(SeenExec).safeParse(parseJson(text));
    for (const exec of parsed.success ? parsed.data : []) this.#notable.set(keyOf(exec), exec);
    this.#forget(now);
  }

  /** Keeps one command. Answers whether a report would tell something new. */
  add(exec: SeenExec, now: Date): boolean {
    if (!isNotable(exec)) {
      this.#ordinary = [...this.#ordinary.slice(1 - MAXIMUM_ORDINARY), exec];
      return false;
    }
    const key = keyOf(exec);
    const isNew = !this.#notable.has(key);
    // Taken out first, so that the order of the map is the order of the last times.
    this.#notable.delete(key);
    this.#notable.set(key, exec);
    this.#forget(now);
    this.#save();
    return isNew;
  }

  /** Everything that is kept, oldest first. */
  all(): SeenExec[] {
    return [...this.#notable.values(), ...this.#ordinary].sort((left, right) => (left.at < right.at ? -1 : 1));
  }

  /** Resolves when what was added is on the disk. */
  saved(): Promise<void> {
    return this.#writing;
  }

  #forget(now: Date): void {
    for (const [key, exec] of this.#notable) {
      const isOld = now.getTime() - Date.parse(exec.at) > KEPT_MS;
      if (isOld || this.#notable.size > MAXIMUM_NOTABLE) this.#notable.delete(key);
    }
  }

  #save(): void {
    const file = this.#file;
    if (file === null) return;
    const text = JSON.stringify([...this.#notable.values()]);
    this.#writing = this.#writing
      .then(() => writeDurably(`${file}.new`, text))
      .then(() => rename(`${file}.new`, file))
      .catch(() => {
        // A full disk costs what outlives a restart; what is in memory is reported all the same.
      });
  }
}

/** Commands that a control may judge: more rights than the container's own user has. */
export function isNotable(exec: Pick<SeenExec, "privileged" | "user">): boolean {
  return exec.privileged || /^(root|\+?0+)(:|$)/.test(exec.user);
}

function keyOf({ containerId, command, privileged, user }: SeenExec): string {
  return JSON.stringify([containerId, command, privileged, user]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
