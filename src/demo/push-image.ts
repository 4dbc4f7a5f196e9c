import http from "node:http";
import type { GeneratedManifest } from "./generate-image.ts";

export interface PushTarget {
  url: string;
  credentials: { username: string; password: string };
  signal?: AbortSignal | undefined;
}

/**
 * Pushes an image or index over HTTP as a build machine would: look for each blob, upload what is missing, then the manifests,
 * children first. Throws Error with the registry's words when it refuses.
 */
export async function pushImage(
  target: PushTarget,
  name: { repository: string; tag: string },
  image: GeneratedManifest,
): Promise<void> {
  for (const child of image.children)
    await pushManifest(target, { repository: name.repository, reference: child.digest }, child);
  await pushManifest(target, { repository: name.repository, reference: name.tag }, image);
}

/** Deletes a manifest with every tag that points to it. */
export async function deleteImage(target: PushTarget, name: { repository: string; digest: string }): Promise<void> {
  await send(target, { method: "DELETE", path: `/v2/${name.repository}/manifests/${name.digest}`, expected: [202] });
}

async function pushManifest(
  target: PushTarget,
  name: { repository: string; reference: string },
  manifest: GeneratedManifest,
): Promise<void> {
  const base = `/v2/${name.repository}`;
  for (const blob of manifest.blobs) {
    const found = await send(target, { method: "HEAD", path: `${base}/blobs/${blob.digest}`, expected: [200, 404] });
    if (found.status === 200) continue;
    const opened = await send(target, { method: "POST", path: `${base}/blobs/uploads/`, expected: [202] });
    const location = new URL(opened.location, target.url);
    location.searchParams.set("digest", blob.digest);
    await send(target, {
      method: "PUT",
      path: location.pathname + location.search,
      body: blob.bytes,
      type: "application/octet-stream",
      expected: [201],
    });
  }
  await send(target, {
    method: "PUT",
    path: `${base}/manifests/${name.reference}`,
    body: manifest.bytes,
    type: manifest.mediaType,
    expected: [201],
  });
}

interface PushRequest {
  method: string;
  path: string;
  body?: Uint8Array;
  type?: string;
  expected: readonly number[];
}

function send(target: PushTarget, request: PushRequest): Promise<{ status: number; location: string }> {
  const { username, password } = target.credentials;
  return new Promise((resolve, reject) => {
    const outgoing = http.request(new URL(request.path, target.url), {
      method: request.method,
      // A connection of its own: the other side may close a kept one just as the next request is written.
      agent: false,
      timeout: 30_000,
      ...(target.signal ? { signal: target.signal } : {}),
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
        "user-agent": "demo-builder/1.0",
        "content-length": request.body?.length ?? 0,
        ...(request.type ? { "content-type": request.type } : {}),
      },
    });
    outgoing.once("error", reject);
    outgoing.once("timeout", () =>
      outgoing.destroy(new Error(`${request.method} ${request.path} took longer than 30 s`)),
    );
    outgoing.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        const status = response.statusCode ?? 0;
        if (request.expected.includes(status)) resolve({ status, location: response.headers.location ?? "" });
        else
          reject(
            new Error(
              `${request.method} ${request.path} was answered with ${status}: ${Buffer.concat(chunks).toString("utf8").slice(0, 300)}`,
            ),
          );
      });
    });
    outgoing.end(request.body);
  });
}
