import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import type { HostDaemon } from "#domain/agent-protocol.ts";
import { collectEvidence } from "./collect/collect.ts";
import { EngineApi } from "./collect/engine-api.ts";
import { HostRoot } from "./collect/host-root.ts";
import { ExecWatch } from "./exec-watch.ts";
import { FileWatch } from "./file-watch.ts";
import { buildReport, fingerprint, packReport } from "./report.ts";
import { type Answer, noAnswer, ServerClient, ServerError } from "./server-client.ts";
import { AGENT_VERSION, type AgentSettings } from "./settings.ts";
import { Spool } from "./spool.ts";
import { type State, StateFile } from "./state.ts";
import { watchedFiles } from "./watched-files.ts";

/** Changes come in bursts (a compose file starts ten containers): one report follows the burst. */
const SETTLE_MS = 1500;
/** Changes without a pause may not put a report off for longer than this. */
const SETTLE_CEILING_MS = 4000;
/** After a question for wishes that failed; until then signs of life carry them. */
const LISTEN_PAUSE_MS = 15_000;
const RETRY_SECONDS = [5, 15, 30, 60];

export interface AgentHooks {
  now: () => Date;
  say: (text: string) => void;
  /** Called when a report is due although nothing changed. */
  onFullReport?: () => void;
}

/** The engine that an agent reads, and where its memory is. */
export interface AgentEngine {
  socket: string;
  /** Where this process reaches the socket. */
  connectPath: string;
  stateFolder: string;
  /** A further engine of the machine enrols with the token of the first. */
  further?: { daemon: HostDaemon; parentToken: () => string | null };
}

/**
 * The agent's life for one engine: enrol once, report on change and every few hours, say "alive" in between, catch up after
 * outages.
 */
export class HostAgent {
  readonly #settings: AgentSettings;
  readonly #engine: AgentEngine;
  readonly #hooks: AgentHooks;
  readonly #stateFile: StateFile;
  readonly #spool: Spool;
  readonly #server: ServerClient;
  readonly #watch: ExecWatch;
  #state!: State;
  #wake: (() => void) | undefined;
  readonly #files: FileWatch;
  #listening: AbortController | undefined;
  #changeTimer: NodeJS.Timeout | undefined;
  #changingSince: number | null = null;
  #isDue = true;
  #failures = 0;
  #stopped = false;
  #refusal: number | null = null;

  constructor(settings: AgentSettings, engine: AgentEngine, hooks: AgentHooks) {
    this.#settings = settings;
    this.#engine = engine;
    this.#hooks = hooks;
    this.#stateFile = new StateFile(engine.stateFolder);
    this.#spool = new Spool(engine.stateFolder, settings.spoolBytes);
    this.#server = new ServerClient(settings.server ?? "", settings.caFile);
    this.#watch = new ExecWatch({
      api: new EngineApi(engine.connectPath),
      now: hooks.now,
      stateFolder: engine.stateFolder,
      keepsCommandWords: settings.keepsCommandWords,
      onChange: () => this.#onChange(),
    });
    this.#files = new FileWatch(() => this.#onChange());
  }

  /** The token of this engine's host; null before it is enrolled. */
  get token(): string | null {
    return this.#state?.token ?? null;
  }

  /** The status with which the server turned a further engine away for good; null while it takes its reports. */
  get refusal(): number | null {
    return this.#refusal;
  }

  /** Reports once. Throws when the host cannot be read or the server refuses. */
  async once(): Promise<void> {
    this.#state = await this.#stateFile.read();
    await this.#enrol();
    await this.#collect({ force: true });
    const answer = await this.#sendAll();
    if (answer.rotateToken) await this.#rotate();
  }

  /** Runs until stopped. Outages of the server or the engine are told and waited out. */
  async run(): Promise<void> {
    this.#state = await this.#stateFile.read();
    const watching = Promise.all([this.#watch.run(), this.#listen()]);
    while (!this.#stopped) {
      const waitSeconds = await this.#round();
      if (!this.#stopped) await this.#sleep(waitSeconds * 1000);
    }
    await watching;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#changeTimer);
    this.#watch.stop();
    this.#files.stop();
    this.#listening?.abort();
    this.#wake?.();
  }

  /** One turn: collect when due, send what waits, else say "alive". Answers the seconds until the next turn. */
  async #round(): Promise<number> {
    try {
      await this.#enrol();
      // A last report in the future means that the clock was set back: time since then is not known, so it is due.
      const age = this.#hooks.now().getTime() - Date.parse(this.#state.lastReportAt ?? "1970-01-01");
      const isOld = age < 0 || age >= this.#settings.reportSeconds * 1000;
      if (this.#isDue || isOld) {
        this.#isDue = false;
        if (isOld) this.#hooks.onFullReport?.();
        await this.#collect({ force: isOld });
      }
      const answer = await this.#sendAll();
      if (answer.rotateToken) await this.#rotate();
      if (this.#failures > 0) this.#hooks.say("The server takes reports again.");
      this.#failures = 0;
      if (answer.reportNow) {
        this.#state.lastFingerprint = null;
        this.#isDue = true;
        return 0;
      }
      return this.#settings.heartbeatSeconds;
    } catch (error) {
      return this.#onFailure(error);
    }
  }

  /** Hears of what an admin wants within seconds. A server that does not offer it is asked with each sign of life. */
  async #listen(): Promise<void> {
    while (!this.#stopped) {
      const pauseMs = await this.#hear();
      if (pauseMs === null) return;
      if (pauseMs > 0 && !this.#stopped) await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
    }
  }

  /** One question for wishes. Answers the pause before the next, null when the server knows no such question. */
  async #hear(): Promise<number | null> {
    const { token } = this.#state;
    if (!token) return 1000;
    this.#listening = new AbortController();
    try {
      const answer = await this.#server.listen(token, this.#listening.signal);
      if (answer.reportNow) {
        this.#state.lastFingerprint = null;
        this.#isDue = true;
      }
      if (answer.reportNow || answer.rotateToken) this.#wake?.();
      return answer.rotateToken ? 5000 : 100;
    } catch (error) {
      return error instanceof ServerError && error.status === 404 ? null : LISTEN_PAUSE_MS;
    }
  }

  #onFailure(error: unknown): number {
    const pause = RETRY_SECONDS[Math.min(this.#failures, RETRY_SECONDS.length - 1)] ?? 60;
    this.#failures += 1;
    const text = error instanceof Error ? error.message : String(error);
    if (this.#engine.further && error instanceof ServerError && [401, 403, 409, 410].includes(error.status)) {
      this.#hooks.say(`${text}. This engine is no longer reported.`);
      this.#refusal = error.status;
      this.stop();
      return 0;
    }
    if (error instanceof ServerError && !error.isTemporary) {
      this.#hooks.say(`${text}. The agent tries again in ${this.#settings.heartbeatSeconds} s; a person has to act.`);
      return this.#settings.heartbeatSeconds;
    }
    const seconds = error instanceof ServerError && error.retryAfterSeconds ? error.retryAfterSeconds : pause;
    this.#hooks.say(`${text}. Trying again in ${seconds} s.`);
    return seconds;
  }

  async #enrol(): Promise<void> {
    if (this.#state.token && this.#state.hostId) return;
    const { further } = this.#engine;
    const enrolToken = further ? further.parentToken() : this.#settings.enrolToken;
    if (further && !enrolToken) throw new ServerError(0, "The machine itself is not enrolled yet");
    if (!enrolToken)
      throw new ServerError(
        401,
        "This host is not enrolled and no enrolment token was given. Create one on the page Connect, Docker host",
      );
    const identity = await this.#identity();
    const enrolled = await this.#server.enrol(enrolToken, {
      ...identity,
      agentVersion: AGENT_VERSION,
      ...(further ? { daemon: further.daemon } : {}),
    });
    this.#state = {
      ...this.#state,
      hostId: enrolled.hostId,
      token: enrolled.token,
      server: this.#settings.server,
      socket: this.#engine.socket,
    };
    await this.#stateFile.write(this.#state);
    this.#hooks.say(`Enrolled as ${identity.hostname} (${enrolled.hostId}).`);
  }

  /** Reads the host and puts a report into the spool when it tells something new (or when asked to). */
  async #collect({ force }: { force: boolean }): Promise<void> {
    const { socket, connectPath } = this.#engine;
    const raw = await collectEvidence({
      hostRoot: this.#settings.hostRoot,
      socketPath: socket,
      connectPath,
      keepsCommandWords: this.#settings.keepsCommandWords,
    });
    await this.#files.follow(watchedFiles(raw, this.#settings.hostRoot));
    const observations = this.#watch.observations();
    const identity = await this.#identity();
    const sequence = this.#state.sequence + 1;
    const report = buildReport(
      { ...raw, ...(observations ? { execObservations: observations } : {}) },
      { ...identity, hostId: this.#state.hostId ?? "", sequence, collectedAt: this.#hooks.now() },
    );
    const print = fingerprint(report);
    if (!force && print === this.#state.lastFingerprint) return;
    // The number is used up before the report is stored: a kill in between skips a number and never gives one twice.
    this.#state = { ...this.#state, sequence };
    await this.#stateFile.write(this.#state);
    const dropped = await this.#spool.add({ sequence, body: packReport(report) });
    this.#state = {
      ...this.#state,
      lastFingerprint: print,
      lastReportAt: report.collectedAt,
      dropped: this.#state.dropped + dropped,
    };
    await this.#stateFile.write(this.#state);
  }

  /** Sends waiting reports in order; with none waiting, says "alive". */
  async #sendAll(): Promise<Answer> {
    const waiting = await this.#spool.pending();
    let answer = noAnswer;
    for (const sequence of waiting) {
      try {
        const body = await this.#spool.read(sequence);
        answer = await this.#proven((token) => this.#server.report(token, body));
      } catch (error) {
        // A report that the server can never take must not block the ones behind it; the server shows the refusal.
        const isHopeless = error instanceof ServerError && [400, 413, 415].includes(error.status);
        if (!isHopeless) throw error;
        this.#hooks.say(`Report ${sequence} was given up: ${error.message}`);
      }
      await this.#spool.remove(sequence);
      await this.#catchUp(answer.lastSequence);
    }
    if (waiting.length > 0 && this.#state.dropped === 0) return answer;
    const { dropped } = this.#state;
    answer = await this.#sayAlive();
    if (dropped > 0) {
      this.#state = { ...this.#state, dropped: 0 };
      await this.#stateFile.write(this.#state);
    }
    return answer;
  }

  #sayAlive(): Promise<Answer> {
    const { hostId, sequence, dropped } = this.#state;
    return this.#proven((token) =>
      this.#server.heartbeat(token, {
        hostId: hostId ?? "",
        agentVersion: AGENT_VERSION,
        sequence,
        at: this.#hooks.now().toISOString(),
        spooled: 0,
        dropped,
      }),
    );
  }

  /**
   * Exchanges the token for another, as an admin asked. The new one is on the disk before it is used, and its first use ends
   * the old one at the server.
   */
  async #rotate(): Promise<void> {
    const previousToken = this.#state.token;
    const token = await this.#server.exchange(previousToken ?? "");
    this.#state = { ...this.#state, token, previousToken };
    await this.#stateFile.write(this.#state);
    await this.#sayAlive();
    this.#hooks.say("The agent's token was exchanged for a new one, as an admin asked.");
  }

  /** Calls the server with the token; with the one before, should the server not know the new one (a restored backup). */
  async #proven<Result>(call: (token: string) => Promise<Result>): Promise<Result> {
    const { token, previousToken } = this.#state;
    if (previousToken === null) return call(token ?? "");
    let taken = token;
    const result = await call(token ?? "").catch((error: unknown) => {
      if (!(error instanceof ServerError) || error.status !== 401) throw error;
      taken = previousToken;
      return call(previousToken);
    });
    this.#state = { ...this.#state, token: taken, previousToken: null };
    await this.#stateFile.write(this.#state);
    return result;
  }

  /** A machine restored from an older copy counts on from what the server has seen, or its reports would stay behind. */
  async #catchUp(lastSequence: number): Promise<void> {
    if (lastSequence <= this.#state.sequence) return;
    this.#state = { ...this.#state, sequence: lastSequence };
    await this.#stateFile.write(this.#state);
  }

  async #identity() {
    const root = new HostRoot(this.#settings.hostRoot);
    const machineId = (await root.textIfReadable("/etc/machine-id"))?.trim();
    const bootId = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
    return {
      hostname: (await root.textIfReadable("/etc/hostname"))?.trim() || hostname(),
      machineIdHash: machineId
        ? createHash("sha256").update("breakwater machine").update(machineId).digest("hex")
        : null,
      bootId: bootId.trim() || null,
    };
  }

  /** A report follows when changes pause, and at the latest a few seconds after the first of them. */
  #onChange(): void {
    const now = performance.now();
    this.#changingSince ??= now;
    const left = this.#changingSince + SETTLE_CEILING_MS - now;
    clearTimeout(this.#changeTimer);
    this.#changeTimer = setTimeout(
      () => {
        this.#changingSince = null;
        this.#isDue = true;
        this.#wake?.();
      },
      Math.max(0, Math.min(SETTLE_MS, left)),
    );
  }

  #sleep(ms: number): Promise<void> {
    if (this.#isDue && ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      this.#wake = done;
      function done() {
        clearTimeout(timer);
        resolve();
      }
    });
  }
}
