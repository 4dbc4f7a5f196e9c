import { pipeline } from "node:stream/promises";
import { RegistryRefusal } from "./registry-refusal.ts";
import { checkDigest, checkMethod, checkName, type RegistryRequest, readBody } from "./registry-request.ts";

const CHUNK_CAP = 512 * 1_048_576;

/** `GET`, `HEAD` and `DELETE /v2/<name>/blobs/<digest>`, with a single range for GET (RFC 9110 §14.2). */
export async function answerBlob(call: RegistryRequest, name: string, digestText: string): Promise<void> {
  checkMethod(call.method, "GET", "HEAD", "DELETE");
  checkName(name);
  const digest = checkDigest(digestText);
  const size = await call.storage.blobSize(digest);
  if (size === null) throw new RegistryRefusal(404, "BLOB_UNKNOWN", "blob unknown to registry");
  if (call.method === "DELETE") {
    await call.storage.deleteBlob(digest);
    call.tell({ action: "delete", target: { digest, repository: name } });
    call.response.writeHead(202, { "content-length": 0 }).end();
    return;
  }
  const range = parseRange(call.request.headers.range, size);
  const length = range ? range.end - range.start + 1 : size;
  call.response.writeHead(range ? 206 : 200, {
    "content-type": "application/octet-stream",
    "content-length": length,
    "docker-content-digest": digest,
    "accept-ranges": "bytes",
    ...(range ? { "content-range": `bytes ${range.start}-${range.end}/${size}` } : {}),
  });
  call.tell({ action: "pull", target: { mediaType: "application/octet-stream", digest, size, repository: name } });
  if (call.method === "HEAD") {
    call.response.end();
    return;
  }
  await pipeline(call.storage.readBlob(digest, range ?? undefined), call.response).catch(() => {});
}

function parseRange(header: string | undefined, size: number): { start: number; end: number } | null {
  if (header === undefined) return null;
  const match = /^bytes=(\d+)-(\d*)$/.exec(header);
  const start = Number(match?.[1] ?? Number.NaN);
  const end = match?.[2] ? Math.min(Number(match[2]), size - 1) : size - 1;
  if (!match || start >= size || end < start) throw new RegistryRefusal(416, "SIZE_INVALID", "range not satisfiable");
  return { start, end };
}

/** `POST /v2/<name>/blobs/uploads/`: opens an upload, takes a whole blob with `?digest=`, or mounts one with `?mount=&from=`. */
export async function startUpload(call: RegistryRequest, name: string): Promise<void> {
  checkMethod(call.method, "POST");
  checkName(name);
  const mount = call.url.searchParams.get("mount");
  if (mount && (await call.storage.blobSize(checkDigest(mount))) !== null) {
    call.tell({ action: "mount", target: { mediaType: "application/octet-stream", digest: mount, repository: name } });
    return created(call, name, mount);
  }
  const id = await call.storage.startUpload();
  const digest = call.url.searchParams.get("digest");
  if (digest) {
    checkDigest(digest);
    await call.storage.append(id, await readBody(call.request, CHUNK_CAP));
    await call.storage.finishUpload(id, digest);
    return finished(call, name, digest);
  }
  if ((await readBody(call.request, 0)).length > 0)
    throw new RegistryRefusal(400, "BLOB_UPLOAD_INVALID", "no body expected");
  accepted(call, { name, id, size: 0 });
}

/** `GET`, `PATCH`, `PUT` and `DELETE /v2/<name>/blobs/uploads/<id>`. */
export async function continueUpload(call: RegistryRequest, name: string, id: string): Promise<void> {
  checkMethod(call.method, "GET", "PATCH", "PUT", "DELETE");
  checkName(name);
  const size = await call.storage.uploadSize(id);
  if (size === null) throw new RegistryRefusal(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
  if (call.method === "DELETE") {
    await call.storage.cancelUpload(id);
    call.response.writeHead(204).end();
  } else if (call.method === "GET") {
    call.response
      .writeHead(204, { range: `0-${Math.max(0, size - 1)}`, location: `/v2/${name}/blobs/uploads/${id}` })
      .end();
  } else if (call.method === "PATCH") {
    const bytes = await chunk(call, size);
    await call.storage.append(id, bytes);
    accepted(call, { name, id, size: size + bytes.length });
  } else {
    const digest = checkDigest(call.url.searchParams.get("digest"));
    await call.storage.append(id, await chunk(call, size));
    await call.storage.finishUpload(id, digest);
    await finished(call, name, digest);
  }
}

/** The body of a chunk, which must go on exactly where the last one ended. */
async function chunk(call: RegistryRequest, size: number): Promise<Buffer> {
  const type = call.request.headers["content-type"];
  const bytes = await readBody(call.request, CHUNK_CAP);
  if (bytes.length > 0 && type !== "application/octet-stream")
    throw new RegistryRefusal(400, "BLOB_UPLOAD_INVALID", "content-type must be application/octet-stream");
  const range = call.request.headers["content-range"];
  if (range === undefined) return bytes;
  const match = /^(?:bytes )?(\d+)-(\d+)$/.exec(range);
  if (!match || Number(match[1]) !== size || Number(match[2]) - Number(match[1]) + 1 !== bytes.length) {
    throw new RegistryRefusal(416, "BLOB_UPLOAD_INVALID", "the chunk is out of order");
  }
  return bytes;
}

function accepted(call: RegistryRequest, upload: { name: string; id: string; size: number }): void {
  const location = `/v2/${upload.name}/blobs/uploads/${upload.id}`;
  call.response
    .writeHead(202, {
      location,
      range: `0-${Math.max(0, upload.size - 1)}`,
      "docker-upload-uuid": upload.id,
      "content-length": 0,
    })
    .end();
}

async function finished(call: RegistryRequest, name: string, digest: string): Promise<void> {
  const size = (await call.storage.blobSize(digest)) ?? 0;
  call.tell({ action: "push", target: { mediaType: "application/octet-stream", digest, size, repository: name } });
  created(call, name, digest);
}

function created(call: RegistryRequest, name: string, digest: string): void {
  call.response
    .writeHead(201, { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest, "content-length": 0 })
    .end();
}
