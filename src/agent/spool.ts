import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { writeDurably } from "./write-durably.ts";

export interface SpooledReport {
  sequence: number;
  /** Gzip of the report's JSON, as it is sent. */
  body: Buffer;
}

/**
 * Reports that the server has not taken yet, one file each, oldest first. Bounded: when it is full the oldest go, and how
 * many went is counted and told to the server, never hidden.
 */
export class Spool {
  readonly #folder: string;
  readonly #maximumBytes: number;

  constructor(stateFolder: string, maximumBytes: number) {
    this.#folder = path.join(stateFolder, "spool");
    this.#maximumBytes = maximumBytes;
  }

  /** Adds a report; returns how many older ones had to go. A report that is larger than the whole spool replaces it. */
  async add(report: SpooledReport): Promise<number> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = path.join(this.#folder, nameOf(report.sequence));
    // Written aside and renamed: a kill leaves no half report behind.
    await writeDurably(`${file}.new`, report.body);
    await rename(`${file}.new`, file);
    return this.#trim(report.sequence);
  }

  /** Sequence numbers that wait, oldest first. */
  async pending(): Promise<number[]> {
    const names = await readdir(this.#folder).catch(() => []);
    await Promise.all(
      names.filter((name) => name.endsWith(".new")).map((name) => rm(path.join(this.#folder, name), { force: true })),
    );
    return names
      .flatMap((name) => (/^\d{12}\.json\.gz$/.test(name) ? [Number(name.slice(0, 12))] : []))
      .sort((left, right) => left - right);
  }

  async read(sequence: number): Promise<Buffer> {
    return readFile(path.join(this.#folder, nameOf(sequence)));
  }

  async remove(sequence: number): Promise<void> {
    await rm(path.join(this.#folder, nameOf(sequence)), { force: true });
  }

  async #trim(newest: number): Promise<number> {
    const waiting = await this.pending();
    const sizes = await Promise.all(
      waiting.map(async (sequence) => (await stat(path.join(this.#folder, nameOf(sequence)))).size),
    );
    let total = sizes.reduce((sum, size) => sum + size, 0);
    let removed = 0;
    for (const [index, sequence] of waiting.entries()) {
      if (total <= this.#maximumBytes || sequence === newest) break;
      await this.remove(sequence);
      total -= sizes[index] ?? 0;
      removed += 1;
    }
    return removed;
  }
}

const nameOf = (sequence: number) => `${String(sequence).padStart(12, "0")}.json.gz`;
