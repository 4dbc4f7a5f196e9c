import { randomUUID } from "node:crypto";
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { clock } from "#clock.ts";

/** Where notifications go, as in the `notifications` section of a Distribution configuration. */
export interface NotificationEndpoint {
  url: string;
  headers: Record<string, string>;
  /** Actions that are not told. */
  ignore?: readonly RegistryHappening["action"][];
}

export interface RegistryHappening {
  action: "push" | "pull" | "delete" | "mount";
  target: { mediaType?: string; digest?: string; size?: number; repository: string; tag?: string };
  method: string;
  userAgent: string;
  actor: string;
  host: string;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3000;

/** Sends one event per POST, in order, and repeats each until it is accepted, as Docker Distribution does. */
export class RegistryNotifier {
  readonly #endpoint: NotificationEndpoint;
  readonly #waiting: object[] = [];
  readonly #stop = new AbortController();
  #sending: Promise<void> | null = null;

  constructor(endpoint: NotificationEndpoint) {
    this.#endpoint = endpoint;
  }

  tell(happening: RegistryHappening): void {
    const { action, target, method, userAgent, actor, host } = happening;
    if (this.#endpoint.ignore?.includes(action)) return;
    this.#waiting.push({
      id: randomUUID(),
      timestamp: clock.now().toISOString(),
      action,
      target: { ...target, ...(target.size === undefined ? {} : { length: target.size }) },
      request: { id: randomUUID(), host, method, useragent: userAgent },
      actor: { name: actor },
      source: { addr: host },
    });
    this.#sending ??= this.#send();
  }

  /** Resolves when everything was delivered. */
  async settled(): Promise<void> {
    while (this.#sending) await this.#sending;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #send(): Promise<void> {
    for (let event = this.#waiting[0]; event && !this.#stop.signal.aborted; event = this.#waiting[0]) {
      for (let pause = FIRST_PAUSE_MS; !(await this.#post(event)); pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        await sleep(pause, undefined, { signal: this.#stop.signal, ref: false }).catch(() => {});
        if (this.#stop.signal.aborted) return;
      }
      this.#waiting.shift();
    }
    // In the same breath as the last look at the queue, or an event told in between would wait for the next one.
    this.#sending = null;
  }

  #post(event: object): Promise<boolean> {
    const body = JSON.stringify({ events: [event] });
    return new Promise((resolve) => {
      const request = http.request(this.#endpoint.url, {
        method: "POST",
        timeout: 5000,
        headers: {
          ...this.#endpoint.headers,
          "content-type": "application/vnd.docker.distribution.events.v2+json",
          "content-length": Buffer.byteLength(body),
          "user-agent": "Breakwater-demo-registry",
        },
      });
      request.once("response", (response) => {
        response.resume();
        // 4xx would be the same for ever; the comparison finds what was not told.
        resolve((response.statusCode ?? 500) < 500 && response.statusCode !== 429);
      });
      request.once("timeout", () => request.destroy());
      request.once("error", () => resolve(false));
      request.end(body);
    });
  }
}
