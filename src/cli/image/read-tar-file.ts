import { closeSync, openSync, readSync } from "node:fs";
import type { TarReader } from "#engines/image-scan/tar-reader.ts";
import type { StoredFile } from "./stored-file.ts";

/** Small enough to stay in the processor's cache, large enough that reading on is cheaper than jumping. */
const windowBytes = 128 * 1024;

/**
 * Feeds a plain tar on disk to a reader and jumps over bodies that it does not want, so that most of an archive is never
 * read. Stops at the end marker. Throws what the reader throws, and errors of the file system.
 */
export function readTarFile(stored: StoredFile, reader: TarReader): void {
  const window = Buffer.allocUnsafeSlow(Math.min(windowBytes, Math.max(stored.size, 512)));
  const descriptor = openSync(stored.file, "r");
  const end = stored.offset + stored.size;
  let position = stored.offset;
  try {
    while (position < end && !reader.finished) {
      const jump = Math.min(reader.skippableBytes, end - position);
      if (jump > 0) {
        reader.skipped(jump);
        position += jump;
        continue;
      }
      const read = readSync(descriptor, window, 0, Math.min(window.length, end - position), position);
      if (read === 0) break;
      position += read;
      reader.push(window.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
  reader.end();
}
