import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Where Debian's package puts the server; null on a machine without it. */
export const dockerRegistryPath =
  ["/usr/bin/docker-registry", process.env.BREAKWATER_TEST_REGISTRY ?? ""].find((file) => file && existsSync(file)) ??
  null;
export const skopeoPath = ["/usr/bin/skopeo", "/usr/local/bin/skopeo"].find((file) => existsSync(file)) ?? null;

/** Why a real registry cannot take part here, or null. */
export function missingRegistry(): string | null {
  return dockerRegistryPath ? missingSkopeo() : "docker-registry is not installed: apt-get install docker-registry";
}

export function missingSkopeo(): string | null {
  return skopeoPath ? null : "skopeo is not installed: apt-get install skopeo";
}

export interface RealRegistry {
  url: string;
  host: string;
  username: string;
  password: string;
  log(): string;
  /** Ends the server and starts it again on the same port and storage with this added to its config.yml. */
  restart(more: string): Promise<void>;
  stop(): Promise<void>;
}

// bcrypt of the password below, the only form that the server reads.
const htpasswd = {
  username: "breaker",
  password: "correct horse",
  line: "breaker:$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
};

/**
 * Starts Debian's docker-registry on a free loopback port, with htpasswd sign-in, deletes allowed and, when asked,
 * notifications to `notify`.
 */
export async function startDockerRegistry(
  options: { notify?: { url: string; headers: Record<string, string> } } = {},
): Promise<RealRegistry> {
  if (!dockerRegistryPath) throw new Error("docker-registry is not installed");
  const folder = mkdtempSync(path.join(tmpdir(), "breakwater-registry-"));
  const port = await freePort();
  writeFileSync(path.join(folder, "htpasswd"), `${htpasswd.line}\n`);
  const endpoint = options.notify && {
    name: "breakwater",
    url: options.notify.url,
    headers: Object.fromEntries(Object.entries(options.notify.headers).map(([name, value]) => [name, [value]])),
    timeout: "2s",
    threshold: 3,
    backoff: "1s",
  };
  const config = {
    version: "0.1",
    log: { level: "info" },
    storage: { filesystem: { rootdirectory: path.join(folder, "data") }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}` },
    auth: { htpasswd: { realm: "test", path: path.join(folder, "htpasswd") } },
    ...(endpoint ? { notifications: { endpoints: [endpoint] } } : {}),
  };
  const output: string[] = [];
  let server = await serve(dockerRegistryPath, { folder, port, config: yamlOf(config), output });
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    username: htpasswd.username,
    password: htpasswd.password,
    log: () => output.join(""),
    restart: async (more) => {
      await end(server);
      server = await serve(dockerRegistryPath ?? "", { folder, port, config: `${yamlOf(config)}${more}\n`, output });
    },
    stop: async () => {
      await end(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Top-level keys as YAML with JSON values, so that a snippet of YAML can follow. */
function yamlOf(config: object): string {
  return Object.entries(config)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join("");
}

async function serve(
  program: string,
  { folder, port, config, output }: { folder: string; port: number; config: string; output: string[] },
): Promise<ChildProcess> {
  writeFileSync(path.join(folder, "config.yml"), config);
  const server = spawn(program, ["serve", path.join(folder, "config.yml")], { stdio: ["ignore", "pipe", "pipe"] });
  server.stdout.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  server.stderr.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  await untilAnswering(port, server);
  return server;
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGKILL");
  await ended;
}

export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}

async function untilAnswering(port: number, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (server.exitCode !== null) throw new Error("docker-registry ended at once");
    const answers = await new Promise<boolean>((resolve) => {
      http
        .get({ port, host: "127.0.0.1", path: "/v2/" }, (response) => resolve(response.resume() !== null))
        .on("error", () => resolve(false));
    });
    if (answers) return;
    await sleep(50);
  }
  throw new Error("docker-registry did not answer within 10 s");
}

export interface LayoutImage {
  folder: string;
  digest: string;
  layerDigest: string;
  diffId: string;
  remove(): void;
}

/** Writes a one-layer OCI layout whose content depends on `seed`, for skopeo to push. */
export function writeLayout(seed: string): LayoutImage {
  const folder = mkdtempSync(path.join(tmpdir(), "breakwater-layout-"));
  const root = path.join(folder, "root");
  const tarFile = path.join(folder, "layer.tar");
  spawnSync("mkdir", ["-p", root, path.join(folder, "blobs/sha256")]);
  writeFileSync(path.join(root, "seed.txt"), seed);
  const made = spawnSync("tar", [
    "--sort=name",
    "--mtime=@0",
    "--owner=0",
    "--group=0",
    "-cf",
    tarFile,
    "-C",
    root,
    "seed.txt",
  ]);
  if (made.status !== 0) throw new Error("tar is needed");
  const put = (bytes: Uint8Array) => {
    const hex = createHash("sha256").update(bytes).digest("hex");
    writeFileSync(path.join(folder, "blobs/sha256", hex), bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  const layer = put(spawnSync("cat", [tarFile]).stdout);
  const config = put(
    Buffer.from(
      JSON.stringify({
        architecture: "amd64",
        os: "linux",
        created: "2026-01-02T03:04:05Z",
        config: { Env: ["SECRET=1"], Labels: { a: "b" } },
        rootfs: { type: "layers", diff_ids: [layer.digest] },
        history: [{ created_by: `COPY ${seed}` }],
      }),
    ),
  );
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = put(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType,
        config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
        layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", ...layer }],
      }),
    ),
  );
  writeFileSync(path.join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  writeFileSync(
    path.join(folder, "index.json"),
    JSON.stringify({
      schemaVersion: 2,
      manifests: [{ mediaType, ...manifest, annotations: { "org.opencontainers.image.ref.name": "it" } }],
    }),
  );
  return {
    folder,
    digest: manifest.digest,
    layerDigest: layer.digest,
    diffId: layer.digest,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Pushes a layout with skopeo, a client that is not ours. Digests are kept. */
export async function skopeoPush(
  layout: LayoutImage,
  registry: { host: string; username: string; password: string },
  target: string,
): Promise<void> {
  await skopeo([
    "copy",
    "--preserve-digests",
    "--dest-tls-verify=false",
    "--dest-creds",
    `${registry.username}:${registry.password}`,
    `oci:${layout.folder}:it`,
    `docker://${registry.host}/${target}`,
  ]);
}

/** Runs skopeo and rejects with what it printed when it fails. */
export async function skopeo(args: string[]): Promise<string> {
  if (!skopeoPath) throw new Error("skopeo is not installed");
  const child = spawn(skopeoPath, ["--insecure-policy", ...args]);
  const output: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error(`skopeo ${args[0]} failed: ${output.join("")}`);
  return output.join("");
}
