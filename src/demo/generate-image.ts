import { createHash } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type ArchiveFile, tarArchive } from "./tar-archive.ts";

export interface LayerPlan {
  files: readonly ArchiveFile[];
  /** The build instruction, as `history` shows it. */
  createdBy: string;
  compression?: "gzip" | "zstd" | "none";
}

export interface ImagePlan {
  architecture: "amd64" | "arm64";
  createdAt: Date;
  layers: readonly LayerPlan[];
  labels?: Record<string, string>;
  command?: readonly string[];
}

export interface GeneratedBlob {
  digest: string;
  bytes: Uint8Array;
}

/** A manifest or index with everything that must be uploaded before it. */
export interface GeneratedManifest {
  digest: string;
  mediaType: string;
  bytes: Uint8Array;
  blobs: GeneratedBlob[];
  /** Of an index: its images. */
  children: GeneratedManifest[];
}

const types = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
};

/** Builds an OCI image from a plan. The same plan gives the same digests on every machine with the same zlib. */
export function generateImage(plan: ImagePlan): GeneratedManifest {
  const layers = plan.layers.map((layer) => generateLayer(layer, plan.createdAt));
  const config = blobOf(
    JSON.stringify({
      architecture: plan.architecture,
      os: "linux",
      created: plan.createdAt.toISOString(),
      config: { Labels: plan.labels ?? {}, Cmd: plan.command ?? [] },
      rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.diffId) },
      history: plan.layers.map((layer) => ({ created: plan.createdAt.toISOString(), created_by: layer.createdBy })),
    }),
  );
  const manifest = blobOf(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: types.manifest,
      config: { mediaType: types.config, digest: config.digest, size: config.bytes.length },
      layers: layers.map(({ blob, mediaType }) => ({ mediaType, digest: blob.digest, size: blob.bytes.length })),
    }),
  );
  return {
    ...manifest,
    mediaType: types.manifest,
    blobs: [config, ...layers.map((layer) => layer.blob)],
    children: [],
  };
}

/** Builds an index over images of several platforms. */
export function generateIndex(
  images: readonly { architecture: "amd64" | "arm64"; image: GeneratedManifest }[],
): GeneratedManifest {
  const index = blobOf(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: types.index,
      manifests: images.map(({ architecture, image }) => ({
        mediaType: image.mediaType,
        digest: image.digest,
        size: image.bytes.length,
        platform: { os: "linux", architecture },
      })),
    }),
  );
  return { ...index, mediaType: types.index, blobs: [], children: images.map(({ image }) => image) };
}

function generateLayer(layer: LayerPlan, at: Date): { blob: GeneratedBlob; diffId: string; mediaType: string } {
  const archive = tarArchive(layer.files, at);
  const diffId = digestOf(archive);
  if (layer.compression === "none") return { blob: blobOf(archive), diffId, mediaType: types.layer };
  if (layer.compression === "zstd")
    return { blob: blobOf(zstdCompressSync(archive)), diffId, mediaType: `${types.layer}+zstd` };
  return { blob: blobOf(gzipSync(archive, { level: 6 })), diffId, mediaType: `${types.layer}+gzip` };
}

function blobOf(content: string | Uint8Array): GeneratedBlob {
  const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
  return { digest: digestOf(bytes), bytes };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
