import { createRegistryClient, type RegistryClient } from "#connectors/registry/client.ts";
import { parseImageConfig } from "#connectors/registry/image-config.ts";
import { type IndexChild, platformText, type RegistryManifest } from "#connectors/registry/manifest.ts";
import { isForeignLayerType, isIndexType } from "#connectors/registry/media-types.ts";
import { faultReason } from "#connectors/registry/registry-fault.ts";
import { foreignLayer } from "#engines/image-scan/foreign-layer.ts";
import { readLayer } from "#engines/image-scan/read-layer.ts";
import { InputError, oneLine } from "../input-error.ts";
import { choosePlatform, isPlatform, type PlatformChoice } from "./choose-platform.ts";
import { requireSameCount } from "./layer-count.ts";
import type { ImageLayer, LayerReading, OpenOptions, ScannableImage } from "./scannable-image.ts";

/** Children of an index that are looked at, and how deep indexes may lie in indexes. */
const MOST_CHILDREN = 200;
const MOST_NESTING = 4;

export interface ImageReference {
  host: string;
  repository: string;
  /** Tag or digest. */
  reference: string;
}

/** Reads `[host[:port]/]repository[:tag][@sha256:…]` the way docker does; null when it is nothing of the kind. */
export function parseReference(text: string): ImageReference | null {
  const plain = text.replace(/^(?:docker|registry):(?:\/\/)?/, "");
  const at = plain.indexOf("@");
  const digest = at < 0 ? null : plain.slice(at + 1);
  if (digest !== null && !/^sha256:[0-9a-f]{64}$/.test(digest)) return null;
  const named = at < 0 ? plain : plain.slice(0, at);
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const path = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? null : named.slice(colon + 1);
  if (tag !== null && !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(tag)) return null;
  const slash = path.indexOf("/");
  const first = slash < 0 ? "" : path.slice(0, slash);
  const hasHost = first.includes(".") || first.includes(":") || first === "localhost";
  const rest = hasHost ? path.slice(slash + 1) : path;
  if (!/^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/.test(rest)) return null;
  const repository = hasHost || rest.includes("/") ? rest : `library/${rest}`;
  return { host: hasHost ? first : "registry-1.docker.io", repository, reference: digest ?? tag ?? "latest" };
}

/**
 * Opens an image in a registry. Credentials come from BREAKWATER_REGISTRY_USERNAME and BREAKWATER_REGISTRY_PASSWORD.
 * The person named the host, so loopback is allowed, and there plain http. Throws InputError.
 */
export async function openRegistryImage(reference: ImageReference, options: OpenOptions): Promise<ScannableImage> {
  const client = clientFor(reference.host);
  const name = `${reference.host}/${reference.repository}${reference.reference.startsWith("sha256:") ? "@" : ":"}${reference.reference}`;
  try {
    const { platform } = options;
    const manifest = await chooseManifest(client, { reference, name, platform });
    return await describeImage(client, { reference, name, manifest, platform });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${name}: ${oneLine(error)}`, { cause: error });
  }
}

function clientFor(host: string): RegistryClient {
  const isLoopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(host);
  const username = process.env.BREAKWATER_REGISTRY_USERNAME;
  const password = process.env.BREAKWATER_REGISTRY_PASSWORD;
  return createRegistryClient({
    url: `${isLoopback ? "http" : "https"}://${host}`,
    credentials: username && password ? { username, password } : null,
    rules: { allowLoopback: true },
  });
}

type ImageManifest = Extract<RegistryManifest, { kind: "image" }>;

async function chooseManifest(
  client: RegistryClient,
  wanted: { reference: ImageReference; name: string; platform: string | null },
): Promise<ImageManifest> {
  const { repository, reference } = wanted.reference;
  const top = await client.manifest(repository, reference);
  if (top.kind === "other") throw new InputError(`${wanted.name} is not a container image.`);
  if (top.kind === "image") return top;
  const images = await imagesOf(client, { repository, children: top.children, depth: 0 });
  const digest = choosePlatform(images, wanted.platform, { name: wanted.name });
  const manifest = await client.manifest(repository, digest);
  if (manifest.kind !== "image") throw new InputError(`${wanted.name} is not a container image.`);
  return manifest;
}

/** The images of an index, those of indexes in it included. A child without platform is read to see what it is. */
async function imagesOf(
  client: RegistryClient,
  index: { repository: string; children: readonly IndexChild[]; depth: number },
): Promise<PlatformChoice<string>[]> {
  const { repository, children, depth } = index;
  const found: PlatformChoice<string>[] = [];
  for (const child of children.slice(0, MOST_CHILDREN)) {
    if (child.isAttestation) continue;
    if (child.platform !== null && !isIndexType(child.mediaType)) {
      found.push({ platform: child.platform, entry: child.digest });
      continue;
    }
    const manifest = await client.manifest(repository, child.digest);
    if (manifest.kind === "image") found.push({ platform: null, entry: child.digest });
    else if (manifest.kind === "index" && depth < MOST_NESTING)
      found.push(...(await imagesOf(client, { repository, children: manifest.children, depth: depth + 1 })));
  }
  return found;
}

async function describeImage(
  client: RegistryClient,
  image: { reference: ImageReference; name: string; manifest: ImageManifest; platform: string | null },
): Promise<ScannableImage> {
  const { repository } = image.reference;
  const { config: descriptor, layers } = image.manifest;
  const parts: Uint8Array[] = [];
  for await (const part of client.blob(repository, descriptor.digest, { maxBytes: 16 * 1024 * 1024 })) parts.push(part);
  const config = parseImageConfig(Buffer.concat(parts));
  const platform = platformText({ os: config.os, architecture: config.architecture, variant: config.variant });
  // A reference without an index has one platform, which nobody has held against the wish yet.
  if (image.platform !== null && platform !== null && !isPlatform(platform, image.platform))
    throw new InputError(`${image.name} has no image for ${image.platform}. It has: ${platform}.`);
  requireSameCount(image.name, layers.length, config.diffIds.length);
  return {
    name: image.name,
    digest: image.manifest.digest,
    platform,
    layers: layers.map((layer, index): ImageLayer => {
      const diffId = config.diffIds[index] ?? null;
      const read = (reading: LayerReading) =>
        readLayer(client.blob(repository, layer.digest, { expectedBytes: layer.size }), {
          mediaType: layer.mediaType,
          ...reading,
        }).catch((error: unknown) => {
          if (isForeignLayerType(layer.mediaType) && faultReason(error) === "notFound")
            return foreignLayer(index, diffId);
          throw error;
        });
      return { digest: layer.digest, diffId, read };
    }),
  };
}
