/**
 * Names in a file system are bytes, and not all of them are UTF-8. A byte that is none becomes a lone surrogate
 * (U+DC80 for 0x80 … U+DCFF for 0xFF, as Python's `surrogateescape` does), so that different names stay different.
 */
export function nameOf(bytes: Buffer, start = 0, end = bytes.length): string {
  const text = bytes.toString("utf8", start, end);
  return text.includes("\ufffd") ? escaped(bytes, start, end) : text;
}

/** The name for people and for the database: every byte that is no UTF-8 as `\xNN`. */
export function displayName(name: string): string {
  if (name.isWellFormed()) return name;
  return name.replace(/[\ud800-\udfff]/gu, (unit) => `\\x${(unit.charCodeAt(0) & 0xff).toString(16).padStart(2, "0")}`);
}

function escaped(bytes: Buffer, start: number, end: number): string {
  const parts: string[] = [];
  let at = start;
  let from = start;
  while (at < end) {
    const length = sequenceLength(bytes, at, end);
    if (length > 0) {
      at += length;
      continue;
    }
    parts.push(bytes.toString("utf8", from, at), String.fromCharCode(0xdc00 + (bytes[at] as number)));
    at += 1;
    from = at;
  }
  parts.push(bytes.toString("utf8", from, end));
  return parts.join("");
}

/** Length of the well-formed UTF-8 sequence at `at` (Unicode, table 3-7); 0 when there is none. */
function sequenceLength(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > end) return 0;
  const [lowest, highest] = secondByteRange(first);
  const second = bytes[at + 1] as number;
  if (second < lowest || second > highest) return 0;
  for (let index = at + 2; index < at + length; index += 1) if (((bytes[index] as number) & 0xc0) !== 0x80) return 0;
  return length;
}

function secondByteRange(first: number): [number, number] {
  if (first === 0xe0) return [0xa0, 0xbf];
  if (first === 0xed) return [0x80, 0x9f];
  if (first === 0xf0) return [0x90, 0xbf];
  if (first === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}
