import { request } from "node:http";
import type { HostEvidence } from "#engines/cis-docker/facts.ts";
import type { EngineApi } from "./collect/engine-api.ts";
import { redactCommand } from "./collect/redact.ts";

type Observations = NonNullable<HostEvidence["execObservations"]>;

/** Events that may change a verdict: a report follows soon after one. */
const changing = new Set([
  "create",
  "start",
  "die",
  "destroy",
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
const MAXIMUM_EXECS = 500;

export interface WatchOptions {
  api: EngineApi;
  now: () => Date;
  /** Called when something changed that a report would show. */
  onChange: (action: string) => void;
}

/**
 * Follows the engine's event stream. Every `docker exec` is looked up at once, while it lives, for its user and privilege;
 * when the stream breaks, the window of continuous watching starts again, because what happened meanwhile is not known.
 */
export class ExecWatch {
  readonly #options: WatchOptions;
  #watchingSince: Date | null = null;
  #execs: Observations["execs"] = [];
  #stopped = false;
  #close: (() => void) | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** What was seen so far; null while the stream is down. */
  observations(): Observations | null {
    if (!this.#watchingSince) return null;
    return {
      watchingSince: this.#watchingSince.toISOString(),
      until: this.#options.now().toISOString(),
      execs: this.#execs,
    };
  }

  /** Follows until stopped, reconnecting with a pause. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      await this.#follow().catch(() => {});
      this.#watchingSince = null;
      if (!this.#stopped) await new Promise((resolve) => setTimeout(resolve, 5000).unref());
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#close?.();
  }

  async #follow(): Promise<void> {
    const version = await this.#options.api.negotiate();
    const filters = encodeURIComponent(JSON.stringify({ type: ["container", "image", "network"] }));
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
    this.#execs = [
      ...this.#execs.slice(1 - MAXIMUM_EXECS),
      {
        at: this.#options.now().toISOString(),
        containerId: event.containerId,
        container: event.container,
        command: redactCommand(words.join(" "), "exec").slice(0, 500),
        privileged,
        user,
      },
    ];
    if (privileged || /^(root|0)(:|$)/.test(user)) this.#options.onChange("exec");
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
