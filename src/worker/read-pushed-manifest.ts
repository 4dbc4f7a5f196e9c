import type { RegistryClient } from "#connectors/registry/client.ts";
import { type ImageConfig, parseImageConfig } from "#connectors/registry/image-config.ts";
import { type Descriptor, platformText, type RegistryManifest } from "#connectors/registry/manifest.ts";
import { isIndexType, isManifestType } from "#connectors/registry/media-types.ts";
import { faultReason } from "#connectors/registry/registry-fault.ts";
import type { ManifestRecord } from "#store/image/manifest.ts";
import { type ArrivedImage, knownImages } from "#store/image/placement.ts";

const CONFIG_CAP = 4_194_304;
const DEEPEST_INDEX = 3;
const MOST_PLATFORMS = 200;

export interface PlacedImage {
  digest: string;
  platform: string;
  /** Content to record; null when this registry's image of that digest is known. */
  arrived: ArrivedImage | null;
}

/** Everything that one pushed reference stands for, read from the registry. */
export interface PushedManifest {
  digest: string;
  mediaType: string;
  manifests: ManifestRecord[];
  images: PlacedImage[];
}

interface Reading {
  client: RegistryClient;
  registryId: string;
  repository: string;
  signal: AbortSignal;
}

/**
 * Reads a manifest and what hangs below it: the platform images of an index (nested ones to a depth of 3, attestations left out)
 * and the configuration of each image that is not known yet. Throws RegistryFault, `notFound` when the reference is gone.
 */
export async function readPushedManifest(reading: Reading, reference: string): Promise<PushedManifest> {
  const top = await reading.client.manifest(reading.repository, reference, reading.signal);
  const pushed: PushedManifest = { digest: top.digest, mediaType: top.mediaType, manifests: [], images: [] };
  await collect(reading, { manifest: top, statedPlatform: null, depth: 1 }, pushed);
  return pushed;
}

interface Node {
  manifest: RegistryManifest;
  statedPlatform: string | null;
  depth: number;
}

async function collect(reading: Reading, node: Node, into: PushedManifest): Promise<void> {
  const { manifest } = node;
  if (into.manifests.some((known) => known.digest === manifest.digest)) return;
  const record: ManifestRecord = {
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    sizeBytes: manifest.sizeBytes,
    kind: manifest.kind,
    children: null,
    annotations: bounded(manifest.annotations),
    artifactType: manifest.kind === "other" ? manifest.artifactType : null,
    subjectDigest: manifest.kind === "other" ? manifest.subject : null,
  };
  into.manifests.push(record);
  if (manifest.kind === "image") into.images.push(await readImage(reading, node, manifest));
  if (manifest.kind !== "index") return;
  record.children = manifest.children.map(({ digest, platform, isAttestation, subject }) => ({
    digest,
    platform,
    isAttestation,
    ...(subject ? { subject } : {}),
  }));
  for (const child of manifest.children) {
    const note = await collectChild(reading, { node, child }, into);
    const entry = record.children.find((candidate) => candidate.digest === child.digest);
    if (note && entry) entry.note = note;
  }
}

async function collectChild(
  reading: Reading,
  { node, child }: { node: Node; child: Extract<RegistryManifest, { kind: "index" }>["children"][number] },
  into: PushedManifest,
): Promise<string | null> {
  if (child.isAttestation || (child.mediaType && !isIndexType(child.mediaType) && !isManifestType(child.mediaType)))
    return null;
  if (node.depth >= DEEPEST_INDEX) return `not followed: the index is nested deeper than ${DEEPEST_INDEX}`;
  if (into.images.length >= MOST_PLATFORMS) return `not followed: the index has more than ${MOST_PLATFORMS} platforms`;
  try {
    const manifest = await reading.client.manifest(reading.repository, child.digest, reading.signal);
    await collect(reading, { manifest, statedPlatform: child.platform, depth: node.depth + 1 }, into);
    return null;
  } catch (error) {
    // Sparse indexes are legal: a copy may leave platforms behind.
    if (faultReason(error) === "notFound") return "listed in the index but not in the registry";
    throw error;
  }
}

async function readImage(
  reading: Reading,
  node: Node,
  manifest: Extract<RegistryManifest, { kind: "image" }>,
): Promise<PlacedImage> {
  const { digest } = manifest;
  const known = (await knownImages(reading.registryId, [digest])).get(digest);
  if (known) return { digest, platform: known, arrived: null };
  const { config, unusable } = await readConfig(reading, manifest.config);
  const platform = (config ? platformText(config) : null) ?? node.statedPlatform ?? "unknown";
  const mismatch =
    config && config.diffIds.length !== manifest.layers.length
      ? `The manifest lists ${manifest.layers.length} layers but the image configuration ${config.diffIds.length}.`
      : null;
  return {
    digest,
    platform,
    arrived: {
      digest,
      platform,
      mediaType: manifest.mediaType,
      configDigest: manifest.config.digest,
      sizeBytes: manifest.layers.reduce((sum, layer) => sum + layer.size, manifest.config.size),
      layers: manifest.layers.map((layer, index) => ({
        digest: layer.digest,
        diffId: mismatch ? null : (config?.diffIds[index] ?? null),
        mediaType: layer.mediaType,
        sizeBytes: layer.size,
      })),
      history: config?.history ?? null,
      config: config
        ? {
            labels: config.labels,
            user: config.user,
            command: config.command,
            annotations: bounded(manifest.annotations),
          }
        : null,
      createdAt: config?.createdAt ?? null,
      unusable: unusable ?? mismatch,
    },
  };
}

/** A configuration that is broken makes the image one that cannot be judged; it does not hide the image. */
async function readConfig(
  reading: Reading,
  descriptor: Descriptor,
): Promise<{ config: ImageConfig | null; unusable: string | null }> {
  if (descriptor.size > CONFIG_CAP)
    return {
      config: null,
      unusable: `The image configuration has ${descriptor.size} bytes, more than the ${CONFIG_CAP} that are read.`,
    };
  try {
    const chunks: Uint8Array[] = [];
    const blob = reading.client.blob(reading.repository, descriptor.digest, {
      signal: reading.signal,
      maxBytes: CONFIG_CAP,
      expectedBytes: descriptor.size,
    });
    for await (const chunk of blob) chunks.push(chunk);
    return { config: parseImageConfig(Buffer.concat(chunks)), unusable: null };
  } catch (error) {
    const reason = faultReason(error);
    if (error instanceof Error && (reason === "broken" || reason === "notFound"))
      return { config: null, unusable: error.message };
    throw error;
  }
}

/** Annotations are free text of whoever built the image. */
function bounded(annotations: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations)
      .slice(0, 100)
      .map(([key, value]) => [key.slice(0, 200), value.slice(0, 1000)]),
  );
}
