import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { z } from "zod";
import { Diagnostic } from "#domain/evidence.ts";
import type { LayerEntry, LayerFacts } from "./facts.ts";
import { heldBy, type ImageCost } from "./layer-limits.ts";

/** First bytes of a stored result and the version of its form. */
const magic = Buffer.from("BWLF\x02", "latin1");
/** What the facts take in memory: entries, bytes of paths, bytes of kept files, each as a double. */
const costBytes = 3 * 8;

/** Far above what the limits of reading allow; keeps a damaged row from taking the memory. */
const maxDecodedBytes = 1024 ** 3;

/**
 * A kept file is its path and length; its bytes follow the head in the same order. A negative length = the content was not
 * kept: -1 a plain file, -2 a native program, -3 one that Go built.
 */
const StoredEntry = z.union([
  z.string(),
  z.tuple([z.literal("f"), z.string(), z.number().int(), z.number().int()]),
  z.tuple([z.enum(["d", "w", "o"]), z.string()]),
  z.tuple([z.literal("s"), z.string(), z.string()]),
  z.tuple([z.literal("h"), z.string(), z.string(), z.number().int()]),
]);
type StoredEntry = z.infer<typeof StoredEntry>;

const Head = z.object({
  diffId: z.string(),
  uncompressedBytes: z.number(),
  entryCount: z.number(),
  entries: z.array(StoredEntry),
  diagnostics: z.array(Diagnostic),
});

type StoredFile = Extract<StoredEntry, ["f", ...unknown[]]>;

const lengthOf = { none: -1, native: -2, go: -3 } as const;
const letters = { directory: "d", whiteout: "w", opaque: "o" } as const;
const kinds = { d: "directory", w: "whiteout", o: "opaque" } as const;

/**
 * Packs what is known of a layer for storing: a JSON head and the kept files behind each other, zstd over both.
 * The same facts give the same bytes.
 */
export function encodeLayerFacts(facts: LayerFacts): Uint8Array {
  const bodies: Uint8Array[] = [];
  const entries = facts.entries.map((entry): StoredEntry => {
    if (typeof entry === "string") return entry;
    if (entry.kind === "symbolic") return ["s", entry.path, entry.target];
    if (entry.kind === "hard") return ["h", entry.path, entry.target, entry.setIdBits];
    if (entry.kind !== "file") return [letters[entry.kind], entry.path];
    if (entry.bytes !== null) bodies.push(entry.bytes);
    return ["f", entry.path, entry.bytes?.byteLength ?? lengthOf[entry.program ?? "none"], entry.setIdBits];
  });
  const json = Buffer.from(JSON.stringify({ ...facts, entries } satisfies z.input<typeof Head>), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const held = heldBy(facts);
  const cost = Buffer.alloc(costBytes);
  [held.entries, held.pathBytes, held.keptBytes].forEach((value, index) => {
    cost.writeDoubleLE(value, index * 8);
  });
  return Buffer.concat([magic, cost, zstdCompressSync(Buffer.concat([length, json, ...bodies]))]);
}

/** What stored facts will take in memory, told without unpacking them. Throws RangeError when they have another form. */
export function costOfEncoded(bytes: Uint8Array): Pick<ImageCost, "entries" | "pathBytes" | "keptBytes"> {
  const stored = storedForm(bytes);
  const value = (index: number) => stored.readDoubleLE(magic.length + index * 8);
  return { entries: value(0), pathBytes: value(1), keptBytes: value(2) };
}

/** Reads what `encodeLayerFacts` wrote. Throws RangeError when the bytes are damaged or of another version. */
export function decodeLayerFacts(bytes: Uint8Array): LayerFacts {
  const plain = unpack(storedForm(bytes).subarray(magic.length + costBytes));
  const headEnd = 4 + (plain.length >= 4 ? plain.readUInt32LE(0) : 0);
  if (plain.length < 4 || headEnd > plain.length) throw new RangeError("Stored layer facts are cut off.");
  const head = Head.parse(JSON.parse(plain.toString("utf8", 4, headEnd)));
  let offset = headEnd;
  const take = (size: number) => {
    const start = offset;
    offset += size;
    return new Uint8Array(plain.subarray(start, offset));
  };
  const entries = head.entries.map((entry) => toEntry(entry, take));
  if (offset !== plain.length) throw new RangeError("Stored layer facts are cut off.");
  const diagnostics = head.diagnostics.map(({ path, ...rest }) => (path === undefined ? rest : { ...rest, path }));
  return { ...head, entries, diagnostics };
}

function toEntry(entry: StoredEntry, take: (size: number) => Uint8Array): LayerEntry {
  if (typeof entry === "string") return entry;
  switch (entry[0]) {
    case "f":
      return toFile(entry, take);
    case "s":
      return { kind: "symbolic", path: entry[1], target: entry[2] };
    case "h":
      return { kind: "hard", path: entry[1], target: entry[2], setIdBits: entry[3] };
    default:
      return { kind: kinds[entry[0]], path: entry[1] };
  }
}

function toFile([, path, length, setIdBits]: StoredFile, take: (size: number) => Uint8Array): LayerEntry {
  const file = { kind: "file", path, bytes: length < 0 ? null : take(length), setIdBits } as const;
  if (length === lengthOf.native) return { ...file, program: "native" };
  return length === lengthOf.go ? { ...file, program: "go" } : file;
}

function storedForm(bytes: Uint8Array): Buffer {
  const stored = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isOurs = stored.subarray(0, magic.length).equals(magic) && stored.length > magic.length + costBytes;
  if (!isOurs) throw new RangeError("Stored layer facts have an unknown form.");
  return stored;
}

function unpack(bytes: Buffer): Buffer {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: maxDecodedBytes });
  } catch (error) {
    throw new RangeError("Stored layer facts are damaged.", { cause: error });
  }
}
