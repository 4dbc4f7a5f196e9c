import { createHash } from "node:crypto";
import { z } from "zod";
import { RegistryRefusal } from "./registry-refusal.ts";
import { checkMethod, checkName, isDigest, isTag, type RegistryRequest, readBody } from "./registry-request.ts";

const MANIFEST_CAP = 4_194_304;
const indexTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];
const imageTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

const Descriptor = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.number().int().nonnegative(),
});
const Image = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: Descriptor,
  layers: z.array(Descriptor),
});
const Index = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(Descriptor),
});

/** `GET`, `HEAD`, `PUT` and `DELETE /v2/<name>/manifests/<reference>`. */
export async function answerManifest(call: RegistryRequest, name: string, reference: string): Promise<void> {
  checkMethod(call.method, "GET", "HEAD", "PUT", "DELETE");
  checkName(name);
  if (!isDigest(reference) && !isTag(reference)) {
    throw new RegistryRefusal(
      400,
      reference.includes(":") ? "DIGEST_INVALID" : "MANIFEST_INVALID",
      "neither a tag nor a digest",
    );
  }
  if (call.method === "PUT") return putManifest(call, name, reference);
  if (call.method === "DELETE") return deleteManifest(call, name, reference);
  return getManifest(call, name, reference);
}

async function getManifest(call: RegistryRequest, name: string, reference: string): Promise<void> {
  const digest = isDigest(reference) ? reference : await call.storage.resolveTag(name, reference);
  const manifest = digest ? await call.storage.readManifest(name, digest) : null;
  if (!digest || !manifest) throw new RegistryRefusal(404, "MANIFEST_UNKNOWN", "manifest unknown");
  const accept = (call.request.headers.accept ?? "").split(",").map((part) => part.split(";")[0]?.trim());
  // A client that does not name the type would misread it; converting, as old registries did, changes the digest.
  if (!accept.includes(manifest.mediaType) && !accept.includes("*/*"))
    throw new RegistryRefusal(
      404,
      "MANIFEST_UNKNOWN",
      `the manifest is ${manifest.mediaType}, which the Accept header does not name`,
    );
  call.response.writeHead(200, {
    "content-type": manifest.mediaType,
    "content-length": manifest.bytes.length,
    "docker-content-digest": digest,
  });
  const tag = isDigest(reference) ? {} : { tag: reference };
  call.tell({
    action: "pull",
    target: { mediaType: manifest.mediaType, digest, size: manifest.bytes.length, repository: name, ...tag },
  });
  call.response.end(call.method === "HEAD" ? undefined : manifest.bytes);
}

async function putManifest(call: RegistryRequest, name: string, reference: string): Promise<void> {
  const mediaType = call.request.headers["content-type"] ?? "";
  const bytes = await readBody(call.request, MANIFEST_CAP);
  await validate(call, { name, mediaType, bytes });
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  if (isDigest(reference) && reference !== digest)
    throw new RegistryRefusal(400, "DIGEST_INVALID", "the manifest is not the one that its digest names");
  await call.storage.writeManifest(name, digest, { mediaType, bytes });
  if (isTag(reference)) await call.storage.writeTag(name, reference, digest);
  call.response
    .writeHead(201, {
      location: `/v2/${name}/manifests/${digest}`,
      "docker-content-digest": digest,
      "content-length": 0,
    })
    .end();
  const tag = isTag(reference) ? { tag: reference } : {};
  call.tell({ action: "push", target: { mediaType, digest, size: bytes.length, repository: name, ...tag } });
}

/** Type and content must agree, and everything the manifest names must be here already. */
async function validate(
  call: RegistryRequest,
  manifest: { name: string; mediaType: string; bytes: Buffer },
): Promise<void> {
  const { name, mediaType, bytes } = manifest;
  const isIndex = indexTypes.includes(mediaType);
  if (!isIndex && !imageTypes.includes(mediaType))
    throw new RegistryRefusal(400, "MANIFEST_INVALID", `unknown manifest type ${mediaType.slice(0, 100)}`);
  const parsed = (isIndex ? Index : Image).safeParse(parseJson(bytes));
  if (!parsed.success) throw new RegistryRefusal(400, "MANIFEST_INVALID", `the content is not a ${mediaType}`);
  const body = parsed.data;
  if (body.mediaType !== undefined && body.mediaType !== mediaType)
    throw new RegistryRefusal(400, "MANIFEST_INVALID", "mediaType and content-type differ");
  if ("manifests" in body) {
    for (const child of body.manifests) {
      if (!(await call.storage.readManifest(name, child.digest)))
        throw new RegistryRefusal(404, "MANIFEST_BLOB_UNKNOWN", `manifest ${child.digest} is not here`);
    }
    return;
  }
  for (const blob of [body.config, ...body.layers]) {
    const size = await call.storage.blobSize(blob.digest);
    if (size === null) throw new RegistryRefusal(404, "MANIFEST_BLOB_UNKNOWN", `blob ${blob.digest} is not here`);
    if (size !== blob.size)
      throw new RegistryRefusal(400, "SIZE_INVALID", `blob ${blob.digest} has ${size} bytes, not ${blob.size}`);
  }
}

async function deleteManifest(call: RegistryRequest, name: string, reference: string): Promise<void> {
  const digest = isDigest(reference) ? reference : await call.storage.resolveTag(name, reference);
  if (!digest || !(await call.storage.readManifest(name, digest)))
    throw new RegistryRefusal(404, "MANIFEST_UNKNOWN", "manifest unknown");
  call.response.writeHead(202, { "content-length": 0 });
  if (isTag(reference)) {
    await call.storage.deleteTag(name, reference);
    call.tell({ action: "delete", target: { repository: name, tag: reference } });
  } else {
    const tags = await call.storage.deleteManifest(name, digest);
    call.tell({ action: "delete", target: { digest, repository: name } });
    for (const tag of tags) call.tell({ action: "delete", target: { repository: name, tag } });
  }
  call.response.end();
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
