import { constants } from "node:fs";
import { writeFile } from "node:fs/promises";

const { O_WRONLY, O_CREAT, O_TRUNC, O_SYNC } = constants;

/**
 * Writes a file, readable by its owner only, that is on the disk when the promise resolves. By O_SYNC and not fsync, which
 * Node's permission model does not allow.
 */
export function writeDurably(file: string, data: string | Uint8Array): Promise<void> {
  return writeFile(file, data, { mode: 0o600, flag: O_WRONLY | O_CREAT | O_TRUNC | O_SYNC });
}
