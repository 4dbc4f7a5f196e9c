import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ensureBuild } from "../../scripts/build.mjs";
import { migrate } from "../../scripts/migrate.mjs";
import { type EmbeddedPostgres, startPostgres } from "../../scripts/postgres.mjs";
import { freePort } from "../registry-double/docker-registry.ts";
import { randomFrom } from "./random-from.ts";

// Crash test: worker, web and database are killed with SIGKILL at random moments while images are pushed and advisories imported.
// Afterwards every pushed image must have its result exactly once, and every number must equal its list. `ROUNDS` kills (50),
// `SEED` repeats the choices of a run. Every process that is started here ends with it.

const rounds = Number(process.env.ROUNDS ?? 50);
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const random = randomFrom(seed);
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "breakwater-crash-"));
const dataFolder = path.join(folder, "database");
const workerLog = path.join(folder, "worker.log");
mkdirSync(path.join(folder, "feeds"));
writeFileSync(workerLog, "");
console.log(`crash test: SEED=${seed} ROUNDS=${rounds}, worker log ${workerLog}`);

const server = await ensureBuild({ onBuild: () => console.log("building the pages …") });
const webPort = await freePort();
let database: EmbeddedPostgres = await startPostgres({ dataFolder, durable: true });
const { port } = database;
await migrate(database.url);
Object.assign(process.env, {
  DATABASE_URL: database.url,
  BREAKWATER_DATA_DIR: path.join(folder, "data"),
  BREAKWATER_SECRET: "crash-test-secret-of-thirty-two-characters-or-more",
  BREAKWATER_ALLOW_LOOPBACK: "1",
  BREAKWATER_FEEDS: "off",
  BREAKWATER_LOG_LEVEL: "silent",
});

// Only now: the modules read the environment when they are first used.
const { openEstate } = await import("./estate-under-fire.ts");

let worker: ChildProcess | undefined;
let isReady = false;
let isEnding = false;
function startWorker(): void {
  const output = openSync(workerLog, "a");
  const child = spawn(process.execPath, [path.join(root, "src/worker/main.ts")], {
    cwd: root,
    stdio: ["ignore", output, output, "ipc"],
    env: { ...process.env, BREAKWATER_ROLE: "worker", BREAKWATER_LOG_LEVEL: "info" },
  });
  worker = child;
  isReady = false;
  child.once("message", () => {
    isReady ||= worker === child;
  });
  // As the launcher does: a worker that ends by itself, because the database is away, is started again.
  child.once("exit", () => {
    if (!isEnding && worker === child) setTimeout(() => !isEnding && worker === child && startWorker(), 500);
  });
}

let web: ChildProcess | undefined;
function startWeb(): void {
  const output = openSync(workerLog, "a");
  const child = spawn(process.execPath, [path.join(server, "server.js")], {
    cwd: root,
    stdio: ["ignore", output, output],
    env: {
      ...process.env,
      BREAKWATER_ROLE: "web",
      BREAKWATER_LOG_LEVEL: "warn",
      PORT: String(webPort),
      HOSTNAME: "127.0.0.1",
      NODE_ENV: "production",
    },
  });
  web = child;
  child.once("exit", () => {
    if (!isEnding && web === child) setTimeout(() => !isEnding && web === child && startWeb(), 500);
  });
}

async function killWeb(): Promise<void> {
  const child = web;
  web = undefined;
  if (!child || child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

async function killWorker(): Promise<void> {
  const child = worker;
  worker = undefined;
  if (!child || child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

async function killDatabase(): Promise<void> {
  process.kill(database.pid, "SIGKILL");
  while (isAlive(database.pid)) await sleep(20);
  database = await startPostgres({ dataFolder, durable: true, port });
  if (database.port !== port) throw new Error(`The database came back at another port: ${database.port}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

let failure: unknown;
process.on("unhandledRejection", (error) => {
  console.error("unhandled rejection", error);
  failure ??= error;
});
const kills = { worker: 0, web: 0, database: 0, all: 0 };
try {
  startWeb();
  const estate = await openEstate({ folder, random, webUrl: `http://127.0.0.1:${webPort}` });
  startWorker();
  for (let round = 1; round <= rounds; round += 1) {
    appendFileSync(workerLog, `--- round ${round}\n`);
    const work = estate.act();
    // Its failure is looked at below; until then it must not end the process.
    work.catch(() => {});
    // Mostly in the middle of its work, now and then while it starts.
    const isEarly = random() < 0.15;
    for (let waited = 0; !isEarly && !isReady && waited < 300; waited += 1) await sleep(100);
    await sleep(50 + random() * 2500);
    const dice = random();
    const victim = dice < 0.35 ? "worker" : dice < 0.6 ? "web" : dice < 0.8 ? "database" : "all";
    kills[victim] += 1;
    if (victim === "worker" || victim === "all") await killWorker();
    if (victim === "web" || victim === "all") await killWeb();
    if (victim === "database" || victim === "all") await killDatabase();
    if (!worker) startWorker();
    if (!web) startWeb();
    await work;
  }
  console.log(`kills: ${JSON.stringify(kills)}; ${estate.summary()}; waiting for everything to be done`);
  await estate.settle();
  console.log(`checked: ${JSON.stringify(await estate.check())}`);
  await estate.close();
} catch (error) {
  failure = error;
}
isEnding = true;
await killWorker();
await killWeb();
await database.stop();
if (failure) {
  console.error(failure);
  console.error(`FAILED with SEED=${seed} ROUNDS=${rounds}. Database and worker log are kept in ${folder}`);
  process.exit(1);
}
rmSync(folder, { recursive: true, force: true });
console.log(`crash test passed: SEED=${seed} ROUNDS=${rounds}`);
process.exit(0);
