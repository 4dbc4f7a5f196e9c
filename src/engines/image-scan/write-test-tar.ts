/** One entry of a tar for tests. Everything may be set to nonsense: hostile archives are made with this too. */
export interface TestEntry {
  path: string;
  content?: string | Uint8Array;
  /** Type flag, `0` by default; `5` folder, `2` symbolic link, `1` hard link, `x`, `g`, `L`, `K` extended headers. */
  type?: string;
  link?: string;
  /** 0o644 by default; text is written as it is. */
  mode?: number | string;
  /** What the size field claims, when not the truth. */
  size?: number;
  prefix?: string;
  magic?: string;
  checksum?: "wrong" | "signed";
  /** Raw bytes of the size field. */
  rawSize?: Uint8Array;
  isSparseMore?: boolean;
}

/** A tar of these entries with its two end blocks. */
export function testTar(entries: TestEntry[]): Buffer {
  return Buffer.concat([...entries.map(testEntry), Buffer.alloc(1024)]);
}

/** One entry: header, body, padding. */
export function testEntry(entry: TestEntry): Buffer {
  const body = Buffer.from(entry.content ?? "");
  const header = Buffer.alloc(512);
  header.write(entry.path, 0, 100, "utf8");
  const mode = entry.mode ?? 0o644;
  header.write(typeof mode === "string" ? mode : `${mode.toString(8).padStart(7, "0")}\0`, 100, 8, "latin1");
  header.write(`${(entry.size ?? body.length).toString(8).padStart(11, "0")}\0`, 124, "latin1");
  if (entry.rawSize !== undefined) Buffer.from(entry.rawSize).copy(header, 124);
  header.write(entry.type ?? "0", 156, 1, "latin1");
  header.write(entry.link ?? "", 157, 100, "utf8");
  header.write(entry.magic ?? "ustar\x0000", 257, 8, "latin1");
  header.write(entry.prefix ?? "", 345, 155, "utf8");
  if (entry.isSparseMore === true) header[482] = 1;
  header.fill(32, 148, 156);
  let sum = 0;
  for (const byte of header) sum += entry.checksum === "signed" && byte > 127 ? byte - 256 : byte;
  if (entry.checksum === "wrong") sum += 1;
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

/** One pax record with its own length in front. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest);
  while (`${length}`.length + Buffer.byteLength(rest) !== length) length = `${length}`.length + Buffer.byteLength(rest);
  return `${length}${rest}`;
}

/** The bytes as a stream that comes in pieces of `pieceBytes`. */
export async function* inPieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += pieceBytes) yield bytes.subarray(offset, offset + pieceBytes);
}
