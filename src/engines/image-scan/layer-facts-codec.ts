import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { z } from "zod";
import { Diagnostic } from "#domain/evidence.ts";
import type { LayerFacts } from "./facts.ts";

/** First bytes of a stored result and the version of its form. */
const magic = Buffer.from("BWLF\x01", "latin1");

/** Far above what the limits of reading allow; keeps a damaged row from taking the memory. */
const maxDecodedBytes = 1024 ** 3;

const Head = z.object({
  diffId: z.string(),
  uncompressedBytes: z.number(),
  entryCount: z.number(),
  files: z.array(z.tuple([z.string(), z.number().int().nonnegative()])),
  links: z.array(z.tuple([z.string(), z.string(), z.union([z.literal(0), z.literal(1)])])),
  whiteouts: z.array(z.string()),
  opaqueDirectories: z.array(z.string()),
  others: z.array(z.string()),
  directories: z.array(z.string()),
  // Facts that were stored before these were looked at have neither: not known, which is not the same as none.
  setIdFiles: z.array(z.tuple([z.string(), z.number().int()])).optional(),
  setIdUnnamed: z.number().int().optional(),
  diagnostics: z.array(Diagnostic),
});

/**
 * Packs what is known of a layer for storing: a JSON head and the kept files behind each other, zstd over both.
 * The same facts give the same bytes.
 */
export function encodeLayerFacts(facts: LayerFacts): Uint8Array {
  const { setIdFiles, ...plainFacts } = facts;
  const head: z.input<typeof Head> = {
    ...plainFacts,
    ...(setIdFiles === undefined
      ? {}
      : { setIdFiles: setIdFiles.map(({ path, bits }): [string, number] => [path, bits]) }),
    files: facts.files.map((file) => [file.path, file.bytes.byteLength]),
    links: facts.links.map((link) => [link.path, link.target, link.kind === "hard" ? 1 : 0]),
  };
  const json = Buffer.from(JSON.stringify(head), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const plain = Buffer.concat([length, json, ...facts.files.map((file) => file.bytes)]);
  return Buffer.concat([magic, zstdCompressSync(plain)]);
}

/** Reads what `encodeLayerFacts` wrote. Throws RangeError when the bytes are damaged or of another version. */
export function decodeLayerFacts(bytes: Uint8Array): LayerFacts {
  const stored = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!stored.subarray(0, magic.length).equals(magic)) throw new RangeError("Stored layer facts have an unknown form.");
  const plain = unpack(stored.subarray(magic.length));
  const headEnd = 4 + (plain.length >= 4 ? plain.readUInt32LE(0) : 0);
  if (plain.length < 4 || headEnd > plain.length) throw new RangeError("Stored layer facts are cut off.");
  const head = Head.parse(JSON.parse(plain.toString("utf8", 4, headEnd)));
  let offset = headEnd;
  const files = head.files.map(([path, size]) => {
    const start = offset;
    offset += size;
    return { path, bytes: new Uint8Array(plain.subarray(start, offset)) };
  });
  if (offset !== plain.length) throw new RangeError("Stored layer facts are cut off.");
  const { setIdFiles, setIdUnnamed, ...rest } = head;
  return {
    ...rest,
    ...(setIdFiles === undefined ? {} : { setIdFiles: setIdFiles.map(([path, bits]) => ({ path, bits })) }),
    ...(setIdUnnamed === undefined ? {} : { setIdUnnamed }),
    files,
    links: head.links.map(([path, target, kind]) => ({ path, target, kind: kind === 1 ? "hard" : "symbolic" })),
    diagnostics: head.diagnostics.map(({ path, ...rest }) => (path === undefined ? rest : { ...rest, path })),
  };
}

function unpack(bytes: Buffer): Buffer {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: maxDecodedBytes });
  } catch (error) {
    throw new RangeError("Stored layer facts are damaged.", { cause: error });
  }
}
