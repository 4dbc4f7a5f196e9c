import { open } from "node:fs/promises";
import { InputError, oneLine } from "../input-error.ts";
import { algorithmOf, digestOf } from "./content-digest.ts";

/** A run of bytes on disk: a file of its own, or a member of a tar that was not unpacked. */
export interface StoredFile {
  file: string;
  offset: number;
  size: number;
}

/** Manifests and configurations are small; anything larger is none. */
const maxDocumentBytes = 16 * 1024 * 1024;

/** Reads a manifest or configuration whole. Throws InputError when it is too large, or cut off, or not the bytes of `digest`. */
export async function readDocument(stored: StoredFile, digest?: string): Promise<Buffer> {
  if (stored.size > maxDocumentBytes)
    throw new InputError(`${stored.file} holds a manifest of ${stored.size} bytes, which cannot be right.`);
  const bytes = Buffer.alloc(stored.size);
  const handle = await open(stored.file, "r").catch((error: unknown) => {
    throw new InputError(`${stored.file} cannot be read: ${oneLine(error)}`, { cause: error });
  });
  try {
    const { bytesRead } = await handle.read(bytes, 0, stored.size, stored.offset);
    if (bytesRead < stored.size) throw new InputError(`${stored.file} is cut off.`);
  } finally {
    await handle.close();
  }
  if (digest !== undefined && digestOf(bytes, algorithmOf(digest)) !== digest)
    throw new InputError(`${stored.file} holds bytes for ${digest} that do not match this digest.`);
  return bytes;
}

/** Parses a document. Throws InputError that names the file. */
export function parseDocument(bytes: Buffer, name: string): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new InputError(`${name} is not valid JSON.`, { cause: error });
  }
}
