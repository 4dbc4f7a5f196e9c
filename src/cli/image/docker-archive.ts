import { parseImageConfig } from "#connectors/registry/image-config.ts";
import { platformText } from "#connectors/registry/manifest.ts";
import { foreignLayer } from "#engines/image-scan/foreign-layer.ts";
import { cleanPath } from "#engines/image-scan/layer-path.ts";
import { InputError, oneLine } from "../input-error.ts";
import { choosePlatform } from "./choose-platform.ts";
import { digestOf } from "./content-digest.ts";
import { requireSameCount } from "./layer-count.ts";
import { isObject } from "./layout-index.ts";
import { type NamedImages, pickNamed } from "./pick-named.ts";
import { readStoredLayer } from "./read-stored-layer.ts";
import type { ImageLayer, LayerReading, OpenOptions, ScannableImage } from "./scannable-image.ts";
import { parseDocument, readDocument, type StoredFile } from "./stored-file.ts";

interface ArchiveEntry {
  config: string;
  repoTags: string[];
  layers: string[];
  /** Diff ids of layers whose bytes lie elsewhere (Windows base layers). */
  foreign: ReadonlySet<string>;
}

/** Opens what `docker save` writes: manifest.json names configuration and layers by member. Throws InputError. */
export async function openDockerArchive(
  file: string,
  members: Map<string, StoredFile>,
  options: OpenOptions,
): Promise<ScannableImage> {
  const entries = readEntries(
    parseDocument(await readDocument(member(members, "manifest.json", file)), `manifest.json of ${file}`),
    file,
  );
  const candidates = [];
  for (const entry of entries) candidates.push(await described(entry, members, file));
  const { images } = pickNamed(candidates, { wanted: options.image, name: file });
  const { entry, config, digest, platform } = choosePlatform(images, options.platform, { name: file });
  requireSameCount(file, entry.layers.length, config.diffIds.length);
  const layers = entry.layers.map((name, index): ImageLayer => {
    const diffId = config.diffIds[index] ?? null;
    const stored = find(members, name);
    if (stored === null && !entry.foreign.has(diffId ?? "")) throw lacking(file, name);
    const facts = { digest: null, diffId, mediaType: "", verify: options.verify };
    const read = async (reading: LayerReading) =>
      stored === null ? foreignLayer(index, diffId) : readStoredLayer(stored, facts, reading);
    return { digest: null, diffId, read };
  });
  return { name: entry.repoTags[0] ?? file, digest, platform, layers };
}

interface DescribedEntry {
  entry: ArchiveEntry;
  config: ReturnType<typeof parseImageConfig>;
  digest: string;
  platform: string | null;
}

async function described(
  entry: ArchiveEntry,
  members: Map<string, StoredFile>,
  file: string,
): Promise<NamedImages<DescribedEntry>> {
  const bytes = await readDocument(member(members, entry.config, file));
  const config = readConfig(bytes, file);
  const digest = digestOf(bytes);
  const platform = platformText({ os: config.os, architecture: config.architecture, variant: config.variant });
  return { digest, names: entry.repoTags, images: [{ platform, entry: { entry, config, digest, platform } }] };
}

function readConfig(bytes: Buffer, file: string): ReturnType<typeof parseImageConfig> {
  try {
    return parseImageConfig(bytes, { allowSha512: true });
  } catch (error) {
    throw new InputError(`${file}: ${oneLine(error)}`, { cause: error });
  }
}

function readEntries(document: unknown, file: string): ArchiveEntry[] {
  const list = Array.isArray(document) ? document : [];
  const entries = list.filter(isObject).map((entry) => ({
    config: text(entry.Config),
    repoTags: texts(entry.RepoTags),
    layers: texts(entry.Layers),
    foreign: new Set(isObject(entry.LayerSources) ? Object.keys(entry.LayerSources) : []),
  }));
  if (entries.length === 0 || entries.some((entry) => entry.config === ""))
    throw new InputError(`manifest.json of ${file} names no image.`);
  return entries;
}

function find(members: Map<string, StoredFile>, name: string): StoredFile | null {
  return members.get(cleanPath(name, { pathLength: 1024, pathDepth: 32 }, () => undefined) ?? "") ?? null;
}

function member(members: Map<string, StoredFile>, name: string, file: string): StoredFile {
  const stored = find(members, name);
  if (stored === null) throw lacking(file, name);
  return stored;
}

function lacking(file: string, name: string): InputError {
  return new InputError(`${file} is incomplete: it lacks ${name}.`);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}
