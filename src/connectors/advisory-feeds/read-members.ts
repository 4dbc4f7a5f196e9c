import { FeedError } from "./feed-error.ts";
import { type FeedLimits, feedLimits } from "./feed-limits.ts";

const QUOTE = 34;
const BACKSLASH = 92;

/**
 * The members of one large JSON object, `{"name": value, …}`, each value parsed alone, so that a document of hundreds
 * of megabytes never stands in memory as a whole. Throws FeedError when the text ends early or a value is no JSON.
 */
export async function* readMembers(
  bytes: AsyncIterable<Buffer>,
  limits: FeedLimits = feedLimits,
): AsyncGenerator<[name: string, value: unknown]> {
  const splitter = new MemberSplitter(limits);
  for await (const chunk of bytes) yield* splitter.push(chunk);
  splitter.finish();
}

/** Follows depth and strings byte by byte and cuts at the commas of the outermost object. */
class MemberSplitter {
  readonly #limits: FeedLimits;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #parts: Buffer[] = [];
  #length = 0;
  #line = 1;
  #isDone = false;

  constructor(limits: FeedLimits) {
    this.#limits = limits;
  }

  push(chunk: Buffer): [string, unknown][] {
    const members: [string, unknown][] = [];
    let start = 0;
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index] ?? 0;
      if (byte === 10) this.#line += 1;
      if (this.#inString) {
        this.#readString(byte);
        continue;
      }
      const wasInside = this.#depth > 0;
      const cuts = this.#readStructure(byte);
      if (!wasInside && this.#depth === 1) start = index + 1;
      if (!cuts) continue;
      this.#keep(chunk.subarray(start, index));
      start = index + 1;
      members.push(...this.#cut());
    }
    if (this.#depth > 0 && start < chunk.length) this.#keep(chunk.subarray(start));
    return members;
  }

  finish(): void {
    if (!this.#isDone) throw new FeedError("the JSON document ends too early: it was cut off", { line: this.#line });
  }

  #readString(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }

  /** True when a member ends here. */
  #readStructure(byte: number): boolean {
    if (this.#isDone && byte > 32)
      throw new FeedError("text follows after the end of the JSON document", { line: this.#line });
    if (byte === QUOTE) {
      this.#inString = true;
      return false;
    }
    if (byte === 123 || byte === 91) this.#depth += 1;
    if (byte === 125 || byte === 93) {
      this.#depth -= 1;
      if (this.#depth < 0) throw new FeedError("a bracket closes that was never opened", { line: this.#line });
      this.#isDone = this.#depth === 0;
      return this.#isDone;
    }
    return byte === 44 && this.#depth === 1;
  }

  #keep(part: Buffer): void {
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#length > this.#limits.itemBytes) {
      throw new FeedError(`one entry is longer than ${this.#limits.itemBytes} bytes`, { line: this.#line });
    }
  }

  #cut(): [string, unknown][] {
    const text = Buffer.concat(this.#parts).toString("utf8").trim();
    this.#parts = [];
    this.#length = 0;
    if (text === "") return [];
    try {
      const parsed = JSON.parse(`{${text}}`) as Record<string, unknown>;
      return Object.entries(parsed);
    } catch (error) {
      throw new FeedError("the entry that ends here is not valid JSON", { line: this.#line, cause: error });
    }
  }
}
