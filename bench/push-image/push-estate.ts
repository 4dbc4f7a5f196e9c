import { createHash } from "node:crypto";
import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { migrate } from "../../scripts/migrate.mjs";
import { startPostgres } from "../../scripts/postgres.mjs";
import { endProcess, startWorker } from "../portal-processes.ts";
import type { BaseLayer } from "./base-layer.ts";

export interface PushEstate {
  /**
   * Pushes the image with a new application layer and waits for its findings. Returns seconds from the end of skopeo to a counted
   * image in a counted repository. `forgetLayers` empties the store of layer facts first.
   */
  push(options: { forgetLayers: boolean }): Promise<number>;
  packages(): number;
  findings(): number;
  stop(): Promise<void>;
}

/** Starts database, worker, docker-registry and the ingest route's handler, connects them and imports advisories. */
export async function startPushEstate(
  folder: string,
  options: { base: BaseLayer; advisories: string | null },
): Promise<PushEstate> {
  const database = await startPostgres({ dataFolder: path.join(folder, "database"), durable: true });
  await migrate(database.url);
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    BREAKWATER_DATA_DIR: path.join(folder, "data"),
    BREAKWATER_SECRET: "bench-push-secret-of-thirty-two-characters-or-more",
    BREAKWATER_ALLOW_LOOPBACK: "1",
    BREAKWATER_FEEDS: "off",
    BREAKWATER_LOG_LEVEL: "silent",
  });
  // Only now: the modules read the environment when they are first used.
  const { connectRegistry } = await import("#commands/connect-registry.ts");
  const { createImport } = await import("#store/advisory/advisory-import.ts");
  const { closeDatabase, pool } = await import("#store/client.ts");
  const { stopQueue } = await import("#store/queue/queue.ts");
  const { importSource } = await import("../../src/worker/import-source.ts");
  const { skopeoPush, startDockerRegistry } = await import("../../tests/registry-double/docker-registry.ts");
  const { startEventsServer } = await import("../../tests/registry-double/events-server.ts");

  if (options.advisories) {
    const importId = await createImport(pool(), {
      source: options.advisories,
      sourceKind: "path",
      requestedBy: null,
      state: "running",
    });
    await importSource(options.advisories, { importId, isDemo: false });
  }
  let registryId = "";
  const hook = await startEventsServer(() => registryId);
  const admin = { kind: "system", id: "bench", name: "Bench", role: "admin" } as const;
  const plain = await startDockerRegistry();
  const connection = {
    kind: "oci",
    url: plain.url,
    authKind: "password",
    username: plain.username,
    password: plain.password,
  };
  const connected = await connectRegistry(admin, { ...connection, name: "Bench" });
  registryId = connected.id;
  await plain.stop();
  // The webhook's token is known only now, and the server reads its endpoints at start.
  const registry = await startDockerRegistry({
    notify: { url: hook.url, headers: { Authorization: `Bearer ${connected.webhook.token}` } },
  });
  await pool().query("update registry set url = $1, last_reconciled_at = now() where id = $2", [
    registry.url,
    registryId,
  ]);
  const worker = await startWorker(folder);
  let last = { packages: 0, findings: 0 };
  let serial = 0;
  return {
    async push({ forgetLayers }) {
      if (forgetLayers) await pool().query("delete from layer");
      serial += 1;
      const layout = writeImage(path.join(folder, `image-${serial}`), options.base, serial);
      await skopeoPush({ ...layout, layerDigest: "", diffId: "", remove: () => {} }, registry, `bench/app:v${serial}`);
      const ended = performance.now();
      last = await findingsOf(pool(), layout.digest);
      return (performance.now() - ended) / 1000;
    },
    packages: () => last.packages,
    findings: () => last.findings,
    async stop() {
      await endProcess(worker);
      await registry.stop();
      await hook.stop();
      await stopQueue();
      await closeDatabase();
      await database.stop();
    },
  };
}

/** Waits until the image is scanned and its repository counted with it: what the pages read. */
async function findingsOf(pool: pg.Pool, digest: string): Promise<{ packages: number; findings: number }> {
  for (let attempt = 0; attempt < 6000; attempt += 1) {
    const { rows } = await pool.query<{
      state: string;
      reason: string | null;
      packages: number;
      findings: number;
      counted: boolean;
    }>(
      `select i.scan_state as state, i.scan_reason as reason, i.package_count as packages,
              (select f.findings from place_figure f where f.registry_id = p.registry_id and f.placement_id = p.id) as findings,
              r.image_count = (select count(*) from placement q where q.registry_id = r.registry_id and q.repository_id = r.id and q.retired_at is null)
              and not exists (select 1 from dirty_mark where scope <> 'all-flaws') as counted
         from image i join placement p on p.registry_id = i.registry_id and p.digest = i.digest
         join repository r on r.registry_id = p.registry_id and r.id = p.repository_id
        where i.digest = decode($1, 'hex')`,
      [digest.slice(7)],
    );
    const [row] = rows;
    if (row?.state === "failed") throw new Error(`The scan failed: ${row.reason}`);
    if (row && (row.state === "done" || row.state === "partial") && row.counted) return row;
    await sleep(10);
  }
  throw new Error("No findings within 60 s");
}

/** An OCI layout of the base layer and a small application that is different each time. */
function writeImage(folder: string, base: BaseLayer, serial: number): { folder: string; digest: string } {
  const blobs = path.join(folder, "blobs/sha256");
  mkdirSync(blobs, { recursive: true });
  linkSync(base.file, path.join(blobs, base.digest.slice(7)));
  const put = (bytes: Uint8Array) => {
    const hex = createHash("sha256").update(bytes).digest("hex");
    writeFileSync(path.join(blobs, hex), bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  const app = put(applicationLayer(serial));
  const config = put(
    Buffer.from(
      JSON.stringify({
        architecture: "amd64",
        os: "linux",
        created: "2026-01-01T00:00:00Z",
        rootfs: { type: "layers", diff_ids: [base.diffId, app.digest] },
      }),
    ),
  );
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const layer = "application/vnd.oci.image.layer.v1.tar";
  const layers = [
    { mediaType: `${layer}+gzip`, digest: base.digest, size: base.sizeBytes },
    { mediaType: layer, ...app },
  ];
  const configType = "application/vnd.oci.image.config.v1+json";
  const manifest = put(
    Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config: { mediaType: configType, ...config }, layers })),
  );
  writeFileSync(path.join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  const named = { mediaType, ...manifest, annotations: { "org.opencontainers.image.ref.name": "it" } };
  writeFileSync(path.join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  return { folder, digest: manifest.digest };
}

/** A plain tar of one npm package whose version is the serial. */
function applicationLayer(serial: number): Buffer {
  const content = Buffer.from(JSON.stringify({ name: "bench-app", version: `1.0.${serial}` }));
  const header = Buffer.alloc(512);
  header.write("app/node_modules/bench-app/package.json", 0);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}
