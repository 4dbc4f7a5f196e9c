import { createHash } from "node:crypto";
import http from "node:http";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { connectRegistry } from "#commands/connect-registry.ts";
import { resyncRegistry } from "#commands/resync-registry.ts";
import type { Actor } from "#domain/role.ts";
import { enqueue } from "#store/queue/queue.ts";
import { selectRows, sql } from "#store/sql.ts";
import { drainJobs } from "../registry-double/drain-jobs.ts";

// A registry that answers as it is told: deletions are believed only where they are proven.
const admin: Actor = { kind: "system", id: "test", name: "Test admin", role: "admin" };
const repositories = ["team/a", "team/b"];
let fault: (path: string) => number | null = () => null;
let server: http.Server;
let registryId = "";

const config = Buffer.from(
  JSON.stringify({ os: "linux", architecture: "amd64", rootfs: { type: "layers", diff_ids: [] } }),
);
const digestOf = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const manifest = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
    layers: [],
  }),
);

beforeAll(async () => {
  server = http.createServer((request, response) => answer(request.url ?? "", response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  registryId = (await connectRegistry(admin, { kind: "oci", url, authKind: "anonymous", name: "Told" })).id;
});
afterAll(() => server.close());
beforeEach(async () => {
  fault = () => null;
  await compare({ mayBeEmpty: false });
  expect(await live()).toEqual(["team/a:v1", "team/a:v2", "team/b:v1", "team/b:v2"]);
});

function answer(url: string, response: http.ServerResponse): unknown {
  const status = fault(url);
  if (status !== null) return response.writeHead(status, { "content-type": "text/html" }).end("<h1>no</h1>");
  const send = (body: Buffer | object, headers: Record<string, string> = {}) => {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    return response.writeHead(200, { "content-length": bytes.length, ...headers }).end(bytes);
  };
  if (url === "/v2/") return send({});
  if (url.startsWith("/v2/_catalog")) return send({ repositories });
  const [, repository = ""] = /^\/v2\/(.+)\/(?:tags|manifests|blobs)\//.exec(url) ?? [];
  // Two pages, one tag on each.
  if (url.includes("/tags/list") && url.includes("last=v1")) return send({ tags: ["v2"] });
  if (url.includes("/tags/list"))
    return send({ tags: ["v1"] }, { link: `</v2/${repository}/tags/list?last=v1&n=1>; rel="next"` });
  if (url.includes("/blobs/")) return send(config);
  return send(manifest, {
    "content-type": "application/vnd.oci.image.manifest.v1+json",
    "docker-content-digest": digestOf(manifest),
  });
}

async function compare(options: { mayBeEmpty: boolean }): Promise<void> {
  await resyncRegistry(admin, { registryId, ...options });
  await drainJobs("reconcile-registry");
}

async function live(): Promise<string[]> {
  const rows = await selectRows(
    z.object({ name: z.string() }),
    sql`select r.name || ':' || t.name as name from tag t join repository r on r.registry_id = t.registry_id and r.id = t.repository_id
         where t.registry_id = ${registryId} and t.retired_at is null and r.retired_at is null order by 1`,
  );
  return rows.map(({ name }) => name);
}

async function connection() {
  const [row] = await selectRows(
    z.object({ state: z.string(), reason: z.string().nullable(), held: z.number() }),
    sql`select state, state_reason as reason, (sync ->> 'heldBack')::int as held from registry where id = ${registryId}`,
  );
  return row;
}

test("a 404 on page 2 of a tag list is a fault of the registry: nothing is retired", async () => {
  fault = (url) => (url.includes("last=v1") ? 404 : null);
  await compare({ mayBeEmpty: false });
  expect(await live()).toHaveLength(4);
  expect(await connection()).toMatchObject({
    state: "degraded",
    reason: expect.stringContaining("a later page is not found"),
  });
});

test("404s everywhere empty nothing: the registry waits for an admin, and recovers by itself", async () => {
  fault = (url) => (url === "/v2/" || url.startsWith("/v2/_catalog") ? null : 404);
  await compare({ mayBeEmpty: false });
  expect(await live()).toHaveLength(4);
  expect(await connection()).toMatchObject({
    state: "degraded",
    held: 2,
    reason: expect.stringContaining("2 repositories would be retired. Nothing was changed."),
  });
  fault = () => null;
  await compare({ mayBeEmpty: false });
  expect(await connection()).toMatchObject({ state: "connected", held: 0 });
  expect(await live()).toHaveLength(4);
});

test("an empty catalog is held back as well, until an admin says that it is meant", async () => {
  repositories.splice(0);
  fault = (url) => (url.includes("/tags/list") || url.includes("/manifests/") ? 404 : null);
  await compare({ mayBeEmpty: false });
  expect(await live()).toHaveLength(4);
  expect((await connection())?.state).toBe("degraded");
  await compare({ mayBeEmpty: true });
  expect(await live()).toEqual([]);
  expect(await connection()).toMatchObject({ state: "connected", held: 0 });
  repositories.push("team/a", "team/b");
});

test("one repository that is gone while others are there is retired at once", async () => {
  fault = (url) => (url.includes("/team/b/") ? 404 : null);
  await compare({ mayBeEmpty: false });
  expect(await live()).toEqual(["team/a:v1", "team/a:v2"]);
  expect((await connection())?.state).toBe("connected");
});

test("a delete event is not believed where nothing answers as a registry", async () => {
  fault = () => 404;
  await enqueue("verify-delete", { registryId, repository: "team/a", digest: null, tag: "v1" });
  await drainJobs("verify-delete").catch(() => {});
  expect(await live()).toHaveLength(4);
});
