import { createHash } from "node:crypto";
import { asBuffer, decompress } from "./decompress.ts";
import type { LayerFacts } from "./facts.ts";
import { LayerCollector } from "./layer-collector.ts";
import { defaultLayerLimits, type ImageCost, LayerError, type LayerLimits, noCost } from "./layer-limits.ts";
import { TarReader } from "./tar-reader.ts";

export interface ReadLayerOptions {
  /** As the manifest states it. The bytes decide about compression; this only names what cannot be read. */
  mediaType?: string;
  limits?: Partial<LayerLimits>;
  /** Stops the reading with LayerError `aborted`, also while the source keeps silent. */
  signal?: AbortSignal;
  /** Whether to compute the diff id (hash of the uncompressed tar), and by what. Without it `diffId` is empty. Default sha256. */
  hash?: boolean | "sha256" | "sha512";
  /** What the image's other layers have cost, to which this one's cost is added: the limits are those of the image. */
  cost?: ImageCost;
  /** Paths whose content is kept besides what analysers want by name. */
  alsoWanted?: ReadonlySet<string>;
}

/**
 * Reads one layer (plain, gzip or zstd) in one pass with bounded memory and returns what the analysers need of it.
 * Throws LayerError `{ code, message }` when the layer is broken or hostile; errors of the source come through as they are.
 */
export async function readLayer(
  source: AsyncIterable<Uint8Array>,
  options: ReadLayerOptions = {},
): Promise<LayerFacts> {
  if (options.mediaType?.endsWith("+encrypted"))
    throw new LayerError("encrypted", "The layer is encrypted, so its content cannot be seen.");
  const limits = { ...defaultLayerLimits, ...options.limits };
  const algorithm = options.hash === "sha512" ? "sha512" : "sha256";
  const hash = options.hash === false ? null : createHash(algorithm);
  const cost = options.cost ?? noCost();
  const collector = new LayerCollector({ limits, cost, ...wantedBesides(options) });
  const reader = new TarReader(collector);
  const before = cost.uncompressedBytes;
  for await (const piece of decompress(abortable(counting(source, cost), options.signal))) {
    cost.uncompressedBytes += piece.length;
    checkSize(cost, limits);
    hash?.update(piece);
    reader.push(piece);
  }
  reader.end();
  if (reader.hasTrailingData)
    collector.addDiagnostic("trailing-data", "Something follows the end of the layer's tar; it was not read.");
  return collector.facts({
    diffId: hash === null ? "" : `${algorithm}:${hash.digest("hex")}`,
    uncompressedBytes: cost.uncompressedBytes - before,
  });
}

function wantedBesides({ alsoWanted }: ReadLayerOptions): { alsoWanted?: ReadonlySet<string> } {
  return alsoWanted === undefined ? {} : { alsoWanted };
}

function checkSize(cost: ImageCost, limits: LayerLimits): void {
  if (cost.uncompressedBytes > limits.uncompressedBytes) {
    throw new LayerError("too-large", `The image is larger than ${limits.uncompressedBytes} bytes when unpacked.`);
  }
  if (cost.uncompressedBytes > limits.ratioFromBytes && cost.uncompressedBytes > cost.compressedBytes * limits.ratio) {
    throw new LayerError(
      "compression-bomb",
      `It unpacks to more than ${limits.ratio} times its size, as a decompression bomb does.`,
    );
  }
}

async function* counting(source: AsyncIterable<Uint8Array>, cost: ImageCost): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    cost.compressedBytes += piece.byteLength;
    yield asBuffer(piece);
  }
}

/** The source, but every wait for it ends when the signal fires. */
async function* abortable(source: AsyncGenerator<Buffer>, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  if (signal === undefined) {
    yield* source;
    return;
  }
  let stop: () => void = () => undefined;
  const stopped = new Promise<"stopped">((resolve) => {
    stop = () => resolve("stopped");
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    while (true) {
      const next = await Promise.race([source.next(), stopped]);
      if (next === "stopped" || signal.aborted) throw abortError(signal);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    // A source that is stuck would never answer, so nobody waits for its clean-up.
    source.return(undefined).catch(() => undefined);
  }
}

function abortError(signal: AbortSignal): LayerError {
  const reason =
    signal.reason instanceof Error && signal.reason.name === "TimeoutError" ? "took too long" : "was stopped";
  return new LayerError("aborted", `Reading the layer ${reason}.`, { cause: signal.reason });
}
