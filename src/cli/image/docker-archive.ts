import { parseImageConfig } from "#connectors/registry/image-config.ts";
import { platformText } from "#connectors/registry/manifest.ts";
import { cleanPath } from "#engines/image-scan/layer-path.ts";
import { InputError, oneLine } from "../input-error.ts";
import { isObject } from "./oci-image.ts";
import { readStoredLayer } from "./read-stored-layer.ts";
import type { ImageLayer, LayerReading, OpenOptions, ScannableImage } from "./scannable-image.ts";
import { parseDocument, readDocument, type StoredFile, sha256 } from "./stored-file.ts";

interface ArchiveEntry {
  config: string;
  repoTags: string[];
  layers: string[];
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
  const entry = pick(entries, options.image, file);
  const configBytes = await readDocument(member(members, entry.config, file));
  const config = readConfig(configBytes, file);
  const platform = platformText({ os: config.os, architecture: config.architecture, variant: config.variant });
  if (
    options.platform !== null &&
    platform !== null &&
    platform !== options.platform &&
    !platform.startsWith(`${options.platform}/`)
  ) {
    throw new InputError(`${file} has no image for ${options.platform}. It has: ${platform}.`);
  }
  const layers = entry.layers.map((name, index): ImageLayer => {
    const stored = member(members, name, file);
    const diffId = config.diffIds[index] ?? null;
    const read = (reading: LayerReading) =>
      readStoredLayer(
        stored,
        {
          digest: null,
          diffId,
          mediaType: "",
          verify: options.verify,
        },
        reading,
      );
    return { digest: null, diffId, read };
  });
  return { name: entry.repoTags[0] ?? file, digest: sha256(configBytes), platform, layers };
}

function readConfig(bytes: Buffer, file: string): ReturnType<typeof parseImageConfig> {
  try {
    return parseImageConfig(bytes);
  } catch (error) {
    throw new InputError(`${file}: ${oneLine(error)}`, { cause: error });
  }
}

function readEntries(document: unknown, file: string): ArchiveEntry[] {
  const list = Array.isArray(document) ? document : [];
  const entries = list
    .filter(isObject)
    .map((entry) => ({ config: text(entry.Config), repoTags: texts(entry.RepoTags), layers: texts(entry.Layers) }));
  if (entries.length === 0 || entries.some((entry) => entry.config === ""))
    throw new InputError(`manifest.json of ${file} names no image.`);
  return entries;
}

function pick(entries: ArchiveEntry[], wanted: string | null, file: string): ArchiveEntry {
  const names = entries.flatMap((entry) => entry.repoTags).join(", ");
  if (wanted === null && entries.length > 1)
    throw new InputError(`${file} holds several images. Choose one with --image: ${names}.`);
  const entry = wanted === null ? entries[0] : entries.find((candidate) => candidate.repoTags.includes(wanted));
  if (entry === undefined) throw new InputError(`${file} holds no image called ${wanted}. It has: ${names}.`);
  return entry;
}

function member(members: Map<string, StoredFile>, name: string, file: string): StoredFile {
  const stored = members.get(cleanPath(name, { pathLength: 1024, pathDepth: 32 }, () => undefined) ?? "");
  if (stored === undefined) throw new InputError(`${file} is incomplete: it lacks ${name}.`);
  return stored;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}
