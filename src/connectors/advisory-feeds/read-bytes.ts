import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { FeedError } from "./feed-error.ts";
import { type FeedLimits, feedLimits } from "./feed-limits.ts";

export type Compression = "none" | "gzip" | "zstd" | "zip";

/** Looks at the first bytes of a file, not at its name. */
export async function compressionOf(path: string): Promise<Compression> {
  const file = await open(path, "r");
  try {
    const head = Buffer.alloc(4);
    const { bytesRead } = await file.read(head, 0, 4, 0);
    if (bytesRead >= 2 && head[0] === 0x1f && head[1] === 0x8b) return "gzip";
    if (bytesRead === 4 && head.readUInt32BE(0) === 0x504b0304) return "zip";
    if (bytesRead === 4 && head.readUInt32BE(0) === 0x504b0506) return "zip";
    if (bytesRead === 4 && head.readUInt32LE(0) === 0xfd2fb528) return "zstd";
    return "none";
  } finally {
    await file.close();
  }
}

/**
 * The decompressed bytes of a file, chunk by chunk. Throws FeedError when it is cut off, damaged, larger than the
 * limits, or unfolds far beyond its size.
 */
export async function* readBytes(path: string, limits: FeedLimits = feedLimits): AsyncGenerator<Buffer> {
  const compression = await compressionOf(path);
  const { size } = await stat(path);
  const source = createReadStream(path, { highWaterMark: 256 * 1024 });
  const stream = decompressed(source, compression);
  let total = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > limits.totalBytes)
        throw new FeedError(`the file holds more than ${limits.totalBytes} bytes when unpacked`);
      if (total > limits.ratioFromBytes && total > size * limits.ratio) {
        throw new FeedError(
          `the file unfolds to more than ${limits.ratio} times its size, so it was refused as a bomb`,
        );
      }
      yield chunk;
    }
  } catch (error) {
    throw error instanceof FeedError ? error : new FeedError(damage(error, compression), { cause: error });
  } finally {
    source.destroy();
    stream.destroy();
  }
}

function decompressed(source: Readable, compression: Compression): Readable {
  if (compression === "none") return source;
  const unpack = compression === "zstd" ? createZstdDecompress() : createGunzip({ chunkSize: 256 * 1024 });
  const out = new PassThrough({ highWaterMark: 512 * 1024 });
  // pipeline reports a fault of any stage on the last one, which the reader iterates.
  pipeline(source, unpack, out).catch((error: unknown) => out.destroy(error instanceof Error ? error : undefined));
  return out;
}

function damage(error: unknown, compression: Compression): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "Z_BUF_ERROR" || code === "ZSTD_error_srcSize_wrong")
    return `the ${compression} file ends too early: it was cut off`;
  if (code.startsWith("Z_") || code.startsWith("ZSTD")) return `the ${compression} file is damaged (${code})`;
  if (code === "ERR_STREAM_PREMATURE_CLOSE") return `the ${compression} file ends too early: it was cut off`;
  return `the file cannot be read (${code || (error instanceof Error ? error.message : "unknown fault")})`;
}
