import { createHash } from "node:crypto";
import { z } from "zod";
import { isFileSystemLayerType, isImageConfigType, isIndexType, isManifestType, mediaTypes } from "./media-types.ts";
import { RegistryFault } from "./registry-fault.ts";

const DigestText = z.string().regex(/^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/, "not a sha256 digest");
const Annotations = z.record(z.string(), z.string()).optional();

/** A content descriptor (OCI image spec 1.1). */
export const Descriptor = z.object({
  mediaType: z.string().max(255).default(""),
  digest: DigestText,
  size: z.number().int().nonnegative(),
  annotations: Annotations,
  artifactType: z.string().optional(),
});
export type Descriptor = z.infer<typeof Descriptor>;

const Platform = z.object({
  os: z.string().max(100).default(""),
  architecture: z.string().max(100).default(""),
  variant: z.string().max(100).optional(),
});

const IndexBody = z.object({
  mediaType: z.string().optional(),
  manifests: z.array(Descriptor.extend({ platform: Platform.nullish() })).max(1000),
  annotations: Annotations,
  artifactType: z.string().optional(),
});
const ManifestBody = z.object({
  mediaType: z.string().optional(),
  config: Descriptor,
  layers: z.array(Descriptor).max(1000),
  annotations: Annotations,
  artifactType: z.string().optional(),
  subject: Descriptor.nullish(),
});

export interface IndexChild {
  digest: string;
  mediaType: string;
  size: number;
  /** `linux/amd64`, `linux/arm/v7`; null when the index names none. */
  platform: string | null;
  /** Build attestations and the like: stored beside images, no image themselves. */
  isAttestation: boolean;
  /** The image that an attestation is about, where the index says so. */
  subject: string | null;
}

interface Common {
  digest: string;
  mediaType: string;
  sizeBytes: number;
  annotations: Record<string, string>;
}
export type RegistryManifest =
  | (Common & { kind: "index"; children: IndexChild[] })
  | (Common & { kind: "image"; config: Descriptor; layers: Descriptor[] })
  /** Helm charts, signatures, SBOMs and other artifacts, and image forms that Breakwater does not read. */
  | (Common & { kind: "other"; artifactType: string; subject: string | null });

/**
 * Reads manifest bytes whose digest was verified. Throws RegistryFault `broken` on documents that are no manifest, and on
 * ambiguous ones that could be read as both an index and an image (CVE-2021-41190). Digests are sha256, as the database
 * keeps them; `allowSha512` takes both algorithms of the image spec.
 */
export function parseManifest(
  bytes: Uint8Array,
  contentType: string | null,
  options: { allowSha512?: boolean } = {},
): RegistryManifest {
  const manifest = readManifest(bytes, contentType);
  const foreign = options.allowSha512 === true ? undefined : digestsIn(manifest).find((one) => !isSha256(one));
  if (foreign === undefined) return manifest;
  throw broken(`is not valid here: it names ${foreign.slice(0, 30)}…, which is not a sha256 digest`);
}

const isSha256 = (digest: string): boolean => digest.startsWith("sha256:");

function digestsIn(manifest: RegistryManifest): string[] {
  if (manifest.kind === "index") return manifest.children.map(({ digest }) => digest);
  return manifest.kind === "image" ? [manifest.config, ...manifest.layers].map(({ digest }) => digest) : [];
}

function readManifest(bytes: Uint8Array, contentType: string | null): RegistryManifest {
  const json = parseObject(bytes);
  const stated = typeof json.mediaType === "string" ? json.mediaType : "";
  const served = (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if ("manifests" in json && ("layers" in json || "config" in json))
    throw broken("is both an index and an image, so it cannot be trusted");
  const servedIsOne = isIndexType(served) || isManifestType(served);
  if (stated && servedIsOne && stated !== served)
    throw broken(`is served as ${served} but calls itself ${stated.slice(0, 100)}`);
  const type = stated || served;
  const common = {
    digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
    mediaType: type.slice(0, 255),
    sizeBytes: bytes.length,
  };
  if (json.schemaVersion === 1)
    throw broken(
      "has the old schema 1, which carries no verifiable layers. Push the image again with a current client",
    );
  if ("manifests" in json) return readIndex(json, common);
  if ("layers" in json) return readImage(json, common);
  return { ...common, kind: "other", annotations: {}, artifactType: type.slice(0, 255), subject: null };
}

function readIndex(json: object, common: Omit<Common, "annotations">): RegistryManifest {
  const body = IndexBody.safeParse(json);
  if (!body.success)
    throw broken(`is not a valid index (${body.error.issues[0]?.path.join(".")}: ${body.error.issues[0]?.message})`);
  const children = body.data.manifests.map((child) => ({
    digest: child.digest,
    mediaType: child.mediaType,
    size: child.size,
    platform: platformText(child.platform ?? null),
    isAttestation:
      child.annotations?.["vnd.docker.reference.type"] === "attestation-manifest" ||
      (child.platform?.os === "unknown" && child.platform.architecture === "unknown"),
    subject: DigestText.safeParse(child.annotations?.["vnd.docker.reference.digest"]).data ?? null,
  }));
  return {
    ...common,
    mediaType: common.mediaType || mediaTypes.ociIndex,
    kind: "index",
    annotations: body.data.annotations ?? {},
    children,
  };
}

function readImage(json: object, common: Omit<Common, "annotations">): RegistryManifest {
  const body = ManifestBody.safeParse(json);
  if (!body.success)
    throw broken(`is not a valid manifest (${body.error.issues[0]?.path.join(".")}: ${body.error.issues[0]?.message})`);
  const { config, layers, annotations = {} } = body.data;
  const mediaType = common.mediaType || mediaTypes.ociManifest;
  if (isImage(body.data)) return { ...common, mediaType, kind: "image", annotations, config, layers };
  const subject = body.data.subject?.digest ?? null;
  return { ...common, mediaType, kind: "other", annotations, artifactType: typeOfArtifact(body.data), subject };
}

/**
 * Whether this is an image by what it holds and not by what it calls itself: signatures, SBOMs and attestations are often given the
 * configuration type of an image, and an image that a container engine would run must not pass as an artifact.
 */
function isImage({ config, layers, artifactType, subject }: z.infer<typeof ManifestBody>): boolean {
  if (!isImageConfigType(config.mediaType)) return false;
  if (layers.length === 0) return !artifactType && !subject;
  return layers.some((layer) => isFileSystemLayerType(layer.mediaType));
}

/** Its stated type; else the configuration's, unless that is an image's or empty, then the first layer's. */
function typeOfArtifact({ config, layers, artifactType }: z.infer<typeof ManifestBody>): string {
  const says = isImageConfigType(config.mediaType) || config.mediaType === mediaTypes.empty ? "" : config.mediaType;
  return (artifactType || says || layers[0]?.mediaType || config.mediaType).slice(0, 255);
}

/** `os/architecture[/variant]`, or null when nothing is known. */
export function platformText(
  platform: { os: string; architecture: string; variant?: string | undefined } | null,
): string | null {
  if (!platform?.os && !platform?.architecture) return null;
  return [platform.os || "unknown", platform.architecture || "unknown", platform.variant].filter(Boolean).join("/");
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new RegistryFault("broken", "The manifest is not JSON.", { cause: error });
  }
  throw broken("is not a JSON object");
}

function broken(what: string): RegistryFault {
  return new RegistryFault("broken", `The manifest ${what}.`);
}
