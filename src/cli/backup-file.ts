import type { Readable } from "node:stream";
import { z } from "zod";
import { InputError } from "./input-error.ts";

// A backup is one gzip stream: a line of JSON that says what is in it, then per table, in that order, frames of a 4-byte
// length and that many bytes of binary COPY, ended by a frame of length 0, and at the very end the line END.

export const BackupHeader = z.object({
  breakwater: z.literal(1),
  version: z.string(),
  createdAt: z.iso.datetime(),
  migrations: z.array(z.string()),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()) })),
});
export type BackupHeader = z.infer<typeof BackupHeader>;

const END = "END\n";
const MAX_HEADER_BYTES = 1_000_000;

/** The bytes of a backup, made as they are asked for. `copy` gives the binary COPY of one table. */
export async function* writeBackup(
  header: BackupHeader,
  copy: (table: BackupHeader["tables"][number]) => AsyncIterable<Uint8Array>,
): AsyncIterable<Buffer> {
  yield Buffer.from(`${JSON.stringify(header)}\n`);
  for (const table of header.tables) {
    for await (const chunk of copy(table)) {
      if (chunk.length > 0) yield Buffer.concat([lengthOf(chunk.length), chunk]);
    }
    yield lengthOf(0);
  }
  yield Buffer.from(END);
}

function lengthOf(bytes: number): Buffer {
  const frame = Buffer.alloc(4);
  frame.writeUInt32BE(bytes);
  return frame;
}

/** Reads what `writeBackup` wrote. Every part throws an InputError when the file is cut short or is something else. */
export class BackupReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#source = stream[Symbol.asyncIterator]();
  }

  async header(): Promise<BackupHeader> {
    while (!this.#rest.includes(0x0a)) {
      if (this.#rest.length > MAX_HEADER_BYTES || !(await this.#more()))
        throw new InputError("This is not a backup of Breakwater");
    }
    const end = this.#rest.indexOf(0x0a);
    const parsed = BackupHeader.safeParse(parseJson(this.#take(end + 1).toString("utf8")));
    if (!parsed.success) throw new InputError("This is not a backup of Breakwater");
    return parsed.data;
  }

  /** The COPY bytes of the next table. */
  async *table(): AsyncIterable<Buffer> {
    for (;;) {
      const length = (await this.#exactly(4)).readUInt32BE();
      if (length === 0) return;
      yield await this.#exactly(length);
    }
  }

  async end(): Promise<void> {
    if ((await this.#exactly(END.length)).toString() !== END) throw new InputError("The backup is damaged at its end");
  }

  async #exactly(bytes: number): Promise<Buffer> {
    while (this.#rest.length < bytes) {
      if (!(await this.#more())) throw new InputError("The backup ends too early: the file is not complete");
    }
    return this.#take(bytes);
  }

  #take(bytes: number): Buffer {
    const taken = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(bytes);
    return taken;
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next().catch(() => {
      throw new InputError("This is not a backup of Breakwater, or the file is damaged");
    });
    if (next.done) return false;
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    return true;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
