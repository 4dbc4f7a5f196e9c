import { mkdir, readFile, rename } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { writeDurably } from "./write-durably.ts";

const State = z.object({
  hostId: z.uuid().nullable().default(null),
  token: z.string().nullable().default(null),
  server: z.string().nullable().default(null),
  /** Last sequence number given to a report; never goes back, whatever the clock does. */
  sequence: z.number().int().nonnegative().default(0),
  lastFingerprint: z.string().nullable().default(null),
  lastReportAt: z.string().nullable().default(null),
  dropped: z.number().int().nonnegative().default(0),
  /** The engine this host stands for; null means the usual socket. */
  socket: z.string().nullable().default(null),
  /** The token before the last exchange, until the server has taken the new one. */
  previousToken: z.string().nullable().default(null),
});
export type State = z.infer<typeof State>;

/** The agent's memory: one file, readable by its user only, replaced as a whole so that a kill leaves old or new. */
export class StateFile {
  readonly #file: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#file = path.join(folder, "state.json");
  }

  /** The stored state, or a new one. A file that is broken is an error: silently enrolling again would hide a clone. */
  async read(): Promise<State> {
    const text = await readFile(this.#file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "{}";
      throw error;
    });
    try {
      return State.parse(JSON.parse(text));
    } catch (error) {
      throw new Error(`${this.#file} is damaged. Remove it and enrol this host again with a new token.`, {
        cause: error,
      });
    }
  }

  async write(state: State): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const temporary = `${this.#file}.new`;
    await writeDurably(temporary, JSON.stringify(state));
    await rename(temporary, this.#file);
  }
}
