import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { detectCompression } from "#engines/image-scan/decompress.ts";
import type { LayerFacts } from "#engines/image-scan/facts.ts";
import { LayerCollector } from "#engines/image-scan/layer-collector.ts";
import { defaultLayerLimits, LayerError, noCost } from "#engines/image-scan/layer-limits.ts";
import { readLayer } from "#engines/image-scan/read-layer.ts";
import { TarReader } from "#engines/image-scan/tar-reader.ts";
import { algorithmOf, DigestCheck } from "./content-digest.ts";
import { readTarFile } from "./read-tar-file.ts";
import type { LayerReading } from "./scannable-image.ts";
import type { StoredFile } from "./stored-file.ts";

export interface StoredLayerOptions {
  /** Digest of the stored bytes, where the manifest names it. */
  digest: string | null;
  /** Diff id that the image's configuration names. */
  diffId: string | null;
  mediaType: string;
  /** Read every byte and hold digest and diff id against them. */
  verify: boolean;
}

/**
 * Reads a layer that lies on disk. A compressed one is read through and its digest checked; a plain one is only read
 * where something of interest lies, unless `verify` asks for every byte. Throws LayerError.
 */
export async function readStoredLayer(
  stored: StoredFile,
  options: StoredLayerOptions,
  reading: LayerReading,
): Promise<LayerFacts> {
  if (detectCompression(headOf(stored)) === "none" && !options.verify) return readPlain(stored, options, reading);
  const check = options.digest === null ? null : new DigestCheck(options.digest);
  const facts = await readLayer(bytesOf(stored, check), {
    mediaType: options.mediaType,
    hash: options.verify && algorithmOf(options.diffId ?? ""),
    ...reading,
  });
  if (check?.holds() === false) {
    throw new LayerError("corrupt-compression", `The layer's bytes do not match its digest ${options.digest}.`);
  }
  if (options.verify && options.diffId !== null && facts.diffId !== options.diffId) {
    throw new LayerError(
      "corrupt-tar",
      `The layer's content does not match the diff id ${options.diffId} of the image's configuration.`,
    );
  }
  return { ...facts, diffId: facts.diffId || (options.diffId ?? "") };
}

function readPlain(stored: StoredFile, options: StoredLayerOptions, reading: LayerReading): LayerFacts {
  const { cost = noCost(), ...wanted } = reading;
  const collector = new LayerCollector({ limits: defaultLayerLimits, cost, ...wanted });
  readTarFile(stored, new TarReader(collector));
  return collector.facts({ diffId: options.diffId ?? "", uncompressedBytes: stored.size });
}

async function* bytesOf(stored: StoredFile, check: DigestCheck | null): AsyncGenerator<Buffer> {
  if (stored.size === 0) return;
  const stream = createReadStream(stored.file, {
    start: stored.offset,
    end: stored.offset + stored.size - 1,
    highWaterMark: 256 * 1024,
  });
  for await (const piece of stream as AsyncIterable<Buffer>) {
    check?.update(piece);
    yield piece;
  }
}

function headOf(stored: StoredFile): Buffer {
  const head = Buffer.alloc(Math.min(4, stored.size));
  const descriptor = openSync(stored.file, "r");
  try {
    readSync(descriptor, head, 0, head.length, stored.offset);
  } finally {
    closeSync(descriptor);
  }
  return head;
}
