import { createHash } from "node:crypto";
import http from "node:http";
import type { LookupFunction } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { refuseAddress } from "#connectors/http/address-rules.ts";
import { guardedFetch } from "#connectors/http/guarded-fetch.ts";
import { createRegistryClient } from "#connectors/registry/client.ts";
import { testRights } from "#connectors/registry/test-rights.ts";

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;
const open: (() => Promise<void>)[] = [];
const loopback = { allowLoopback: true };
const credentials = { username: "u", password: "secret-password" };
const manifestType = "application/vnd.oci.image.manifest.v1+json";

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function serve(
  handler: Handler,
): Promise<{ url: string; host: string; seen: { url: string; authorization: string }[] }> {
  const seen: { url: string; authorization: string }[] = [];
  const server = http.createServer((request, response) => {
    seen.push({ url: request.url ?? "", authorization: request.headers.authorization ?? "" });
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, seen };
}

const clientOf = (url: string, more: object = {}) =>
  createRegistryClient({ url, credentials: null, rules: loopback, retryBaseMs: 1, maxTries: 2, ...more });
const digestOf = (bytes: Uint8Array | string) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
async function readAll(source: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of source) count += 1;
  return count;
}

describe("addresses", () => {
  test.each([
    ["169.254.169.254", "link-local"],
    ["::ffff:169.254.169.254", "link-local"],
    ["fe80::1", "link-local"],
    ["fd00:ec2::254", "metadata"],
    ["168.63.129.16", "metadata"],
    ["64:ff9b::a9fe:a9fe", "link-local"],
    ["2002:a9fe:a9fe::1", "link-local"],
    ["::169.254.169.254", "link-local"],
    ["0.0.0.0", "unspecified"],
    ["::", "unspecified"],
    ["255.255.255.255", "broadcast"],
    ["224.0.0.1", "multicast"],
    ["240.0.0.1", "reserved"],
    ["127.0.0.1", "loopback"],
    ["127.255.0.9", "loopback"],
    ["::1", "loopback"],
    ["::ffff:127.0.0.1", "loopback"],
    ["64:ff9b::7f00:1", "loopback"],
  ])("%s is refused as %s", (address, word) => {
    expect(refuseAddress(address, 443, { allowLoopback: false })).toContain(word);
  });

  test.each(["10.1.2.3", "172.16.0.1", "192.168.1.1", "fd12::1", "100.64.0.1", "8.8.8.8", "2606:4700::1"])(
    "%s is allowed: registries live there",
    (address) => {
      expect(refuseAddress(address, 443, { allowLoopback: false })).toBeNull();
    },
  );

  test("metadata stays closed when loopback is open, and the demo's port opens nothing else", () => {
    expect(refuseAddress("169.254.169.254", 80, loopback)).not.toBeNull();
    expect(refuseAddress("127.0.0.1", 5001, { allowLoopback: false, loopbackPort: 5001 })).toBeNull();
    expect(refuseAddress("127.0.0.1", 5002, { allowLoopback: false, loopbackPort: 5001 })).not.toBeNull();
  });

  test("literal addresses and unusual spellings of loopback do not get through", async () => {
    const { url } = await serve((_, response) => response.end("secret"));
    const port = new URL(url).port;
    for (const host of ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]", "localhost"]) {
      await expect(guardedFetch(`http://${host}:${port}/`, { rules: { allowLoopback: false } })).rejects.toThrow(
        /loopback/,
      );
    }
  });

  test("a name that turns into a loopback address after it was checked (rebinding) is caught when the socket connects", async () => {
    const { url, seen } = await serve((_, response) => response.end("secret"));
    let calls = 0;
    const lookup: LookupFunction = (_name, options, callback) => {
      calls += 1;
      const address = calls === 1 ? "192.0.2.7" : "127.0.0.1";
      if (options.all) callback(null, [{ address, family: 4 }]);
      else callback(null, address, 4);
    };
    const attempt = () =>
      guardedFetch(`http://rebind.test:${new URL(url).port}/`, {
        rules: { allowLoopback: false },
        lookup,
        timeoutMs: 300,
      });
    await expect(attempt()).rejects.toThrow();
    await expect(attempt()).rejects.toThrow(/rebind\.test leads to 127\.0\.0\.1/);
    expect(seen).toEqual([]);
  });
});

describe("redirects", () => {
  test("a redirect to a metadata address is not followed", async () => {
    const { url } = await serve((_, response) =>
      response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data/" }).end(),
    );
    await expect(guardedFetch(url, { rules: loopback })).rejects.toThrow(/link-local/);
  });

  test("credentials do not travel to another origin, but stay on the own one", async () => {
    const other = await serve((_, response) => response.end("there"));
    const first = await serve((request, response) => {
      if (request.url === "/start") response.writeHead(307, { location: "/again" }).end();
      else response.writeHead(307, { location: `${other.url}/blob` }).end();
    });
    const answer = await guardedFetch(`${first.url}/start`, {
      rules: loopback,
      headers: { Authorization: "Bearer t", "X-Breakwater-Token": "t" },
    });
    expect(await answer.text()).toBe("there");
    expect(first.seen.map((one) => one.authorization)).toEqual(["Bearer t", "Bearer t"]);
    expect(other.seen).toEqual([{ url: "/blob", authorization: "" }]);
  });

  test("circles end", async () => {
    const { url } = await serve((_, response) => response.writeHead(302, { location: "/again" }).end());
    await expect(guardedFetch(url, { rules: loopback })).rejects.toThrow(/circles/);
  });
});

describe("sizes and times", () => {
  test("an endless body is cut at the limit", async () => {
    const { url } = await serve((_, response) => {
      const write = () => {
        while (response.write(Buffer.alloc(65_536)));
      };
      response.on("drain", write);
      write();
    });
    await expect((await guardedFetch(url, { rules: loopback, maxBytes: 1_000_000 })).bytes()).rejects.toMatchObject({
      code: "too-large",
    });
  });

  test("a gzip bomb is cut at the limit of the unpacked size", async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    const { url } = await serve((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb));
    await expect((await guardedFetch(url, { rules: loopback, maxBytes: 4_000_000 })).json()).rejects.toMatchObject({
      code: "too-large",
    });
  });

  test("a server that never answers and one that drips both end with words", async () => {
    const silent = await serve(() => {});
    await expect(guardedFetch(silent.url, { rules: loopback, timeoutMs: 100 })).rejects.toThrow(
      /did not answer within/,
    );
    const stalled = await serve((_, response) => response.writeHead(200).write("a"));
    await expect((await guardedFetch(stalled.url, { rules: loopback, idleTimeoutMs: 100 })).text()).rejects.toThrow(
      /stopped sending/,
    );
    const dripping = await serve((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("a"), 20);
      response.once("close", () => clearInterval(timer));
    });
    const answer = await guardedFetch(dripping.url, { rules: loopback, idleTimeoutMs: 500, totalTimeoutMs: 200 });
    await expect(answer.text()).rejects.toThrow(/longer than/);
  });

  test("a body that ends early is an error, not a short body", async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write("short");
      setTimeout(() => response.destroy(), 20);
    });
    await expect((await guardedFetch(url, { rules: loopback })).text()).rejects.toThrow(/closed the connection/);
  });

  test("an abort ends the exchange", async () => {
    const { url } = await serve(() => {});
    await expect(guardedFetch(url, { rules: loopback, signal: AbortSignal.timeout(50) })).rejects.toThrow();
  });
});

describe("a registry that lies", () => {
  const layer = Buffer.from("the layer");
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf("c"), size: 1 },
    layers: [],
  });

  test("a manifest whose bytes are not its digest is refused, whether the digest was asked for or claimed", async () => {
    const { url } = await serve((request, response) => {
      const claimed = request.url?.includes("claimed") ? { "docker-content-digest": digestOf("something else") } : {};
      response.writeHead(200, { "content-type": manifestType, ...claimed }).end(manifest);
    });
    await expect(clientOf(url).manifest("a", digestOf("other"))).rejects.toMatchObject({ reason: "broken" });
    await expect(clientOf(url).manifest("a", "claimed")).rejects.toMatchObject({ reason: "broken" });
    expect((await clientOf(url).manifest("a", digestOf(manifest))).kind).toBe("image");
  });

  test("a document that is both index and image is refused", async () => {
    const both = JSON.stringify({ ...JSON.parse(manifest), manifests: [] });
    const { url } = await serve((_, response) => response.writeHead(200, { "content-type": manifestType }).end(both));
    await expect(clientOf(url).manifest("a", "latest")).rejects.toThrow(/both an index and an image/);
  });

  test("a manifest served under another type than it states is refused", async () => {
    const { url } = await serve((_, response) =>
      response.writeHead(200, { "content-type": "application/vnd.docker.distribution.manifest.v2+json" }).end(manifest),
    );
    await expect(clientOf(url).manifest("a", "latest")).rejects.toThrow(/calls itself/);
  });

  test("a manifest above 4 MiB is refused while it arrives", async () => {
    const { url } = await serve((_, response) =>
      response.writeHead(200, { "content-type": manifestType }).end(Buffer.alloc(5_000_000, 32)),
    );
    await expect(clientOf(url).manifest("a", "latest")).rejects.toMatchObject({ code: "too-large" });
  });

  test("blobs with wrong bytes, too few and too many are refused", async () => {
    const { url } = await serve((request, response) => {
      if (request.url?.endsWith(digestOf("wrong"))) response.end(layer);
      else response.end(Buffer.concat([layer, layer]));
    });
    const client = clientOf(url);
    await expect(readAll(client.blob("a", digestOf("wrong")))).rejects.toThrow(/do not match/);
    await expect(readAll(client.blob("a", digestOf(layer), { expectedBytes: layer.length }))).rejects.toMatchObject({
      code: "too-large",
    });
    await expect(readAll(client.blob("a", digestOf(layer), { expectedBytes: layer.length * 3 }))).rejects.toThrow(
      /its manifest says/,
    );
  });

  test("pages that lead to another host, in circles or nowhere are refused", async () => {
    const stranger = await serve((_, response) => response.end("{}"));
    const { url } = await serve((request, response) => {
      const link = request.url?.startsWith("/v2/_catalog")
        ? `<${stranger.url}/v2/_catalog?n=1>; rel="next"`
        : '</v2/a/tags/list?n=200>; rel="next"';
      response.writeHead(200, { link, "content-type": "application/json" }).end('{"repositories":["a"],"tags":["x"]}');
    });
    await expect(readAll(clientOf(url).catalog())).rejects.toThrow(/another host/);
    await expect(readAll(clientOf(url).tags("a"))).rejects.toThrow(/circles/);
    expect(stranger.seen).toEqual([]);
  });

  test("a list that is no list, and JSON without end, are refused", async () => {
    const odd = await serve((_, response) => response.end('{"repositories":{"a":1}}'));
    await expect(readAll(clientOf(odd.url).catalog())).rejects.toMatchObject({ reason: "broken" });
    const huge = await serve((_, response) => response.end(`{"repositories":["${"x".repeat(9_000_000)}`));
    await expect(readAll(clientOf(huge.url).catalog())).rejects.toMatchObject({ code: "too-large" });
  });

  test("names that are no names never reach the registry", async () => {
    const { url, seen } = await serve((_, response) => response.end("{}"));
    const client = clientOf(url);
    for (const name of ["../../etc", "A/B", "a//b", "a/../b", "", "a?x=1"])
      await expect(readAll(client.tags(name))).rejects.toMatchObject({ reason: "broken" });
    await expect(client.manifest("a", "../x")).rejects.toMatchObject({ reason: "broken" });
    expect(seen).toEqual([]);
  });
});

describe("signing in", () => {
  function tokenRegistry(realm: (self: string) => string, token: Handler): Handler {
    return (request, response) => {
      if (request.url?.startsWith("/token")) return token(request, response);
      const self = `http://${request.headers.host}`;
      if (request.headers.authorization === "Bearer good") return response.writeHead(200).end('{"repositories":[]}');
      return response
        .writeHead(401, { "www-authenticate": `Bearer realm="${realm(self)}",service="s",scope="registry:catalog:*"` })
        .end();
    };
  }

  test("a token is fetched with the credentials at the own host, kept, and used", async () => {
    const { url, seen } = await serve(
      tokenRegistry(
        (self) => `${self}/token`,
        (_, response) => response.end('{"access_token":"good","expires_in":300}'),
      ),
    );
    const client = clientOf(url, { credentials });
    await readAll(client.catalog());
    await readAll(client.catalog());
    const tokens = seen.filter((one) => one.url.startsWith("/token"));
    expect(tokens).toEqual([
      {
        url: "/token?service=s&scope=registry%3Acatalog%3A*",
        authorization: `Basic ${Buffer.from("u:secret-password").toString("base64")}`,
      },
    ]);
    expect(
      seen.filter((one) => one.url.startsWith("/v2/")).every((one) => !one.authorization.startsWith("Basic")),
    ).toBe(true);
  });

  test("credentials are not sent to a realm that nobody confirmed, and are once it is", async () => {
    const thief = await serve((_, response) => response.end('{"token":"good"}'));
    const { url } = await serve(
      tokenRegistry(
        () => `${thief.url}/token`,
        (_, response) => response.end(),
      ),
    );
    await expect(readAll(clientOf(url, { credentials }).catalog())).rejects.toMatchObject({ reason: "realm" });
    expect(thief.seen).toEqual([]);
    await readAll(clientOf(url, { credentials, tokenRealmHost: thief.host }).catalog());
    expect(thief.seen.length).toBe(1);
    const rights = await testRights({
      client: clientOf(url, { credentials }),
      kind: "oci",
      authKind: "password",
      repositories: null,
      now: new Date(0),
    });
    expect(rights.tokenRealmHost).toBe(thief.host);
    expect(rights.rights.find((right) => right.name === "authenticate")?.state).toBe("failed");
  });

  test("wrong credentials, missing rights and throttling are told apart, and Retry-After is honoured", async () => {
    const wrong = await serve(
      tokenRegistry(
        (self) => `${self}/token`,
        (_, response) => response.writeHead(401).end(),
      ),
    );
    await expect(readAll(clientOf(wrong.url, { credentials }).catalog())).rejects.toMatchObject({
      reason: "unauthenticated",
    });
    const less = await serve(
      tokenRegistry(
        (self) => `${self}/token`,
        (_, response) => response.end('{"token":"too little"}'),
      ),
    );
    await expect(readAll(clientOf(less.url, { credentials }).catalog())).rejects.toMatchObject({ reason: "noRight" });
    let calls = 0;
    const busy = await serve((_, response) => {
      calls += 1;
      if (calls < 3) response.writeHead(429, { "retry-after": "0" }).end();
      else response.end('{"repositories":["a"]}');
    });
    expect(await readAll(clientOf(busy.url, { maxTries: 4 }).catalog())).toBe(1);
    await expect(
      readAll(clientOf((await serve((_, response) => response.writeHead(429).end())).url).catalog()),
    ).rejects.toMatchObject({ reason: "throttled" });
  });

  test("each missing right is named with the exact role or scope", async () => {
    const config = JSON.stringify({ os: "linux", architecture: "amd64", rootfs: { diff_ids: [] } });
    const manifest = JSON.stringify({
      schemaVersion: 2,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
      layers: [],
    });
    const denied = new Set(["blobs"]);
    const { url } = await serve((request, response) => {
      const part = ["_catalog", "tags", "manifests", "blobs"].find((name) => request.url?.includes(`/${name}`)) ?? "";
      if (denied.has(part)) return response.writeHead(403).end('{"errors":[{"code":"DENIED","message":"no"}]}');
      if (part === "_catalog") return response.end('{"repositories":["team/app"]}');
      if (part === "tags") return response.end('{"tags":["1"]}');
      if (part === "manifests") return response.writeHead(200, { "content-type": manifestType }).end(manifest);
      return response.end(part === "blobs" ? config : "{}");
    });
    const run = async (
      kind: "acr" | "oci",
      authKind: "password" | "repositoryToken",
      repositories: string[] | null,
    ) => {
      const rights = await testRights({
        client: clientOf(url, { credentials }),
        kind,
        authKind,
        repositories,
        now: new Date(0),
      });
      return rights.rights
        .filter((right) => right.state === "denied")
        .map((right) => `${right.name}: ${right.missing}`);
    };
    expect(await run("oci", "password", null)).toEqual([
      "pullBlob: Scope repository:team/app:pull for this account (read access to the repository)",
    ]);
    expect((await run("acr", "password", null))[0]).toMatch(
      /^pullBlob: Role AcrPull .*Container Registry Repository Reader/,
    );
    expect(await run("acr", "repositoryToken", ["team/app"])).toEqual([
      "pullBlob: Action content/read for repository team/app in the scope map of the token",
    ]);
    denied.clear();
    denied.add("_catalog").add("tags");
    expect((await run("acr", "password", null))[0]).toMatch(/^catalog: .*Container Registry Repository Catalog Lister/);
    expect(await run("acr", "repositoryToken", ["team/app"])).toEqual([
      "listTags: Action metadata/read for repository team/app in the scope map of the token",
    ]);
  });

  test("at most eight requests are open at once", async () => {
    let now = 0;
    let most = 0;
    const { url } = await serve((_, response) => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => {
        now -= 1;
        response.writeHead(200, { "docker-content-digest": digestOf("x") }).end();
      }, 10);
    });
    const client = clientOf(url);
    await Promise.all(Array.from({ length: 60 }, (_, index) => client.headManifest("a", `t${index}`)));
    expect(most).toBe(8);
  });
});
