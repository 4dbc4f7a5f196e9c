import { request } from "node:http";
import type { HostEvidence } from "#engines/cis-docker/facts.ts";
import type { EngineApi } from "./collect/engine-api.ts";
import { redactCommandText } from "./collect/redact.ts";
import { ExecMemory } from "./exec-memory.ts";

type Observations = NonNullable<HostEvidence["execObservations"]>;

const eventTypes = ["container", "image", "network", "volume", "daemon", "plugin", "service", "node", "secret"];
/** Events that may change a verdict: a report follows soon after one. */
const changing = new Set([
  "create",
  "start",
  "die",
  "destroy",
  "remove",
  "reload",
  "enable",
  "disable",
  "install",
  "commit",
  "rename",
  "update",
  "pause",
  "unpause",
  "tag",
  "untag",
  "pull",
  "delete",
  "import",
  "load",
  "connect",
  "disconnect",
  "health_status: healthy",
  "health_status: unhealthy",
]);
/** Pauses between tries to reach an engine whose stream broke: one that restarts is back within seconds. */
const RECONNECT_MS = [500, 1000, 2000, 5000];

export interface WatchOptions {
  api: EngineApi;
  now: () => Date;
  /** Where what was seen outlives the process; null = nowhere. */
  stateFolder?: string | null;
  keepsCommandWords?: boolean;
  /** Called when something changed that a report would show. */
  onChange: (action: string) => void;
}

/**
 * Follows the engine's event stream. Every `docker exec` is looked up at once, while it lives, for its user and privilege;
 * when the stream breaks, the window of continuous watching starts again, because what happened meanwhile is not known.
 */
export class ExecWatch {
  readonly #options: WatchOptions;
  readonly #memory: ExecMemory;
  #watchingSince: Date | null = null;
  #wasConnected = false;
  #stopped = false;
  #close: (() => void) | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#memory = new ExecMemory(options.stateFolder ?? null);
  }

  /** What was seen so far. While the stream is down nothing is watched, and what was seen before stays seen. */
  observations(): Observations | null {
    const execs = this.#memory.all();
    if (!this.#watchingSince && execs.length === 0) return null;
    const until = this.#options.now();
    return {
      watchingSince: (this.#watchingSince ?? until).toISOString(),
      until: until.toISOString(),
      execs,
    };
  }

  /** Follows until stopped, reconnecting with a pause. An engine that is back may be another than before: it is reported. */
  async run(): Promise<void> {
    await this.#memory.load(this.#options.now());
    let failures = 0;
    let isDownTold = false;
    while (!this.#stopped) {
      const isOver = await this.#follow().then(
        () => true,
        () => false,
      );
      // A stream that stood for a while and ended is tried again at once, one that never opened with growing pauses.
      const wasOpen = isOver || this.#watchingSince !== null;
      failures = wasOpen ? 0 : failures + 1;
      if (wasOpen) isDownTold = false;
      // An engine that is not back by now is stopped and not restarting: that is reported once.
      if (failures === RECONNECT_MS.length && !isDownTold) {
        isDownTold = true;
        this.#options.onChange("engine-down");
      }
      this.#watchingSince = null;
      const pauseMs = RECONNECT_MS[Math.min(failures, RECONNECT_MS.length - 1)] ?? 5000;
      if (!this.#stopped) await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
    }
    await this.#memory.saved();
  }

  stop(): void {
    this.#stopped = true;
    this.#close?.();
  }

  async #follow(): Promise<void> {
    const version = await this.#options.api.negotiate();
    const filters = encodeURIComponent(JSON.stringify({ type: eventTypes }));
    await new Promise<void>((resolve, reject) => {
      const call = request(
        {
          socketPath: this.#options.api.socketPath,
          path: `/v${version}/events?filters=${filters}`,
          headers: { host: "docker" },
        },
        (response) => {
          if (response.statusCode !== 200) return reject(new Error(`events answered ${response.statusCode}`));
          this.#watchingSince ??= this.#options.now();
          if (this.#wasConnected) this.#options.onChange("reconnect");
          this.#wasConnected = true;
          let buffered = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            const lines = (buffered + chunk).split("\n");
            buffered = lines.pop() ?? "";
            // One event is a few hundred bytes; a megabyte without a line end is no event.
            if (buffered.length > 1_000_000) response.destroy(new Error("endless event"));
            for (const line of lines) this.#onLine(line);
          });
          response.on("end", resolve);
          response.on("error", reject);
        },
      );
      call.on("error", reject);
      this.#close = () => call.destroy();
      call.end();
    });
  }

  #onLine(line: string): void {
    const event = parseEvent(line);
    if (!event) return;
    if (event.action.startsWith("exec_create") && event.execId) void this.#lookUp(event.execId, event);
    else if (changing.has(event.action)) this.#options.onChange(event.action);
  }

  async #lookUp(execId: string, event: { containerId: string; container: string }): Promise<void> {
    const answer = await this.#options.api.get(`/exec/${execId}/json`).catch(() => null);
    if (typeof answer !== "object" || answer === null || !("ProcessConfig" in answer)) return;
    const process: unknown = answer.ProcessConfig;
    if (typeof process !== "object" || process === null) return;
    const field = (name: string) => (name in process ? (process as Record<string, unknown>)[name] : undefined);
    const words = [
      field("entrypoint"),
      ...(Array.isArray(field("arguments")) ? (field("arguments") as unknown[]) : []),
    ].filter((word) => typeof word === "string");
    const privileged = field("privileged") === true;
    const user = typeof field("user") === "string" ? String(field("user")) : "";
    const { now, keepsCommandWords = false } = this.#options;
    const exec = {
      at: now().toISOString(),
      containerId: event.containerId,
      container: event.container,
      command: redactCommandText(words.join(" "), { salt: "exec", keepsCommandWords }).slice(0, 500),
      privileged,
      user,
    };
    if (this.#memory.add(exec, now())) this.#options.onChange("exec");
  }
}

function parseEvent(
  line: string,
): { action: string; containerId: string; container: string; execId: string | null } | null {
  try {
    const event = JSON.parse(line);
    const attributes = event?.Actor?.Attributes ?? {};
    return {
      action: String(event?.Action ?? event?.status ?? ""),
      containerId: String(event?.Actor?.ID ?? event?.id ?? ""),
      container: String(attributes.name ?? ""),
      execId: /^[0-9a-f]{64}$/.test(String(attributes.execID ?? "")) ? String(attributes.execID) : null,
    };
  } catch {
    return null;
  }
}
