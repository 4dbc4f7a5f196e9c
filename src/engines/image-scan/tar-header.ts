import { nameOf } from "./byte-names.ts";
import { LayerError } from "./layer-limits.ts";

/** One tar entry as its headers describe it. `path` and `linkPath` are as written: not cleaned. */
export interface TarEntry {
  path: string;
  linkPath: string;
  kind: "file" | "directory" | "symbolic" | "hard" | "special";
  /** The set-user-id and set-group-id bits (06000) of a file or hard link; 0 where there are none or the field makes no sense. */
  setIdBits: number;
  /** A regular file that somebody may execute. */
  isExecutable: boolean;
  /** Bytes of body that follow. */
  size: number;
  /** The body is a map of a sparse file and not its content. */
  isSparse: boolean;
}

/** What extended headers (pax `x`, GNU `L` and `K`) say about the entry that follows them. */
export interface HeaderOverrides {
  path?: string;
  linkPath?: string;
  size?: number;
  isSparse?: boolean;
}

export const blockSize = 512;

/** True for a block of zeros, of which two end an archive. */
export function isZeroBlock(block: Buffer, offset: number): boolean {
  for (let index = offset; index < offset + blockSize; index += 1) if (block[index] !== 0) return false;
  return true;
}

/**
 * Holds the checksum against the block: sum of all bytes with the checksum field taken as spaces. Old writers summed
 * signed bytes, so both sums are accepted, as Go's archive/tar does, which is what unpacks images at run time.
 */
export function hasValidChecksum(block: Buffer, offset: number): boolean {
  const stated = readNumber(block, offset + 148, 8);
  let sum = 0;
  for (let index = offset; index < offset + blockSize; index += 1) sum += block[index] as number;
  for (let index = offset + 148; index < offset + 156; index += 1) sum += 32 - (block[index] as number);
  if (sum === stated) return true;
  let signed = sum;
  for (let index = offset; index < offset + blockSize; index += 1) {
    const isChecksumField = index >= offset + 148 && index < offset + 156;
    if (!isChecksumField && (block[index] as number) > 127) signed -= 256;
  }
  return signed === stated;
}

/** Number field: octal text, or base-256 when the first bit is set. Throws LayerError when it is neither. */
export function readNumber(block: Buffer, start: number, length: number): number {
  const first = block[start] as number;
  if ((first & 0x80) !== 0) return readBase256(block, start, length);
  let value = 0;
  let digits = 0;
  let isOver = false;
  for (let index = start; index < start + length; index += 1) {
    const byte = block[index] as number;
    if (byte === 0 || byte === 32) {
      if (digits > 0) isOver = true;
    } else if (byte >= 48 && byte <= 55 && !isOver) {
      value = value * 8 + byte - 48;
      digits += 1;
    } else {
      throw new LayerError("corrupt-tar", "A tar header holds a number that cannot be read.");
    }
  }
  return value;
}

function readBase256(block: Buffer, start: number, length: number): number {
  const first = block[start] as number;
  if ((first & 0x40) !== 0) throw new LayerError("corrupt-tar", "A tar header states a negative number.");
  let value = first & 0x3f;
  for (let index = start + 1; index < start + length; index += 1) {
    value = value * 256 + (block[index] as number);
    if (value > Number.MAX_SAFE_INTEGER)
      throw new LayerError("corrupt-tar", "A tar header states an impossibly large number.");
  }
  return value;
}

/** Text field that ends at the first NUL. Plain ASCII, by far the most, takes the cheap way. */
export function readText(block: Buffer, start: number, length: number): string {
  let end = start;
  let bits = 0;
  for (const limit = start + length; end < limit; end += 1) {
    const byte = block[end] as number;
    if (byte === 0) break;
    bits |= byte;
  }
  if (end === start) return "";
  return bits < 128 ? block.toString("latin1", start, end) : nameOf(block, start, end);
}

/** Reads the plain ustar, GNU or v7 header at `offset`, with what extended headers said before it. */
export function readHeader(block: Buffer, offset: number, overrides: HeaderOverrides | null): TarEntry {
  const type = block[offset + 156] as number;
  const path = overrides?.path ?? readName(block, offset);
  const size = overrides?.size ?? readNumber(block, offset + 124, 12);
  const kind = kindOf(type, path);
  const linkPath =
    kind === "symbolic" || kind === "hard" ? (overrides?.linkPath ?? readText(block, offset + 157, 100)) : "";
  const mode = kind === "file" || kind === "hard" ? readMode(block, offset + 100) : 0;
  return {
    path,
    linkPath,
    kind,
    setIdBits: mode & 0o6000,
    isExecutable: kind === "file" && (mode & 0o111) !== 0,
    // Links, devices and directories have no body whatever their size field says (archive/tar isHeaderOnly).
    size: isHeaderOnly(type) ? 0 : size,
    isSparse: type === gnuSparse || overrides?.isSparse === true,
  };
}

/** The mode field. One that no unpacker would take is none of our business and gives 0. */
function readMode(block: Buffer, start: number): number {
  const isBinary = ((block[start] as number) & 0x80) !== 0;
  if (isBinary) return (((block[start + 6] as number) << 8) | (block[start + 7] as number)) & 0o7777;
  let mode = 0;
  for (let index = start; index < start + 8; index += 1) {
    const byte = block[index] as number;
    if (byte >= 48 && byte <= 55) mode = (mode << 3) | (byte - 48);
    else if (mode !== 0 || (byte !== 32 && byte !== 0)) break;
  }
  return mode & 0o7777;
}

const gnuSparse = 0x53;

function isHeaderOnly(type: number): boolean {
  return type >= 0x31 && type <= 0x36;
}

function kindOf(type: number, path: string): TarEntry["kind"] {
  switch (type) {
    case 0x30:
    case 0x37:
    case gnuSparse:
      return "file";
    case 0:
      return path.endsWith("/") ? "directory" : "file";
    case 0x31:
      return "hard";
    case 0x32:
      return "symbolic";
    case 0x35:
      return "directory";
    default:
      return "special";
  }
}

function readName(block: Buffer, offset: number): string {
  const name = readText(block, offset, 100);
  // "ustar\0": POSIX with a prefix field. GNU's "ustar  " uses those bytes for times.
  if (block[offset + 345] === 0 || block[offset + 262] !== 0 || block[offset + 257] !== 0x75) return name;
  const isStar = block.toString("latin1", offset + 508, offset + 512) === "tar\0";
  const prefix = readText(block, offset + 345, isStar ? 131 : 155);
  return prefix === "" ? name : `${prefix}/${name}`;
}

/**
 * Reads pax records (`<length> <key>=<value>\n`) that matter for where an entry lies and how long it is.
 * Throws LayerError on a malformed record.
 */
export function readPax(bytes: Buffer): HeaderOverrides {
  const overrides: HeaderOverrides = {};
  let position = 0;
  while (position < bytes.length && bytes[position] !== 0) {
    const space = bytes.indexOf(0x20, position);
    const length = space < 0 || space - position > 10 ? Number.NaN : Number(bytes.toString("latin1", position, space));
    const end = position + length;
    const equals = bytes.indexOf(0x3d, space);
    const isSound =
      Number.isInteger(length) && end <= bytes.length && equals > space && equals < end && bytes[end - 1] === 0x0a;
    if (!isSound) throw new LayerError("corrupt-tar", "An extended tar header (pax) is malformed.");
    applyPaxRecord(overrides, bytes.toString("latin1", space + 1, equals), nameOf(bytes, equals + 1, end - 1));
    position = end;
  }
  return overrides;
}

function applyPaxRecord(overrides: HeaderOverrides, key: string, value: string): void {
  // An empty value takes the record back, whatever it is about (archive/tar mergePAX).
  if (value === "") return;
  if (key === "path" || key === "linkpath" || key === "GNU.sparse.name") {
    if (value.includes("\0"))
      throw new LayerError("corrupt-tar", "An extended tar header names a path with a NUL byte.");
    if (key === "linkpath") overrides.linkPath = value;
    else overrides.path = value;
    return;
  }
  if (key === "size") {
    const size = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
    if (!Number.isSafeInteger(size))
      throw new LayerError("corrupt-tar", "An extended tar header states an impossible size.");
    overrides.size = size;
    return;
  }
  if (key.startsWith("GNU.sparse.")) overrides.isSparse = true;
}
