import { parseImageConfig } from "#connectors/registry/image-config.ts";
import { parseManifest, platformText, type RegistryManifest } from "#connectors/registry/manifest.ts";
import { InputError, oneLine } from "../input-error.ts";
import { choosePlatform, type PlatformChoice } from "./choose-platform.ts";
import { readStoredLayer } from "./read-stored-layer.ts";
import type { ImageLayer, LayerReading, OpenOptions, ScannableImage } from "./scannable-image.ts";
import { parseDocument, readDocument, type StoredFile } from "./stored-file.ts";

/** Where the parts of an OCI layout lie: a folder, or members of a tar. */
export interface LayoutFiles {
  name: string;
  /** The file at a path of the layout; null when there is none. */
  find(path: string): StoredFile | null;
}

interface Reference {
  digest: string;
  platform: string | null;
  refName: string | null;
}

/** Opens an OCI layout (image spec 1.1): index.json, then nested indexes, then the chosen manifest. Throws InputError. */
export async function openOciLayout(layout: LayoutFiles, options: OpenOptions): Promise<ScannableImage> {
  const top = layout.find("index.json");
  if (top === null) throw new InputError(`${layout.name} is not an OCI layout: it has no index.json.`);
  const index = asIndex(await readDocument(top), layout);
  const named = pickNamed(index, options.image, layout.name);
  const images = await platformImages(layout, named, 0);
  const manifest = choosePlatform(images, options.platform, layout.name);
  return fromManifest(layout, manifest, options);
}

function asIndex(bytes: Buffer, layout: LayoutFiles): Reference[] {
  const document = parseDocument(bytes, `index.json of ${layout.name}`);
  const entries = isObject(document) && Array.isArray(document.manifests) ? document.manifests : null;
  if (entries === null) throw new InputError(`index.json of ${layout.name} lists no manifests.`);
  return entries.filter(isObject).map((entry) => toReference(entry, layout.name));
}

function toReference(entry: Record<string, unknown>, name: string): Reference {
  const { digest, platform, annotations } = entry;
  if (typeof digest !== "string" || !/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new InputError(`index.json of ${name} names a manifest without a sha256 digest.`);
  const refName = isObject(annotations)
    ? (annotations["io.containerd.image.name"] ?? annotations["org.opencontainers.image.ref.name"])
    : null;
  return {
    digest,
    platform: isObject(platform) ? platformOf(platform) : null,
    refName: typeof refName === "string" ? refName : null,
  };
}

function platformOf(platform: Record<string, unknown>): string | null {
  const text = (key: string) => (typeof platform[key] === "string" ? (platform[key] as string) : "");
  return platformText({ os: text("os"), architecture: text("architecture"), variant: text("variant") || undefined });
}

function pickNamed(references: Reference[], wanted: string | null, name: string): Reference[] {
  if (wanted === null) {
    const names = [...new Set(references.map((entry) => entry.refName ?? ""))];
    const digests = new Set(references.map((entry) => entry.digest));
    if (names.length > 1 && digests.size > 1) {
      throw new InputError(
        `${name} holds several images. Choose one with --image: ${names.filter(Boolean).join(", ")}.`,
      );
    }
    return references;
  }
  const chosen = references.filter(
    (entry) => entry.refName === wanted || entry.digest === wanted || entry.refName?.endsWith(`:${wanted}`),
  );
  if (chosen.length === 0) throw new InputError(`${name} holds no image called ${wanted}.`);
  return chosen;
}

type ImageManifest = Extract<RegistryManifest, { kind: "image" }>;

async function platformImages(
  layout: LayoutFiles,
  references: Reference[],
  depth: number,
): Promise<PlatformChoice<ImageManifest>[]> {
  if (depth > 4) throw new InputError(`${layout.name} nests indexes too deep.`);
  const found: PlatformChoice<ImageManifest>[] = [];
  for (const { digest, platform } of references.slice(0, 1000)) {
    const manifest = await readManifest(layout, digest);
    if (manifest.kind === "index") {
      const children = manifest.children.filter(
        (child) => !child.isAttestation && layout.find(blobPath(child.digest)) !== null,
      );
      const inner = children.map((child) => ({ digest: child.digest, platform: child.platform, refName: null }));
      found.push(...(await platformImages(layout, inner, depth + 1)));
    } else if (manifest.kind === "image") {
      found.push({ platform: platform ?? (await configOf(layout, manifest)).platform, entry: manifest });
    }
  }
  return found;
}

async function readManifest(layout: LayoutFiles, digest: string): Promise<RegistryManifest> {
  const bytes = await readDocument(blob(layout, digest), digest);
  try {
    return parseManifest(bytes, null);
  } catch (error) {
    throw new InputError(`${layout.name}: ${oneLine(error)}`, { cause: error });
  }
}

async function configOf(
  layout: LayoutFiles,
  manifest: ImageManifest,
): Promise<{ platform: string | null; diffIds: string[] }> {
  const bytes = await readDocument(blob(layout, manifest.config.digest), manifest.config.digest);
  try {
    const config = parseImageConfig(bytes);
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
  manifest: ImageManifest,
  options: OpenOptions,
): Promise<ScannableImage> {
  const config = await configOf(layout, manifest);
  const layers = manifest.layers.map((descriptor, index): ImageLayer => {
    const diffId = config.diffIds[index] ?? null;
    const stored = blob(layout, descriptor.digest);
    const read = (reading: LayerReading) =>
      readStoredLayer(
        stored,
        {
          digest: descriptor.digest,
          diffId,
          mediaType: descriptor.mediaType,
          verify: options.verify,
        },
        reading,
      );
    return { digest: descriptor.digest, diffId, read };
  });
  return { name: layout.name, digest: manifest.digest, platform: config.platform, layers };
}

function blob(layout: LayoutFiles, digest: string): StoredFile {
  const stored = layout.find(blobPath(digest));
  if (stored === null) throw new InputError(`${layout.name} is incomplete: it lacks ${digest}.`);
  return stored;
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
