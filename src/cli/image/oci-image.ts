import { parseImageConfig } from "#connectors/registry/image-config.ts";
import { parseManifest, platformText, type RegistryManifest } from "#connectors/registry/manifest.ts";
import { isForeignLayerType } from "#connectors/registry/media-types.ts";
import { foreignLayer } from "#engines/image-scan/foreign-layer.ts";
import { InputError, oneLine } from "../input-error.ts";
import { choosePlatform, type PlatformChoice } from "./choose-platform.ts";
import { requireSameCount } from "./layer-count.ts";
import { type LayoutFiles, readLayoutIndex } from "./layout-index.ts";
import { pickNamed } from "./pick-named.ts";
import { readStoredLayer } from "./read-stored-layer.ts";
import type { ImageLayer, LayerReading, OpenOptions, ScannableImage } from "./scannable-image.ts";
import { readDocument, type StoredFile } from "./stored-file.ts";

/** Manifests that one layout may name, through whatever nesting. */
const MOST_MANIFESTS = 2000;
const MOST_NESTING = 5;

type ImageManifest = Extract<RegistryManifest, { kind: "image" }>;

/** An image of a layout: its manifest and the digest that the layout calls it by. */
export interface LayoutImage {
  digest: string;
  manifest: ImageManifest;
}

/** Opens an OCI layout (image spec 1.1): index.json, then nested indexes, then the chosen manifest. Throws InputError. */
export async function openOciLayout(layout: LayoutFiles, options: OpenOptions): Promise<ScannableImage> {
  const references = await readLayoutIndex(layout);
  const reader = new LayoutReader(layout);
  const candidates = [];
  for (const reference of references) {
    const images = await reader.imagesOf(reference, 0);
    if (images.length > 0) candidates.push({ ...reference, images });
  }
  const { images } = pickNamed(candidates, { wanted: options.image, name: layout.name, absent: reader.absent });
  const chosen = choosePlatform(images, options.platform, { name: layout.name, absent: reader.absentPlatforms() });
  return fromManifest(layout, chosen, options);
}

interface Child {
  digest: string;
  platform: string | null;
}

/** Follows the manifests of a layout. What an index names and the layout does not hold is noted, not an error. */
class LayoutReader {
  readonly absent: Child[] = [];
  private readonly layout: LayoutFiles;
  private read = 0;

  constructor(layout: LayoutFiles) {
    this.layout = layout;
  }

  absentPlatforms(): (string | null)[] {
    return this.absent.map(({ platform }) => platform);
  }

  /** The images behind a manifest: itself, or those of an index; artifacts and attestations are none. */
  async imagesOf({ digest, platform }: Child, depth: number): Promise<PlatformChoice<LayoutImage>[]> {
    const { layout } = this;
    this.read += 1;
    if (depth > MOST_NESTING || this.read > MOST_MANIFESTS)
      throw new InputError(`${layout.name} nests indexes too deep, or names too many manifests.`);
    const stored = layout.find(blobPath(digest));
    if (stored === null) {
      this.absent.push({ digest, platform });
      return [];
    }
    const manifest = await readManifest(layout, stored, digest);
    if (manifest.kind === "other") return [];
    if (manifest.kind === "image") {
      const own = platform ?? (await configOf(layout, manifest)).platform;
      return [{ platform: own, entry: { digest, manifest } }];
    }
    const found: PlatformChoice<LayoutImage>[] = [];
    for (const child of manifest.children) {
      if (!child.isAttestation) found.push(...(await this.imagesOf(child, depth + 1)));
    }
    return found;
  }
}

async function readManifest(layout: LayoutFiles, stored: StoredFile, digest: string): Promise<RegistryManifest> {
  const bytes = await readDocument(stored, digest);
  try {
    return parseManifest(bytes, null, { allowSha512: true });
  } catch (error) {
    throw new InputError(`${layout.name}: ${oneLine(error)}`, { cause: error });
  }
}

async function configOf(
  layout: LayoutFiles,
  manifest: ImageManifest,
): Promise<{ platform: string | null; diffIds: string[] }> {
  const { digest } = manifest.config;
  const stored = layout.find(blobPath(digest));
  if (stored === null) throw new InputError(`${layout.name} is incomplete: it lacks ${digest}.`);
  const bytes = await readDocument(stored, digest);
  try {
    const config = parseImageConfig(bytes, { allowSha512: true });
    return {
      platform: platformText({ os: config.os, architecture: config.architecture, variant: config.variant }),
      diffIds: config.diffIds,
    };
  } catch (error) {
    throw new InputError(`${layout.name}: ${oneLine(error)}`, { cause: error });
  }
}

async function fromManifest(
  layout: LayoutFiles,
  { digest, manifest }: LayoutImage,
  options: OpenOptions,
): Promise<ScannableImage> {
  const config = await configOf(layout, manifest);
  requireSameCount(layout.name, manifest.layers.length, config.diffIds.length);
  const layers = manifest.layers.map((descriptor, index): ImageLayer => {
    const diffId = config.diffIds[index] ?? null;
    const stored = layout.find(blobPath(descriptor.digest));
    if (stored === null && !isForeignLayerType(descriptor.mediaType))
      throw new InputError(`${layout.name} is incomplete: it lacks ${descriptor.digest}.`);
    const { mediaType } = descriptor;
    const facts = { digest: descriptor.digest, diffId, mediaType, verify: options.verify };
    const read = async (reading: LayerReading) =>
      stored === null ? foreignLayer(index, diffId) : readStoredLayer(stored, facts, reading);
    return { digest: descriptor.digest, diffId, read };
  });
  return { name: layout.name, digest, platform: config.platform, layers };
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}
