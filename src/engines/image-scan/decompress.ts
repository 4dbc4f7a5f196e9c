import { Readable, type Transform } from "node:stream";
import { constants, createGunzip, createZstdDecompress, type ZstdDecompress } from "node:zlib";
import { LayerError } from "./layer-limits.ts";

export type Compression = "none" | "gzip" | "zstd";

/** Size of the pieces that come out: large enough that the hand-over between threads does not count. */
const pieceBytes = 256 * 1024;

/** What the first bytes say, whatever a media type claims. Throws LayerError for what cannot be read here. */
export function detectCompression(head: Uint8Array): Compression {
  const [a, b, c, d] = head;
  if (a === 0x1f && b === 0x8b) return "gzip";
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return "zstd";
  // A zstd stream may start with a skippable frame (zstd:chunked, eStargz-like tools).
  if (a !== undefined && (a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18) return "zstd";
  if (a === 0x42 && b === 0x5a && c === 0x68)
    throw new LayerError("unsupported-compression", "The layer is compressed with bzip2, which is not supported.");
  if (a === 0xfd && b === 0x37 && c === 0x7a)
    throw new LayerError("unsupported-compression", "The layer is compressed with xz, which is not supported.");
  return "none";
}

/**
 * Decompresses a stream by its first bytes. Yields pieces of the plain stream. Ends early, and frees what it holds, when
 * the consumer stops. Throws LayerError `corrupt-compression` or `truncated`; errors of the source come through as they are.
 */
export async function* decompress(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]();
  const head: Buffer[] = [];
  let headLength = 0;
  let isSourceDone = false;
  while (headLength < 4 && !isSourceDone) {
    const next = await iterator.next();
    if (next.done === true) isSourceDone = true;
    else {
      head.push(asBuffer(next.value));
      headLength += next.value.byteLength;
    }
  }
  const whole = replay(head, isSourceDone ? null : iterator);
  const compression = detectCompression(Buffer.concat(head).subarray(0, 4));
  if (compression === "none") yield* whole;
  else yield* inflate(whole, compression);
}

async function* replay(head: Buffer[], rest: AsyncIterator<Uint8Array> | null): AsyncGenerator<Buffer> {
  try {
    yield* head;
    while (rest !== null) {
      const next = await rest.next();
      if (next.done === true) {
        rest = null;
        return;
      }
      yield asBuffer(next.value);
    }
  } finally {
    await rest?.return?.();
  }
}

async function* inflate(source: AsyncIterable<Buffer>, compression: "gzip" | "zstd"): AsyncGenerator<Buffer> {
  const engine: Transform =
    compression === "gzip"
      ? createGunzip({ chunkSize: pieceBytes })
      : createZstdDecompress({ chunkSize: pieceBytes, params: { [constants.ZSTD_d_windowLogMax]: 27 } });
  const given = { bytes: 0 };
  const input = Readable.from(counted(source, given), { objectMode: false, highWaterMark: pieceBytes });
  input.on("error", (error) => engine.destroy(error));
  input.pipe(engine);
  try {
    for await (const piece of engine) yield piece as Buffer;
    // Node ends at what follows the last zstd frame without a word; a runtime refuses it, as Node itself does for gzip.
    if (compression === "zstd" && (engine as ZstdDecompress).bytesWritten < given.bytes)
      throw new LayerError("corrupt-compression", "Something that is no zstd follows the layer's zstd stream.");
  } catch (error) {
    throw explain(error, compression);
  } finally {
    input.destroy();
    engine.destroy();
  }
}

async function* counted(source: AsyncIterable<Buffer>, given: { bytes: number }): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    given.bytes += piece.length;
    yield piece;
  }
}

function explain(error: unknown, compression: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "Z_BUF_ERROR")
    return new LayerError("truncated", `The layer's ${compression} stream ends too early.`, { cause: error });
  if (code.startsWith("Z_") || code.startsWith("ZSTD_")) {
    return new LayerError("corrupt-compression", `The layer's ${compression} stream is damaged (${code}).`, {
      cause: error,
    });
  }
  return error;
}

/** The same memory as a Buffer, whose text methods the reader needs. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
