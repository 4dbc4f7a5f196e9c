import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRegistryClient } from "#connectors/registry/client.ts";
import { RegistryTransport } from "#connectors/registry/registry-transport.ts";
import { type DemoRegistry, startDemoRegistry } from "#demo/demo-registry.ts";
import { generateImage, generateIndex } from "#demo/generate-image.ts";
import { pushImage } from "#demo/push-image.ts";
import { missingSkopeo, skopeo, skopeoPush, writeLayout } from "../registry-double/docker-registry.ts";
import { testWhere } from "../support/where.ts";

const credentials = { username: "demo", password: "p:ss" };
const folder = mkdtempSync(path.join(tmpdir(), "breakwater-double-"));
const authorization = `Basic ${Buffer.from("demo:p:ss").toString("base64")}`;
const types = { image: "application/vnd.oci.image.manifest.v1+json", index: "application/vnd.oci.image.index.v1+json" };
const createdAt = new Date("2026-01-02T03:04:05Z");
let registry: DemoRegistry;

beforeAll(async () => {
  registry = await startDemoRegistry({ storage: folder, credentials });
});
afterAll(async () => {
  await registry.stop();
  rmSync(folder, { recursive: true, force: true });
});

const client = () =>
  createRegistryClient({ url: registry.url, credentials, rules: { allowLoopback: true }, retryBaseMs: 1, maxTries: 1 });
const image = (seed: string) =>
  generateImage({
    architecture: "amd64",
    createdAt,
    layers: [{ createdBy: "x", files: [{ path: "a", content: seed }] }],
  });
const digestOf = (bytes: string) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

async function call(
  method: string,
  at: string,
  options: { headers?: Record<string, string>; body?: string } = {},
): Promise<string> {
  const answer = await fetch(registry.url + at, {
    method,
    headers: { authorization, ...options.headers },
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  const text = await answer.text();
  const code =
    !answer.ok && text.startsWith("{")
      ? ((JSON.parse(text) as { errors?: { code: string }[] }).errors?.[0]?.code ?? "")
      : "";
  return `${answer.status} ${code}`.trim();
}

describe("our own small registry", () => {
  test("takes what our client, our pusher and skopeo send, and gives it back", async () => {
    const index = generateIndex([
      { architecture: "amd64", image: image("1") },
      { architecture: "arm64", image: image("2") },
    ]);
    await pushImage({ url: registry.url, credentials }, { repository: "team/multi", tag: "v1" }, index);
    const read = await client().manifest("team/multi", "v1");
    expect(read).toMatchObject({ kind: "index", digest: index.digest });
    const child = await client().manifest("team/multi", index.children[0]?.digest ?? "");
    if (child.kind !== "image") throw new Error("not an image");
    let size = 0;
    for await (const chunk of client().blob("team/multi", child.layers[0]?.digest ?? "", {
      expectedBytes: child.layers[0]?.size ?? 0,
    }))
      size += chunk.length;
    expect(size).toBe(child.layers[0]?.size);
    expect(await client().headManifest("team/multi", "v2")).toBeNull();
  });

  testWhere(missingSkopeo(), "is a registry in the eyes of skopeo", async () => {
    const layout = writeLayout("from skopeo");
    const host = `127.0.0.1:${registry.port}`;
    await skopeoPush(layout, { host, ...credentials }, "sko/peo:1");
    expect((await client().manifest("sko/peo", "1")).digest).toBe(layout.digest);
    const inspected = await skopeo([
      "inspect",
      "--tls-verify=false",
      "--creds",
      "demo:p:ss",
      `docker://${host}/sko/peo:1`,
    ]);
    expect(inspected).toContain(layout.digest);
    layout.remove();
  });

  test("pages its lists and our client follows them", async () => {
    for (let number = 0; number < 7; number += 1)
      await pushImage(
        { url: registry.url, credentials },
        { repository: "many/tags", tag: `t${number}` },
        image("same"),
      );
    const transport = new RegistryTransport({
      url: new URL(registry.url),
      credentials,
      tokenRealmHost: null,
      http: { rules: { allowLoopback: true } },
      maxConcurrent: 1,
      retryBaseMs: 1,
      maxTries: 1,
    });
    const link = await transport.ask(
      { path: "/v2/many/tags/tags/list?n=3", purpose: "x", scope: "" },
      async (response) => response.header("link"),
    );
    expect(link).toBe('</v2/many/tags/tags/list?n=3&last=t2>; rel="next"');
    const tags: string[] = [];
    for await (const tag of client().tags("many/tags")) tags.push(tag);
    expect(tags.length).toBe(7);
  });
});

describe("it says no to a client that is broken", () => {
  const config = JSON.stringify({ a: 1 });
  const missing = JSON.stringify({
    schemaVersion: 2,
    mediaType: types.image,
    config: { mediaType: "x", digest: digestOf("nowhere"), size: 7 },
    layers: [],
  });

  test.each([
    ["no credentials", "GET", "/v2/", { headers: { authorization: "" } }, "401 UNAUTHORIZED"],
    [
      "a wrong password",
      "GET",
      "/v2/",
      { headers: { authorization: `Basic ${Buffer.from("demo:no").toString("base64")}` } },
      "401 UNAUTHORIZED",
    ],
    ["a bearer token it never gave", "GET", "/v2/", { headers: { authorization: "Bearer x" } }, "401 UNAUTHORIZED"],
    ["a name in capitals", "GET", "/v2/Team/App/tags/list", {}, "400 NAME_INVALID"],
    ["a repository that is not there", "GET", "/v2/no/such/tags/list", {}, "404 NAME_UNKNOWN"],
    ["a page size that is none", "GET", "/v2/_catalog?n=-1", {}, "400 PAGINATION_NUMBER_INVALID"],
    ["a method that fits no list", "POST", "/v2/_catalog", {}, "405 UNSUPPORTED"],
    ["a digest that is none", "GET", "/v2/a/blobs/sha256:zz", {}, "400 DIGEST_INVALID"],
    ["a blob that is not there", "GET", `/v2/a/blobs/${digestOf("nowhere")}`, {}, "404 BLOB_UNKNOWN"],
    [
      "an upload under a wrong digest",
      "POST",
      `/v2/a/blobs/uploads/?digest=${digestOf("else")}`,
      { body: "x" },
      "400 DIGEST_INVALID",
    ],
    [
      "an upload that was never opened",
      "PUT",
      `/v2/a/blobs/uploads/00000000-0000-0000-0000-000000000000?digest=${digestOf("x")}`,
      { body: "x" },
      "404 BLOB_UPLOAD_UNKNOWN",
    ],
    [
      "a manifest of no known type",
      "PUT",
      "/v2/a/manifests/1",
      { headers: { "content-type": "text/plain" }, body: missing },
      "400 MANIFEST_INVALID",
    ],
    [
      "a manifest that is no JSON",
      "PUT",
      "/v2/a/manifests/1",
      { headers: { "content-type": types.image }, body: "{" },
      "400 MANIFEST_INVALID",
    ],
    [
      "an image sent as an index",
      "PUT",
      "/v2/a/manifests/1",
      { headers: { "content-type": types.index }, body: missing },
      "400 MANIFEST_INVALID",
    ],
    [
      "a manifest before its blobs",
      "PUT",
      "/v2/a/manifests/1",
      { headers: { "content-type": types.image }, body: missing },
      "404 MANIFEST_BLOB_UNKNOWN",
    ],
    [
      "an index before its images",
      "PUT",
      "/v2/a/manifests/1",
      {
        headers: { "content-type": types.index },
        body: JSON.stringify({
          schemaVersion: 2,
          manifests: [{ mediaType: types.image, digest: digestOf("no"), size: 1 }],
        }),
      },
      "404 MANIFEST_BLOB_UNKNOWN",
    ],
    [
      "a manifest under another digest",
      "PUT",
      `/v2/a/manifests/${digestOf("x")}`,
      { headers: { "content-type": types.image }, body: missing },
      "404 MANIFEST_BLOB_UNKNOWN",
    ],
    [
      "an Accept that does not name the type",
      "GET",
      "/v2/team/multi/manifests/v1",
      { headers: { accept: types.image } },
      "404 MANIFEST_UNKNOWN",
    ],
    [
      "no Accept at all for what it holds",
      "GET",
      "/v2/team/multi/manifests/v1",
      { headers: { accept: "application/json" } },
      "404 MANIFEST_UNKNOWN",
    ],
    ["deleting what is not there", "DELETE", "/v2/team/multi/manifests/none", {}, "404 MANIFEST_UNKNOWN"],
    ["a place that is none", "GET", "/v2/a/unknown", {}, "404 NAME_UNKNOWN"],
  ] as const)("%s", async (_, method, at, options, expected) => {
    expect(await call(method, at, options)).toBe(expected);
  });

  test("a blob whose size the manifest gets wrong, a chunk out of order, a range beyond the end", async () => {
    expect(await call("POST", `/v2/b/blobs/uploads/?digest=${digestOf(config)}`, { body: config })).toBe("201");
    const wrong = JSON.stringify({
      schemaVersion: 2,
      mediaType: types.image,
      config: { mediaType: "x", digest: digestOf(config), size: 1 },
      layers: [],
    });
    expect(await call("PUT", "/v2/b/manifests/1", { headers: { "content-type": types.image }, body: wrong })).toBe(
      "400 SIZE_INVALID",
    );
    expect(await call("GET", `/v2/b/blobs/${digestOf(config)}`, { headers: { range: "bytes=100-" } })).toBe(
      "416 SIZE_INVALID",
    );
    expect(await call("GET", `/v2/b/blobs/${digestOf(config)}`, { headers: { range: "bytes=0-2" } })).toBe("206");
    const opened = await fetch(`${registry.url}/v2/b/blobs/uploads/`, { method: "POST", headers: { authorization } });
    const location = opened.headers.get("location") ?? "";
    const chunk = { "content-type": "application/octet-stream", "content-range": "5-7" };
    expect(await call("PATCH", location, { headers: chunk, body: "abc" })).toBe("416 BLOB_UPLOAD_INVALID");
    expect(await call("PATCH", location, { headers: { ...chunk, "content-range": "0-2" }, body: "abc" })).toBe("202");
    expect(await call("PUT", `${location}?digest=${digestOf("abc")}`)).toBe("201");
  });

  test("our own client, broken on purpose, is refused as well", async () => {
    // The Accept header left out and the digest mistyped: the two slips that a tolerant stand-in would hide.
    const transport = new RegistryTransport({
      url: new URL(registry.url),
      credentials,
      tokenRealmHost: null,
      http: { rules: { allowLoopback: true } },
      maxConcurrent: 1,
      retryBaseMs: 1,
      maxTries: 1,
    });
    const request = { path: "/v2/team/multi/manifests/v1", purpose: "repository:team/multi", scope: "" };
    await expect(
      transport.ask({ ...request, accept: "application/json" }, (response) => response.json()),
    ).rejects.toMatchObject({ reason: "notFound" });
    await expect(
      transport.ask({ ...request, path: "/v2/team/multi/blobs/sha256:1" }, (response) => response.json()),
    ).rejects.toMatchObject({ reason: "broken" });
    const anonymous = createRegistryClient({
      url: registry.url,
      credentials: null,
      rules: { allowLoopback: true },
      maxTries: 1,
    });
    await expect(anonymous.manifest("team/multi", "v1")).rejects.toMatchObject({ reason: "noRight" });
  });
});
