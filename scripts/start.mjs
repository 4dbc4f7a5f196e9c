// `npm start` and `npm run dev`: database, migrations, build, web and worker, in one go. See README.md for the environment.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import process from "node:process";
import { ensureBuild } from "./build.mjs";
import { ensureAgentBundle, wantsExecutable } from "./build-agent.mjs";
import { keepRunning } from "./child.mjs";
import { generate } from "./generate.mjs";
import { watchLineage } from "./lineage.mjs";
import { watchThisMachine } from "./local-agent.mjs";
import { migrate } from "./migrate.mjs";
import { startPostgres } from "./postgres.mjs";
import { prepareServerRole } from "./server-role.mjs";

const root = path.resolve(import.meta.dirname, "..");
const isDevelopment = process.argv.includes("--dev");
const STOP_MS = 10_000;
const READY_SECONDS = 120;
const say = (line) => console.log(line);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const state = {
  children: [],
  machine: undefined,
  database: undefined,
  lock: undefined,
  isStopping: false,
  build: new AbortController(),
};

watchSignals();
main().catch(async (error) => {
  if (state.isStopping) return;
  console.error(error.isExpected ? error.message : `Breakwater did not start: ${error.message}`);
  await shutDown(1);
});

async function main() {
  const config = await readConfig();
  const dataDir = path.resolve(config.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const hasWeb = config.role !== "worker";
  if (hasWeb) await requireFreePort(config);

  const env = environmentOf(dataDir);
  if (generate()) say("Generated the database client.");
  const build =
    hasWeb && !isDevelopment
      ? ensureBuild({
          signal: state.build.signal,
          onBuild: () => say("Building the pages (once per version, under a minute) …"),
        })
      : undefined;
  // Its outcome is awaited below; a failure meanwhile must not end the process before the database is stopped.
  build?.catch(() => {});
  // The agent that hosts fetch from this server. Without it everything but enrolling new hosts works.
  env.BREAKWATER_AGENT_BUNDLE ??= await ensureAgentBundle().catch((error) => {
    console.error(`The host agent could not be built, so no host can be connected: ${error.message}`);
    return undefined;
  });
  if (env.BREAKWATER_AGENT_BUNDLE === undefined) delete env.BREAKWATER_AGENT_BUNDLE;
  await prepareDatabase(dataDir, env);
  await migrateDatabase(env);
  const server = await build;
  if (state.isStopping) return;

  if (hasWeb) await requireFreePort(config);
  const workerReady = config.role === "web" ? Promise.resolve() : startWorker(env);
  if (hasWeb) {
    startWeb(server, config, env);
    await waitForHealth(config);
  }
  await waitForWorker(workerReady);
  if (state.isStopping) return;
  say(hasWeb ? `Breakwater is ready: ${config.publicUrl}` : "Breakwater is ready: worker");
  if (hasWeb) sayFirstAccount(env);
  if (hasWeb && env.BREAKWATER_AGENT_BUNDLE && wantsExecutable()) buildAgentExecutable();
  if (hasWeb) state.machine = watchThisMachine(thisMachine(config, dataDir, env));
}

/** The agent for hosts without Node, made beside the running product; without it the pages say so. */
function buildAgentExecutable() {
  const script = path.join(import.meta.dirname, "build-agent.mjs");
  const child = spawn(process.execPath, [script, "--executable"], { stdio: "ignore", signal: state.build.signal });
  child.on("error", () => {});
  child.on("exit", (code) => {
    if (code && !state.isStopping)
      say("The single executable of the agent could not be built. Hosts need Node, or the container.");
  });
}

function environmentOf(dataDir) {
  const env = { ...process.env, BREAKWATER_DATA_DIR: dataDir, NEXT_TELEMETRY_DISABLED: "1" };
  if (!process.env.DATABASE_URL && !env.BREAKWATER_SECRET) env.BREAKWATER_SECRET = storedSecret(dataDir);
  return env;
}

/** Brings the database up to date; from then on nobody but this launcher is the owner of its tables. */
async function migrateDatabase(env) {
  const url = env.DATABASE_URL || env.BREAKWATER_EMBEDDED_DATABASE;
  const applied = await migrate(url, path.join(root, "prisma", "migrations"));
  if (applied.length > 0)
    say(`Database brought up to date (${applied.length} ${applied.length === 1 ? "step" : "steps"}).`);
  if (env.BREAKWATER_EMBEDDED_DATABASE) env.BREAKWATER_EMBEDDED_DATABASE = await prepareServerRole(url);
  requireRightKey(env);
}

function thisMachine(config, dataDir, env) {
  const databaseUrl = env.DATABASE_URL || env.BREAKWATER_EMBEDDED_DATABASE;
  return { databaseUrl, dataDir, serverUrl: localUrl(config), bundle: env.BREAKWATER_AGENT_BUNDLE, env, say };
}

function expected(message) {
  return Object.assign(new Error(message), { isExpected: true });
}

/** All faults of the environment at once, before anything is started. */
async function readConfig() {
  const { parseConfig } = await import("../src/config.ts");
  const result = parseConfig(process.env);
  if (!result.ok) throw expected(`The environment is not usable:\n  ${result.faults.join("\n  ")}`);
  return result.config;
}

async function requireFreePort({ host, port }) {
  // The children of a launcher that was just killed need a moment to notice.
  for (let attempt = 0; attempt < 25; attempt += 1) {
    const code = await tryListen(host, port);
    if (!code) return;
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") throw expected(`HOST: this machine has no address ${host}.`);
    if (code === "EACCES") throw expected(`PORT: this account may not listen on port ${port}. Take one above 1023.`);
    await wait(200);
  }
  throw expected(
    `PORT: port ${port} on ${host} is in use by another program. Stop that one or choose another port: PORT=${port + 1} npm start`,
  );
}

function tryListen(host, port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", (error) => resolve(error.code ?? "unknown"));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

/** Starts the embedded database unless DATABASE_URL names another, and holds the data folder against a second launcher. */
async function prepareDatabase(dataDir, env) {
  if (process.env.DATABASE_URL) return;
  const options = { dataFolder: path.join(dataDir, "postgres") };
  const database = await startPostgres(options);
  state.lock = await holdDataFolder(database.adminUrl, dataDir);
  state.database = database;
  if (database.adopted) say("Found the database of the previous run still alive and took it over.");
  env.BREAKWATER_EMBEDDED_DATABASE = database.url;
  watchDatabase({ ...options, port: database.port }, dataDir);
}

/** A session lock in the database itself: it goes with the process, however that ends. */
async function holdDataFolder(url, dataDir) {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url, application_name: "breakwater-launcher" });
  client.on("error", () => {});
  await client.connect();
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const { rows } = await client.query("select pg_try_advisory_lock(727274302) as held");
    if (rows[0].held) return client;
    await wait(100);
  }
  await client.end();
  throw expected(
    `Breakwater already runs with the data folder ${dataDir}. Stop it first, or set BREAKWATER_DATA_DIR to another folder.`,
  );
}

/** A database that was killed is started again on the same port; web and worker reconnect by themselves. */
function watchDatabase(options, dataDir) {
  const timer = setInterval(async () => {
    if (state.isStopping || !state.database || isAlive(state.database.pid)) return;
    clearInterval(timer);
    state.database = undefined;
    say("The database process ended; starting it again.");
    for (let pause = 250; !state.isStopping; pause = Math.min(pause * 2, 10_000)) {
      try {
        const database = await startPostgres(options);
        state.lock = await holdDataFolder(database.adminUrl, dataDir);
        state.database = database;
        say("The database is back.");
        return watchDatabase(options, dataDir);
      } catch (error) {
        say(`The database could not be started: ${error.message}`);
        await wait(pause);
      }
    }
  }, 250);
  timer.unref();
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

const LOST_KEY =
  "Put it back from a backup of the data folder. If it is lost for good, start once with BREAKWATER_NEW_KEY=1: everything is there but the credentials of registries, which have to be entered again.";

/** The key that stored credentials are encrypted with: made once, readable by the owner only. Never made anew for a database that is there. */
function storedSecret(dataDir) {
  const file = path.join(dataDir, "secret");
  const hasDatabase = existsSync(path.join(dataDir, "postgres", "cluster", "PG_VERSION"));
  if (!existsSync(file) && hasDatabase && process.env.BREAKWATER_NEW_KEY !== "1")
    throw expected(`The key ${file} is gone, and the database beside it was made with it. ${LOST_KEY}`);
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
  chmodSync(file, 0o600);
  const secret = readFileSync(file, "utf8").trim();
  if (secret.length < 32)
    throw expected(`${file} is damaged. Restore it from a backup; without it stored credentials cannot be read.`);
  return secret;
}

/** A key that does not open what is stored would fail later, job by job and without words. */
function requireRightKey(env) {
  if (process.env.BREAKWATER_NEW_KEY === "1") return;
  const check = spawnSync(process.execPath, [path.join(root, "scripts", "check-key.ts")], {
    env: { ...env, BREAKWATER_LOG_LEVEL: "silent" },
    encoding: "utf8",
  });
  if (check.status !== 1 || check.stderr.trim() !== "") return;
  throw expected(
    `Stored credentials do not open with the key that was given (BREAKWATER_SECRET, or the file secret in the data folder). ${LOST_KEY}`,
  );
}

function startWorker(env) {
  return new Promise((resolve) => {
    const worker = keepRunning({
      name: "worker",
      args: [path.join(root, "src", "worker", "main.ts")],
      env: { ...env, BREAKWATER_ROLE: "worker" },
      say,
      onReady: resolve,
    });
    state.children.push(worker);
    if (isDevelopment) restartOnChange(worker);
  });
}

function restartOnChange(worker) {
  const outside = /^(app|ui|queries|commands|ingest|cli|agent|store[\\/]generated)[\\/]|\.test\.tsx?$/;
  let timer;
  watch(path.join(root, "src"), { recursive: true }, (_event, file) => {
    if (!file || outside.test(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => worker.restart(), 300);
  });
}

function startWeb(server, config, env) {
  const preload = ["--import", new URL("./die-with-parent.mjs", import.meta.url).href];
  const next = path.join(root, "node_modules", "next", "dist", "bin", "next");
  const args = server
    ? [...preload, path.join(server, "server.js")]
    : [...preload, next, "dev", "-H", config.host, "-p", String(config.port)];
  // Next prints a banner of its own; what counts is said below when the whole is ready.
  const isBanner = (line) => line.trim() === "" || /^\s*(▲|✓|-|○|⚠)\s/u.test(line);
  state.children.push(
    keepRunning({
      name: "web",
      args,
      env: {
        ...env,
        BREAKWATER_ROLE: "web",
        PORT: String(config.port),
        HOSTNAME: config.host,
        NODE_ENV: server ? "production" : "development",
      },
      say,
      filter: (line) => isDevelopment || !isBanner(line),
    }),
  );
}

/** Where this machine reaches the web process, whatever address people use. */
function localUrl({ host, port }) {
  const name = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

async function waitForHealth(config) {
  const url = `${localUrl(config)}/api/v1/health`;
  let last = "no answer";
  for (const end = Date.now() + READY_SECONDS * 1000; Date.now() < end && !state.isStopping; await wait(250)) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5000), redirect: "manual" });
      if (response.status === 200) return;
      last = `status ${response.status}: ${(await response.text()).slice(0, 200)}`;
    } catch (error) {
      last = error.cause?.code ?? error.message;
    }
    if (state.children.some((child) => child.crashes >= 4)) break;
  }
  if (!state.isStopping) throw expected(`The web process did not get ready (${last}). See its messages above.`);
}

/** Waits for the worker; one that cannot start at all is not waited for. */
async function waitForWorker(ready) {
  let isReady = false;
  ready.then(() => {
    isReady = true;
  });
  for (
    const end = Date.now() + READY_SECONDS * 1000;
    Date.now() < end && !isReady && !state.isStopping;
    await wait(50)
  ) {
    if (state.children.some((child) => child.name === "worker" && child.crashes >= 4)) break;
  }
  if (!isReady && !state.isStopping) throw expected("The worker process did not get ready. See its messages above.");
}

/** The one-time link for the first account, as long as there is none. */
function sayFirstAccount(env) {
  const script = path.join(root, "scripts", "setup-link.ts");
  if (!existsSync(script)) return;
  const result = spawnSync(process.execPath, [script], {
    env: { ...env, BREAKWATER_LOG_LEVEL: "silent" },
    encoding: "utf8",
  });
  if (result.status !== 0) say(`The setup link could not be made: ${result.stderr.trim()}`);
  else if (result.stdout.trim()) say(`Set up the first account: ${result.stdout.trim()}`);
}

function watchSignals() {
  let first = 0;
  const onSignal = () => {
    // npm, a shell and the terminal may each deliver the same Ctrl-C.
    if (first && Date.now() - first < 700) return;
    if (first) {
      say("Stopping at once.");
      for (const child of state.children) child.kill();
      if (state.database) process.kill(state.database.pid, "SIGQUIT");
      process.exit(1);
    }
    first = Date.now();
    say("Stopping: running jobs get up to 10 s …");
    void shutDown(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, onSignal);
  if (process.channel) process.on("disconnect", onSignal);
  watchLineage(() => !first && onSignal());
}

async function shutDown(code) {
  if (state.isStopping) return;
  state.isStopping = true;
  state.build.abort();
  await state.machine?.stop();
  await Promise.all(state.children.map((child) => child.stop(STOP_MS)));
  await state.lock?.end().catch(() => {});
  await state.database?.stop();
  if (code === 0) say("Stopped.");
  process.exit(code);
}
