import { createHash } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { type AgentEngine, type AgentHooks, HostAgent } from "./agent.ts";
import { HostRoot } from "./collect/host-root.ts";
import { discoverEngines, type FoundEngine } from "./discover-engines.ts";
import { firstEngine } from "./first-engine.ts";
import { type AgentSettings, DEFAULT_SOCKET } from "./settings.ts";
import { StateFile } from "./state.ts";

/** As the server limits it; further ones are told. */
const MOST_FURTHER = 16;

interface Further {
  agent: HostAgent;
  running: Promise<void>;
}

/**
 * All engines of one machine. The first is the host that the enrolment token stands for; every further one is a host of its
 * own, with its own token, memory and reports, and comes and goes without the others.
 */
export class EngineFleet {
  readonly #settings: AgentSettings;
  readonly #hooks: AgentHooks;
  readonly #root: HostRoot;
  readonly #further = new Map<string, Further>();
  /** Sockets whose host an admin removed: not asked for again while this process lives. */
  readonly #refused = new Set<string>();
  readonly #said = new Set<string>();
  #first: HostAgent | undefined;
  #firstSocket = DEFAULT_SOCKET;
  #wake: (() => void) | undefined;
  #stopped = false;

  constructor(settings: AgentSettings, hooks: AgentHooks) {
    this.#settings = settings;
    this.#hooks = hooks;
    this.#root = new HostRoot(settings.hostRoot);
  }

  /** Reports every engine once. Throws when the first cannot be read or sent; troubles of the others are told. */
  async once(): Promise<void> {
    const first = await this.#begin();
    await first.once();
    for (const engine of await this.#look()) {
      await this.#agentOf(engine)
        .once()
        .catch((error: unknown) => this.#sayOf(engine.socket, `${error instanceof Error ? error.message : error}.`));
    }
  }

  /** Runs until stopped. */
  async run(): Promise<void> {
    const running = (await this.#begin()).run();
    while (!this.#stopped) {
      // Nothing can be added before the machine itself is enrolled.
      if (this.#first?.token) {
        for (const engine of await this.#look()) this.#start(engine);
      }
      if (!this.#stopped) await this.#sleep(this.#first?.token ? this.#settings.discoverSeconds : 1);
    }
    await Promise.all([running, ...[...this.#further.values()].map((entry) => entry.running)]);
  }

  stop(): void {
    this.#stopped = true;
    this.#first?.stop();
    for (const { agent } of this.#further.values()) agent.stop();
    this.#wake?.();
  }

  async #begin(): Promise<HostAgent> {
    const engine = await firstEngine(this.#settings);
    this.#firstSocket = engine.socket;
    const hooks = { ...this.#hooks, onFullReport: () => this.#wake?.() };
    this.#first = new HostAgent(this.#settings, { ...engine, stateFolder: this.#settings.stateFolder }, hooks);
    return this.#first;
  }

  /** Engines beside the first that answer or that were reported before; what cannot be read is told once. */
  async #look(): Promise<FoundEngine[]> {
    const { sockets } = this.#settings;
    if (sockets && sockets.length < 2) return [];
    // The first is looked for as well, so that a second name of its socket is not taken for another engine.
    const { engines, problems } = await discoverEngines(this.#root, sockets ?? undefined, this.#firstSocket);
    const known = await this.#known();
    for (const { socket, text } of problems)
      if (socket !== this.#firstSocket && !known.some((engine) => engine.socket === socket)) this.#sayOnce(text);
    const others = engines.filter(({ socket }) => socket !== this.#firstSocket);
    const all = new Map([...known, ...others].map((engine) => [engine.socket, engine]));
    const wanted = [...all.values()].filter(({ socket }) => !this.#refused.has(socket));
    for (const { socket } of wanted.slice(MOST_FURTHER))
      this.#sayOnce(`The engine at ${socket} is left out: a machine has at most ${MOST_FURTHER} beside its first one.`);
    return wanted.slice(0, MOST_FURTHER);
  }

  /** Engines that were reported before: one that stopped is told as unreachable, not forgotten. */
  async #known(): Promise<FoundEngine[]> {
    const folder = path.join(this.#settings.stateFolder, "engines");
    const known: FoundEngine[] = [];
    for (const name of await readdir(folder).catch(() => [])) {
      const state = await new StateFile(path.join(folder, name)).read().catch(() => null);
      if (!state?.socket || !state.token) continue;
      const isNamed = this.#settings.sockets === null || this.#settings.sockets.includes(state.socket);
      if (isNamed && state.socket !== this.#firstSocket)
        known.push({ socket: state.socket, user: null, connectPath: this.#root.at(state.socket) });
    }
    return known;
  }

  #start(engine: FoundEngine): void {
    if (this.#stopped || this.#further.has(engine.socket)) return;
    const agent = this.#agentOf(engine);
    const running = agent
      .run()
      .catch((error: unknown) => this.#sayOf(engine.socket, error instanceof Error ? error.message : String(error)))
      .then(async () => {
        this.#further.delete(engine.socket);
        if (agent.refusal === null) return;
        // An unknown token is told apart by asking anew: the server knows whether an admin removed this engine.
        if (agent.refusal !== 401) this.#refused.add(engine.socket);
        await rm(this.#folderOf(engine.socket), { recursive: true, force: true });
      });
    this.#further.set(engine.socket, { agent, running });
  }

  #agentOf({ socket, connectPath, user }: FoundEngine): HostAgent {
    const engine: AgentEngine = {
      socket,
      connectPath,
      stateFolder: this.#folderOf(socket),
      further: { daemon: { socket, user }, parentToken: () => this.#first?.token ?? null },
    };
    return new HostAgent(this.#settings, engine, { ...this.#hooks, say: (text) => this.#sayOf(socket, text) });
  }

  #folderOf(socket: string): string {
    const name = createHash("sha256").update(socket).digest("hex").slice(0, 16);
    return path.join(this.#settings.stateFolder, "engines", name);
  }

  #sayOf(socket: string, text: string): void {
    this.#hooks.say(`${socket}: ${text}`);
  }

  #sayOnce(text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    this.#hooks.say(text);
  }

  #sleep(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, seconds * 1000);
      this.#wake = done;
      function done() {
        clearTimeout(timer);
        resolve();
      }
    });
  }
}
