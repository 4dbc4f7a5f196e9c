import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { connectRegistry } from "#commands/connect-registry.ts";
import type { Actor } from "#domain/role.ts";
import { enqueue } from "#store/queue/queue.ts";
import { execute, selectRows, sql } from "#store/sql.ts";
import { startWorker, type WorkerProcess } from "./worker-process.ts";

// One registry that is slow, or asks for pauses, beside one that is well.
const admin: Actor = { kind: "system", id: "test", name: "Test admin", role: "admin" };
const servers: http.Server[] = [];
let worker: WorkerProcess | undefined;
afterAll(async () => {
  worker?.kill("SIGKILL");
  await worker?.exited;
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

const bytesOf = (value: object) => Buffer.from(JSON.stringify(value));
const digestOf = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const config = bytesOf({ os: "linux", architecture: "amd64", rootfs: { type: "layers", diff_ids: [] } });
const types = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
};
const manifest = bytesOf({
  schemaVersion: 2,
  mediaType: types.manifest,
  config: { mediaType: types.config, digest: digestOf(config), size: config.length },
  layers: [],
});

type Answer = (url: string, response: http.ServerResponse) => boolean;

/** A registry with the tags `a`, `b` and `good`; `special` may answer first. */
async function serve(special: Answer = () => false, tags = ["a", "b", "good"]): Promise<string> {
  const server = http.createServer((request, response) => {
    const url = request.url ?? "";
    if (special(url, response)) return;
    const json = (value: object) =>
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (url === "/v2/") json({});
    else if (url.startsWith("/v2/_catalog")) json({ repositories: ["team/app"] });
    else if (url.includes("/tags/list")) json({ tags });
    else if (url.includes(`/blobs/${digestOf(config)}`))
      response.writeHead(200, { "content-length": config.length }).end(config);
    else if (url.includes("/blobs/")) response.writeHead(404).end();
    else
      response
        .writeHead(200, { "content-type": types.manifest, "docker-content-digest": digestOf(manifest) })
        .end(manifest);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}

const connect = async (url: string, name: string, more: object = {}) =>
  (await connectRegistry(admin, { kind: "oci", url, authKind: "anonymous", name, ...more })).id;
const read = (registryId: string, tag: string) =>
  enqueue("read-manifest", {
    registryId,
    repository: "team/app",
    reference: tag,
    tag,
    source: "webhook",
    actor: null,
    occurredAt: null,
  });
const JobRow = z.object({ id: z.string(), state: z.string(), limit: z.number(), tries: z.number(), wait: z.number() });
const jobs = (registryId: string) =>
  selectRows(
    JobRow,
    sql`select id, state::text, retry_limit as limit, retry_count as tries, extract(epoch from start_after - now())::int as wait
          from pgboss.job where name = 'read-manifest' and data ->> 'registryId' = ${registryId}`,
  );

test("a slow registry leaves room for a healthy push, and a pause that a registry asks for is not waited for in a job", async () => {
  let isSlow = false;
  const held: (() => void)[] = [];
  const slow = await connect(
    await serve((url, response) => {
      if (!isSlow || !url.includes("/manifests/")) return false;
      held.push(() => response.writeHead(503).end());
      return true;
    }),
    "Slow",
  );
  let isBusy = false;
  const busy = await connect(
    await serve((url, response) => {
      if (!isBusy || !url.includes("/manifests/")) return false;
      response.writeHead(429, { "retry-after": "120" }).end();
      return true;
    }),
    "Busy",
  );
  const well = await connect(await serve(), "Well");
  [isSlow, isBusy] = [true, true];
  await execute(sql`delete from pgboss.job`);
  for (let index = 0; index < 20; index += 1) await read(slow, `slow-${index}`);
  await read(busy, "good");
  worker ??= await startWorker();
  await expect
    .poll(async () => (await jobs(slow)).filter(({ state }) => state === "active").length, { timeout: 60_000 })
    .toBe(2);
  await read(well, "good");
  await expect.poll(async () => (await jobs(well))[0]?.state, { timeout: 25_000 }).toBe("completed");
  // None of the slow answers had come by then.
  expect((await jobs(slow)).filter(({ state }) => state === "completed")).toEqual([]);
  const [put] = await jobs(busy);
  expect(put).toMatchObject({ state: "retry" });
  expect(put?.wait).toBeGreaterThan(60);
  expect((put?.limit ?? 0) - (put?.tries ?? 0)).toBeGreaterThanOrEqual(4);
  for (const release of held) release();
}, 120_000);

test("a registry whose credential the key does not open says so, and its job is not tried again", async () => {
  const id = await connect(await serve(), "Locked", { authKind: "password", username: "u", password: "p" });
  await execute(
    sql`update secret set cipher = set_byte(cipher, 29, 255 - get_byte(cipher, 29)) where id = (select secret_id from registry where id = ${id})`,
  );
  worker ??= await startWorker();
  const job = await enqueue("reconcile-registry", { registryId: id, trigger: "person" }, { key: `${id} again` });
  await expect
    .poll(
      async () =>
        (
          await selectRows(z.object({ state: z.string() }), sql`select state::text from pgboss.job where id = ${job}`)
        )[0]?.state,
      { timeout: 60_000 },
    )
    .toBe("failed");
  const [row] = await selectRows(
    z.object({ state: z.string(), reason: z.string() }),
    sql`select state, state_reason as reason from registry where id = ${id}`,
  );
  expect(row).toMatchObject({ state: "noRight", reason: expect.stringContaining("cannot be read with the key") });
}, 120_000);

test("a key that is gone stops the start with words, before anything is made", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "bw-lost-key-"));
  mkdirSync(path.join(folder, "postgres", "cluster"), { recursive: true });
  writeFileSync(path.join(folder, "postgres", "cluster", "PG_VERSION"), "18\n");
  const { DATABASE_URL: _, BREAKWATER_SECRET: __, ...rest } = process.env;
  const child = spawn(process.execPath, [path.resolve(import.meta.dirname, "../../scripts/start.mjs")], {
    env: { ...rest, BREAKWATER_DATA_DIR: folder, BREAKWATER_ROLE: "worker" },
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise((resolve) => child.once("exit", resolve));
  rmSync(folder, { recursive: true, force: true });
  expect(code).toBe(1);
  expect(said).toMatch(
    /The key .*secret is gone, and the database beside it was made with it\. Put it back from a backup/,
  );
}, 60_000);

/** Manifests of the first two tags that cannot be read; the third is well. */
const broken: Record<string, [type: string, bytes: Buffer]> = {
  schema1: [
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    bytesOf({ schemaVersion: 1, name: "x", tag: "y", fsLayers: [] }),
  ],
  sha512: [
    types.manifest,
    bytesOf({
      schemaVersion: 2,
      mediaType: types.manifest,
      config: { mediaType: types.config, digest: `sha512:${"a".repeat(128)}`, size: 1 },
      layers: [],
    }),
  ],
  "a sparse index": [
    types.index,
    bytesOf({
      schemaVersion: 2,
      mediaType: types.index,
      manifests: [{ mediaType: types.manifest, digest: `sha256:${"0".repeat(64)}`, size: 1 }],
    }),
  ],
  "a missing blob": [
    types.manifest,
    bytesOf({
      schemaVersion: 2,
      mediaType: types.manifest,
      config: { mediaType: types.config, digest: `sha256:${"1".repeat(64)}`, size: 1 },
      layers: [],
    }),
  ],
  "no manifest": ["text/html", Buffer.from("<h1>hello</h1>")],
};
test.each(Object.keys(broken))(
  "%s as the first tag does not block connecting, alone or beside others",
  async (what) => {
    const [type, bytes] = broken[what] ?? ["", Buffer.alloc(0)];
    const answer: Answer = (url, response) => {
      if (url.includes(`/manifests/sha256:${"0".repeat(64)}`)) {
        response.writeHead(404).end();
        return true;
      }
      if (!/\/manifests\/(?:a|b)$/.test(url)) return false;
      response.writeHead(200, { "content-type": type }).end(bytes);
      return true;
    };
    for (const tags of [
      ["a", "b", "good"],
      ["a", "b"],
    ]) {
      const id = await connect(await serve(answer, tags), `${what} ${tags.length}`);
      const [row] = await selectRows(
        z.object({ rights: z.object({ rights: z.array(z.object({ name: z.string(), state: z.string() })) }) }),
        sql`select rights from registry where id = ${id}`,
      );
      expect(row?.rights.rights.filter(({ state }) => state === "denied" || state === "failed")).toEqual([]);
    }
  },
  60_000,
);
