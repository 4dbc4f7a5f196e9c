import { LayerError } from "./layer-limits.ts";
import {
  blockSize,
  type HeaderOverrides,
  hasValidChecksum,
  isZeroBlock,
  readHeader,
  readNumber,
  readPax,
  readText,
  type TarEntry,
} from "./tar-header.ts";

export interface TarHandler {
  /** Called for every entry; true asks for its body, a number for as many of its first bytes. */
  onEntry(entry: TarEntry): boolean | number;
  /** What was asked for of an entry: the whole body, or its head. The bytes are the handler's to keep. */
  onBody(entry: TarEntry, bytes: Buffer): void;
}

/** Extended headers are small; archive/tar refuses those above one MiB too. */
const maxExtensionBytes = 1024 * 1024;

/**
 * Reads a tar that is pushed in pieces and tells a handler what is in it: ustar, pax, GNU long names, base-256 sizes.
 * Bodies that nobody asked for are stepped over without being looked at; `skippableBytes` tells a caller with a seekable
 * source how far it may jump. Where archives are ambiguous it does what Go's archive/tar does, because that decides what a
 * container really gets: global pax headers are ignored, the first two zero blocks end the archive.
 */
export class TarReader {
  private readonly handler: TarHandler;
  private readonly partial = Buffer.alloc(blockSize);
  private partialLength = 0;
  /** Body and padding still to step over. */
  private skip = 0;
  private body: Buffer | null = null;
  private bodyLength = 0;
  /** Bytes of the entry that is being collected, which may be more than were asked for. */
  private entrySize = 0;
  private bodyOwner: TarEntry | null = null;
  private extensionType = 0;
  private overrides: HeaderOverrides | null = null;
  private pendingSparse: TarEntry | null = null;
  private zeroBlocks = 0;
  private isFinished = false;
  private pushed = 0;
  /** Where in the tar the body of the entry lies that is being announced. */
  bodyOffset = 0;
  /** True when something other than zeros follows the end of the archive. */
  hasTrailingData = false;

  constructor(handler: TarHandler) {
    this.handler = handler;
  }

  /** Bytes that follow and will not be looked at. */
  get skippableBytes(): number {
    return this.body === null && this.partialLength === 0 ? this.skip : 0;
  }

  /** True once the two zero blocks were seen: what follows has no meaning. */
  get finished(): boolean {
    return this.isFinished;
  }

  /** Says that the source jumped over `bytes`, at most `skippableBytes`. */
  skipped(bytes: number): void {
    this.skip -= bytes;
    this.pushed += bytes;
  }

  /** Takes the next piece. It may be reused by the caller afterwards. Throws LayerError when it makes no sense. */
  push(chunk: Buffer): void {
    let offset = 0;
    const start = this.pushed;
    this.pushed += chunk.length;
    while (offset < chunk.length) {
      this.bodyOffset = start + offset + blockSize - this.partialLength;
      if (this.body !== null) offset = this.fillBody(chunk, offset);
      else if (this.skip > 0) {
        const step = Math.min(this.skip, chunk.length - offset);
        this.skip -= step;
        offset += step;
      } else if (this.isFinished) {
        this.lookAtTrailer(chunk, offset);
        return;
      } else offset = this.takeBlock(chunk, offset);
    }
  }

  /** Says that the source has ended. Throws LayerError `truncated` when that is in the middle of an entry. */
  end(): void {
    const isInside = this.body !== null || this.skip > 0 || this.partialLength > 0 || this.pendingSparse !== null;
    if (!this.isFinished && isInside) throw new LayerError("truncated", "The layer ends in the middle of a file.");
  }

  private takeBlock(chunk: Buffer, offset: number): number {
    if (this.partialLength === 0 && chunk.length - offset >= blockSize) {
      this.readBlock(chunk, offset);
      return offset + blockSize;
    }
    const step = Math.min(blockSize - this.partialLength, chunk.length - offset);
    chunk.copy(this.partial, this.partialLength, offset, offset + step);
    this.partialLength += step;
    if (this.partialLength === blockSize) {
      this.partialLength = 0;
      this.readBlock(this.partial, 0);
    }
    return offset + step;
  }

  private readBlock(block: Buffer, offset: number): void {
    if (this.pendingSparse !== null) {
      this.readSparseBlock(block, offset);
      return;
    }
    if (block[offset] === 0 && isZeroBlock(block, offset)) {
      this.zeroBlocks += 1;
      if (this.zeroBlocks === 2) this.isFinished = true;
      return;
    }
    if (this.zeroBlocks > 0) throw new LayerError("corrupt-tar", "The layer's tar goes on after an end marker.");
    if (!hasValidChecksum(block, offset)) throw new LayerError("corrupt-tar", "A tar header has a wrong checksum.");
    const type = block[offset + 156] as number;
    if (isExtension(type)) this.startExtension(block, offset, type);
    else this.startEntry(block, offset, type);
  }

  private startExtension(block: Buffer, offset: number, type: number): void {
    const size = readNumber(block, offset + 124, 12);
    if (size > maxExtensionBytes) throw new LayerError("corrupt-tar", "An extended tar header is larger than 1 MiB.");
    this.extensionType = type;
    this.startBody(size);
  }

  private startEntry(block: Buffer, offset: number, type: number): void {
    const entry = readHeader(block, offset, this.overrides);
    this.overrides = null;
    // Old GNU sparse files put more header blocks before the body while this flag is set.
    if (type === 0x53 && block[offset + 482] === 1) {
      this.pendingSparse = entry;
      return;
    }
    this.announce(entry);
  }

  private readSparseBlock(block: Buffer, offset: number): void {
    const entry = this.pendingSparse;
    if (entry === null || block[offset + 504] === 1) return;
    this.pendingSparse = null;
    this.announce(entry);
  }

  private announce(entry: TarEntry): void {
    const wanted = this.handler.onEntry(entry);
    if (wanted === false) {
      this.skip = padded(entry.size);
      return;
    }
    this.bodyOwner = entry;
    this.startBody(wanted === true ? entry.size : Math.min(wanted, entry.size), entry.size);
  }

  private startBody(size: number, entrySize = size): void {
    this.entrySize = entrySize;
    this.body = Buffer.allocUnsafeSlow(size);
    this.bodyLength = 0;
    if (size === 0) this.finishBody();
  }

  private fillBody(chunk: Buffer, offset: number): number {
    const body = this.body as Buffer;
    const step = Math.min(body.length - this.bodyLength, chunk.length - offset);
    chunk.copy(body, this.bodyLength, offset, offset + step);
    this.bodyLength += step;
    if (this.bodyLength === body.length) this.finishBody();
    return offset + step;
  }

  private finishBody(): void {
    const body = this.body as Buffer;
    this.body = null;
    this.skip = padded(this.entrySize) - body.length;
    const owner = this.bodyOwner;
    this.bodyOwner = null;
    if (owner === null) this.takeExtension(body);
    else this.handler.onBody(owner, body);
  }

  private takeExtension(body: Buffer): void {
    switch (this.extensionType) {
      case 0x67:
        return;
      case 0x4c:
        this.overrides = { ...this.overrides, path: readText(body, 0, body.length) };
        return;
      case 0x4b:
        this.overrides = { ...this.overrides, linkPath: readText(body, 0, body.length) };
        return;
      default:
        this.overrides = { ...this.overrides, ...readPax(body) };
    }
  }

  private lookAtTrailer(chunk: Buffer, offset: number): void {
    if (this.hasTrailingData) return;
    for (let index = offset; index < chunk.length; index += 1) {
      if (chunk[index] !== 0) {
        this.hasTrailingData = true;
        return;
      }
    }
  }
}

/** pax local and global (also Solaris' X), GNU long name and long link. */
function isExtension(type: number): boolean {
  return type === 0x78 || type === 0x67 || type === 0x58 || type === 0x4c || type === 0x4b;
}

function padded(size: number): number {
  return Math.ceil(size / blockSize) * blockSize;
}
