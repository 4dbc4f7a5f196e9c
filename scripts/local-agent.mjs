// The agent of the machine that Breakwater itself runs on. An admin wishes for it in the browser; the web process writes
// the wish into the database and nothing else. The launcher, here, finds the engine, makes the enrolment token, and keeps
// the agent running as a process of its own. What it does is written to its row of the table local_agent.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { keepRunning } from "./child.mjs";
import { accountName, findEngines, socketPrint } from "./engine-sockets.mjs";
import {
  agentArguments,
  agentEnvironment,
  enrolledHost,
  enrolledSocket,
  machineIdHash,
  refusal,
} from "./local-agent-child.mjs";
import { LocalAgentRow } from "./local-agent-row.mjs";

const TICK_MS = 2000;
/** An engine that did not answer is asked again after 10 s; one that did after 5 min, or when its socket changes. */
const PROBE_MS = { failed: 10_000, fine: 300_000 };
const STOP_MS = 8000;
const root = path.resolve(import.meta.dirname, "..");

/**
 * Watches for engines and for the wish until `stop`. `serverUrl` is where this machine reaches the web process, `env` what
 * reaches the database (for making the token; the agent gets none of it), `bundle` the built agent, if there is one.
 */
export function watchThisMachine(options) {
  const machine = new ThisMachine(options);
  machine.begin();
  return { stop: () => machine.end() };
}

class ThisMachine {
  #options;
  #row;
  #folder;
  #tokenFile;
  #engines = [];
  #print = "";
  #probedAt = Number.NEGATIVE_INFINITY;
  #child;
  #socket = null;
  #hostId = null;
  #twin = null;
  #isStopping = false;
  #isWaiting = false;
  /** What a person has to act on; cleared by their next wish. */
  #problem = null;
  #lastError = null;
  /** The wish that came to nothing, so that only a newer one is tried. */
  #failedWish = null;
  #timer;
  #running;
  #isEnded = false;

  constructor(options) {
    this.#options = options;
    this.#folder = path.join(options.dataDir, "local-agent");
    this.#tokenFile = path.join(this.#folder, "enrol-token");
    const id = storedId(path.join(options.dataDir, "launcher-id"));
    this.#row = new LocalAgentRow(id, { url: options.databaseUrl, onWish: () => this.#look() });
  }

  begin() {
    this.#hostId = enrolledHost(this.#folder);
    this.#timer = setInterval(() => this.#look(), TICK_MS);
    this.#timer.unref();
    this.#look();
  }

  /** Ends the agent with everything else; the wish stays, so that it comes back at the next start. */
  async end() {
    this.#isEnded = true;
    clearInterval(this.#timer);
    await this.#running;
    await this.#child?.stop(STOP_MS);
    this.#child = undefined;
    await this.#row.close();
  }

  #look() {
    if (this.#isEnded || this.#running) return;
    this.#running = this.#turn()
      // A database that is away for a moment: the next turn finds what was missed.
      .catch(() => this.#row.drop())
      .finally(() => {
        this.#running = undefined;
      });
  }

  async #turn() {
    await this.#probe();
    const wish = await this.#row.readWish();
    const host = await this.#row.readHost(this.#hostId);
    this.#twin = this.#child ? null : await this.#row.findTwin(machineIdHash(), this.#hostId);
    if (wish.isWanted) await this.#keep(wish, host);
    else await this.#rest(wish, host);
    await this.#tell();
  }

  /** Somebody wants the agent: started unless it runs, given up when its host was removed or a person has to act. */
  async #keep(wish, host) {
    const isNew = wish.at !== this.#failedWish;
    if (host?.removedAt && (this.#child || host.removedAt >= wish.at)) {
      await this.#endChild();
      this.#problem = "The host was removed from Breakwater. Starting the agent again connects it as a new host.";
      this.#lastError = null;
      await this.#row.dropWish();
      return;
    }
    if (this.#child) {
      if (this.#child.isRefused) return this.#giveUp(wish, refusal(this.#lastError));
      this.#noteEnrolment();
      return;
    }
    if (isNew) await this.#start(wish, host);
  }

  async #start(wish, host) {
    this.#failedWish = null;
    this.#lastError = null;
    const engine = this.#engines.find(({ problem }) => problem === null);
    this.#isWaiting = !engine;
    if (!engine) {
      // Not a failure: after a boot the engine may come up after us.
      this.#problem = `The agent waits for the engine. ${this.#engines[0]?.problem ?? "No Docker or Podman socket was found on this machine."}`;
      return;
    }
    this.#problem = null;
    if (this.#twin)
      return this.#giveUp(
        wish,
        "An agent reports this machine already. Remove that host first when it no longer does.",
      );
    if (!this.#options.bundle)
      return this.#giveUp(wish, "The agent could not be built when Breakwater started; its messages say why.");
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    // Of a host that is gone nothing is of use: the agent enrols afresh.
    if (this.#hostId && (!host || host.removedAt)) {
      for (const name of ["state.json", "spool"])
        rmSync(path.join(this.#folder, name), { recursive: true, force: true });
      this.#hostId = null;
    }
    if (!this.#hostId) await this.#makeToken(wish);
    // The host is the engine that it was enrolled with, whichever answers first today.
    this.#socket = enrolledSocket(this.#folder) ?? engine.socket;
    this.#options.say(`Starting the agent of this machine (asked for by ${wish.by}); it reads ${engine.socket}.`);
    this.#child = this.#spawn();
  }

  async #makeToken(wish) {
    rmSync(this.#tokenFile, { force: true });
    const script = path.join(root, "scripts", "local-agent-token.ts");
    const env = { ...this.#options.env, BREAKWATER_LOG_LEVEL: "silent" };
    await promisify(execFile)(process.execPath, [script, this.#tokenFile, wish.by ?? ""], { env, timeout: 30_000 });
  }

  #spawn() {
    const answering = this.#engines.filter(({ problem }) => problem === null).map(({ socket }) => socket);
    const sockets = [...new Set([this.#socket, ...answering])];
    const child = keepRunning({
      name: "agent of this machine",
      args: () => agentArguments({ ...this.#options, folder: this.#folder, tokenFile: this.#tokenFile, sockets }),
      env: agentEnvironment(process.env),
      say: this.#options.say,
      onComplaint: (line) => this.#hear(child, line),
    });
    child.isRefused = false;
    return child;
  }

  /** The agent speaks on stderr. Its troubles are kept until it says that they are over. */
  #hear(child, line) {
    if (line.trim() === "") return;
    const text = line.replace(/^\d{4}-\d\d-\d\dT\S+ /, "");
    console.error(`agent: ${text}`);
    if (/^(Enrolled as|The server takes reports again)/.test(text)) this.#lastError = null;
    else this.#lastError = text.slice(0, 500);
    if (/a person has to act/.test(text)) child.isRefused = true;
    this.#look();
  }

  #noteEnrolment() {
    this.#hostId ??= enrolledHost(this.#folder);
    if (this.#hostId) rmSync(this.#tokenFile, { force: true });
  }

  async #giveUp(wish, reason) {
    await this.#endChild();
    this.#failedWish = wish.at;
    this.#problem = reason;
  }

  /** Nobody wants it: ended, and its host says who did so. */
  async #rest(wish, host) {
    if (this.#child || this.#isWaiting || this.#failedWish !== null) this.#problem = null;
    this.#isWaiting = false;
    this.#failedWish = null;
    if (this.#child) {
      this.#lastError = null;
      this.#isStopping = true;
      await this.#tell();
      await this.#endChild();
      this.#isStopping = false;
      this.#options.say(`Stopped the agent of this machine (asked for by ${wish.by}).`);
    }
    // A report that was on its way when the agent ended makes the host look alive: said again until it holds.
    if (host && !host.removedAt && wish.at && host.state !== "unreachable")
      await this.#row.markStopped(this.#hostId, `Stopped here by ${wish.by}.`);
  }

  async #endChild() {
    const child = this.#child;
    this.#child = undefined;
    this.#socket = null;
    await child?.stop(STOP_MS);
    rmSync(this.#tokenFile, { force: true });
  }

  async #probe() {
    const print = socketPrint();
    const isFine = this.#engines.some(({ problem }) => problem === null);
    const isDue = Date.now() - this.#probedAt >= (isFine ? PROBE_MS.fine : PROBE_MS.failed);
    if (print === this.#print && (this.#child || !isDue)) return;
    this.#print = print;
    this.#probedAt = Date.now();
    this.#engines = await findEngines();
  }

  #tell() {
    return this.#row.write({
      hostname: hostname(),
      account: accountName(),
      isRoot: process.getuid?.() === 0,
      sockets: this.#engines,
      state: this.#state(),
      socket: this.#socket,
      problem: this.#problem,
      lastError: this.#lastError,
      pid: this.#child?.pid ?? null,
      restarts: this.#child?.crashes ?? 0,
      hostId: this.#hostId,
      twinHostId: this.#twin,
    });
  }

  #state() {
    if (this.#isStopping) return "stopping";
    if (this.#child) return this.#hostId ? "running" : "starting";
    if (this.#failedWish !== null) return "failed";
    if (this.#isWaiting) return "starting";
    if (this.#hostId) return "stopped";
    return this.#engines.some(({ problem }) => problem === null) ? "available" : "absent";
  }
}

function storedId(file) {
  if (!existsSync(file)) writeFileSync(file, `${randomUUID()}\n`, { mode: 0o600 });
  return readFileSync(file, "utf8").trim();
}
