import { FeedError } from "./feed-error.ts";
import { type FeedLimits, feedLimits } from "./feed-limits.ts";

export interface Line {
  number: number;
  text: string;
}

/** Splits bytes into lines, a chunk's worth at a time. Memory is bounded by the longest allowed line. */
export async function* readLines(
  bytes: AsyncIterable<Buffer>,
  limits: FeedLimits = feedLimits,
): AsyncGenerator<Line[]> {
  let pending: Buffer[] = [];
  let pendingLength = 0;
  let number = 0;
  for await (const chunk of bytes) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const part = chunk.subarray(start, end);
      number += 1;
      checkLength(pendingLength + part.length, number, limits);
      lines.push({
        number,
        text: pending.length > 0 ? Buffer.concat([...pending, part]).toString("utf8") : part.toString("utf8"),
      });
      pending = [];
      pendingLength = 0;
      start = end + 1;
    }
    if (start < chunk.length) {
      pending.push(chunk.subarray(start));
      pendingLength += chunk.length - start;
      checkLength(pendingLength, number + 1, limits);
    }
    if (lines.length > 0) yield lines;
  }
  if (pendingLength > 0) yield [{ number: number + 1, text: Buffer.concat(pending).toString("utf8") }];
}

function checkLength(length: number, line: number, limits: FeedLimits): void {
  if (length > limits.itemBytes) throw new FeedError(`the line is longer than ${limits.itemBytes} bytes`, { line });
}
