import { closeSync, createReadStream, openSync, readSync, writeSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { type Compression, decompress, detectCompression } from "#engines/image-scan/decompress.ts";
import { defaultLayerLimits, LayerError } from "#engines/image-scan/layer-limits.ts";
import { InputError, oneLine } from "../input-error.ts";

/** How the archive itself is compressed, as by `docker save … | gzip`. Throws InputError for bzip2 and xz. */
export function compressionOf(file: string): Compression {
  const head = Buffer.alloc(4);
  const descriptor = openSync(file, "r");
  try {
    const length = readSync(descriptor, head, 0, 4, 0);
    return detectCompression(head.subarray(0, length));
  } catch (error) {
    if (!(error instanceof LayerError)) throw error;
    throw new InputError(`${file}: ${error.message.replace("The layer", "The archive")}`, { cause: error });
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Unpacks a compressed archive into a file in the folder `scratch`, because layers are read at random places. Answers that file.
 * Throws InputError when the stream is damaged or a bomb.
 */
export async function unpackArchive(file: string, scratch: string): Promise<string> {
  const unpacked = path.join(scratch, "archive.tar");
  try {
    await writeUnpacked(file, unpacked);
  } catch (error) {
    throw new InputError(`${file} cannot be unpacked: ${oneLine(error).replace("The layer's", "Its")}`, {
      cause: error,
    });
  }
  return unpacked;
}

async function writeUnpacked(from: string, to: string): Promise<void> {
  const { size } = await stat(from);
  const { uncompressedBytes, ratio, ratioFromBytes } = defaultLayerLimits;
  const descriptor = openSync(to, "wx", 0o600);
  let written = 0;
  try {
    for await (const piece of decompress(createReadStream(from, { highWaterMark: 256 * 1024 }))) {
      written += piece.length;
      if (written > uncompressedBytes || (written > ratioFromBytes && written > size * ratio))
        throw new InputError("it unfolds far beyond its size.");
      writeSync(descriptor, piece);
    }
  } finally {
    closeSync(descriptor);
  }
}
