import { clock } from "#clock.ts";
import { isForeignLayerType } from "#connectors/registry/media-types.ts";
import { faultReason, RegistryFault } from "#connectors/registry/registry-fault.ts";
import { ANALYSER_VERSION, type UnreadFile } from "#engines/image-scan/facts.ts";
import { foreignLayer } from "#engines/image-scan/foreign-layer.ts";
import { costOfEncoded, encodeLayerFacts } from "#engines/image-scan/layer-facts-codec.ts";
import { defaultLayerLimits, MOST_LAYERS } from "#engines/image-scan/layer-limits.ts";
import type { ImageLayer } from "#store/image/image.ts";
import type { ScanProgress } from "#store/image/image-scan.ts";
import { readLayers, storeLayer } from "#store/image/layer.ts";
import { ScanFailure } from "./scan-failure.ts";
import type { ReadLayer } from "./scan-messages.ts";
import { readLayerInThread } from "./scan-threads.ts";

/** Layers that are fetched at the same time for one image. */
const PARALLEL_LAYERS = 3;
const LAYER_TIME_MS = 20 * 60_000;
/** Facts of all layers of one image together, as stored: what this process has to hold in memory at once. */
const MOST_FACTS_BYTES = 256 * 1024 ** 2;

export interface LayerSource {
  registryId: string;
  layers: readonly ImageLayer[];
  /** Opens a blob. It throws at the end when the bytes do not have the digest. */
  openBlob: (layer: ImageLayer, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
  signal: AbortSignal;
  onProgress: (progress: ScanProgress) => void;
}

export interface FetchedLayers {
  /** Encoded facts, lowest layer first. */
  facts: Uint8Array[];
  read: number;
  reused: number;
  bytesPulled: number;
}

/**
 * The facts of every layer of an image: stored ones where this pair of blob digest and diff id was read before, the others
 * streamed from the registry and stored once their content proved to have the diff id. Throws ScanFailure that names the layer.
 */
export async function fetchLayers(source: LayerSource): Promise<FetchedLayers> {
  requireFew(source.layers);
  const known = await readLayers(source.layers.map((layer) => keyOf(source.registryId, layer)));
  const facts: (Uint8Array | null)[] = [...known];
  requireBearable(facts);
  const missing = known.flatMap((stored, index) => (stored ? [] : [index]));
  const counter = new ProgressCounter(source, missing);
  const stop = new AbortController();
  const signal = AbortSignal.any([source.signal, stop.signal]);
  const queue = [...missing];
  const fetchNext = async (): Promise<void> => {
    for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
      facts[index] = await fetchLayer(source, { index, signal, counter });
      requireBearable(facts);
      counter.layerDone();
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(PARALLEL_LAYERS, missing.length) }, fetchNext));
  } catch (error) {
    stop.abort(error);
    throw source.signal.aborted ? source.signal.reason : error;
  }
  return {
    facts: facts.flatMap((one) => (one ? [one] : [])),
    read: missing.length,
    reused: known.length - missing.length,
    bytesPulled: counter.bytes,
  };
}

/**
 * Reads layers once more for the files that the whole image's links need from them, and answers all facts with the new ones
 * in their place. These are not stored: another image needs other files of the same layers.
 */
export async function fetchUnread(
  source: LayerSource,
  facts: readonly Uint8Array[],
  unread: readonly UnreadFile[],
): Promise<Uint8Array[]> {
  const wanted = Map.groupBy(unread, ({ layer }) => layer);
  const result = [...facts];
  const counter = new ProgressCounter(source, [...wanted.keys()]);
  for (const [index, files] of wanted) {
    const alsoWanted = files.map(({ path }) => path);
    const layer = await readBlob(source, { index, signal: source.signal, counter, alsoWanted });
    result[index] = layer.encoded;
    requireBearable(result);
  }
  return result;
}

interface Fetch {
  index: number;
  signal: AbortSignal;
  counter: ProgressCounter;
  alsoWanted?: readonly string[];
}

async function fetchLayer(source: LayerSource, options: Fetch): Promise<Uint8Array> {
  const layer = source.layers[options.index];
  if (!layer) throw new RangeError(`No layer ${options.index}`);
  const key = keyOf(source.registryId, layer);
  const first = await readBlob(source, options);
  const read = first.unread.length === 0 ? first : await readBlob(source, { ...options, alsoWanted: first.unread });
  // What was not there today may be there tomorrow.
  if (read.diffId !== "") await storeLayer(key, read);
  return read.encoded;
}

async function readBlob(source: LayerSource, options: Fetch): Promise<ReadLayer> {
  const layer = source.layers[options.index];
  if (!layer) throw new RangeError(`No layer ${options.index}`);
  const own = new AbortController();
  const signal = AbortSignal.any([options.signal, own.signal, AbortSignal.timeout(LAYER_TIME_MS)]);
  try {
    const blob = await source.openBlob(layer, signal);
    const read = await readLayerInThread(options.counter.watch(blob), {
      mediaType: layer.mediaType ?? null,
      signal,
      alsoWanted: options.alsoWanted ?? [],
    });
    if (read.diffId !== layer.diffId) {
      throw new ScanFailure(
        `its content has the hash ${shortened(read.diffId)}, but the image configuration says ${shortened(layer.diffId ?? "nothing")}`,
        { isPermanent: true },
      );
    }
    return read;
  } catch (error) {
    if (options.signal.aborted) throw error;
    if (isForeignLayerType(layer.mediaType ?? "") && faultReason(error) === "notFound") return notStored(options.index);
    throw withPlace(error, `Layer ${options.index + 1} of ${source.layers.length} (${shortened(layer.digest)})`);
  } finally {
    own.abort();
  }
}

/** The limits of an image hold for all its layers together, also for those that were read for other images. */
function requireBearable(facts: readonly (Uint8Array | null)[]): void {
  const total = { stored: 0, entries: 0, pathBytes: 0, keptBytes: 0 };
  for (const one of facts) {
    if (one === null) continue;
    const cost = costOfEncoded(one);
    total.stored += one.byteLength;
    total.entries += cost.entries;
    total.pathBytes += cost.pathBytes;
    total.keptBytes += cost.keptBytes;
  }
  const { entries, pathBytes, wantedTotalBytes } = defaultLayerLimits;
  if (total.entries > entries || total.pathBytes > pathBytes)
    throw refused(`It has more than ${entries} files, or names that take too much room`);
  if (total.stored > MOST_FACTS_BYTES || total.keptBytes > wantedTotalBytes)
    throw refused(
      `Its package files together are larger than the ${wantedTotalBytes / 1024 ** 2} MB that one image may take`,
    );
}

function requireFew(layers: readonly ImageLayer[]): void {
  if (layers.length > MOST_LAYERS)
    throw refused(`It has ${layers.length} layers, more than the ${MOST_LAYERS} that are read`);
}

function refused(reason: string): ScanFailure {
  return new ScanFailure(reason, { isPermanent: true });
}

function notStored(index: number): ReadLayer {
  const facts = foreignLayer(index, null);
  const encoded = new Uint8Array(encodeLayerFacts(facts));
  return { encoded, diffId: "", uncompressedBytes: 0, diagnostics: facts.diagnostics, unread: [] };
}

function withPlace(error: unknown, place: string): unknown {
  if (error instanceof ScanFailure) {
    return new ScanFailure(`${place}: ${error.message}`, { isPermanent: error.isPermanent, cause: error });
  }
  if (error instanceof Error && error.name === "TimeoutError") {
    const minutes = LAYER_TIME_MS / 60_000;
    return new ScanFailure(`${place}: it was not read within ${minutes} minutes`, { isPermanent: false, cause: error });
  }
  const reason = faultReason(error);
  if (reason === null || !(error instanceof Error)) return error;
  const isPermanent =
    reason === "notFound" || reason === "noRight" || reason === "unauthenticated" || isWrongDigest(error);
  return new ScanFailure(`${place}: ${error.message}`, { isPermanent, cause: error });
}

/** Bytes that arrive whole and still have another digest are what the registry holds; asking again gives the same. */
function isWrongDigest(error: unknown): boolean {
  return error instanceof RegistryFault && error.reason === "broken" && error.message.includes("do not match");
}

function keyOf(registryId: string, layer: ImageLayer) {
  if (!layer.diffId) {
    throw new ScanFailure(`The image configuration does not say what layer ${shortened(layer.digest)} contains`, {
      isPermanent: true,
    });
  }
  return { registryId, blobDigest: layer.digest, diffId: layer.diffId, analyserVersion: ANALYSER_VERSION };
}

/** `sha256:` and 12 digits: enough to find the layer, short enough to read. */
function shortened(digest: string): string {
  return digest.slice(0, 19);
}

/** Counts layers and bytes of a scan and reports them at most twice a second. */
class ProgressCounter {
  readonly #source: LayerSource;
  readonly #total: { layers: number; bytes: number };
  #layersDone: number;
  #reportedAt = 0;
  bytes = 0;

  constructor(source: LayerSource, missing: readonly number[]) {
    this.#source = source;
    const bytes = missing.reduce((sum, index) => sum + (source.layers[index]?.sizeBytes ?? 0), 0);
    this.#total = { layers: source.layers.length, bytes };
    this.#layersDone = source.layers.length - missing.length;
    this.#report();
  }

  async *watch(blob: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of blob) {
      this.bytes += chunk.byteLength;
      if (clock.monotonicMs() - this.#reportedAt >= 500) this.#report();
      yield chunk;
    }
  }

  layerDone(): void {
    this.#layersDone += 1;
    this.#report();
  }

  #report(): void {
    this.#reportedAt = clock.monotonicMs();
    this.#source.onProgress({
      layersDone: this.#layersDone,
      layersTotal: this.#total.layers,
      bytesDone: Math.min(this.bytes, this.#total.bytes),
      bytesTotal: this.#total.bytes,
    });
  }
}
