import { Agent, request } from "node:http";

/** Newest API version this agent understands; the engine may answer an older one. */
const OWN_VERSION = "1.52";
const TIMEOUT_MS = 20_000;
/** A host with 5,000 containers answers about 35 MB in all; one answer is far smaller. */
const MAXIMUM_BYTES = 64 * 1024 * 1024;
/** Of one client, which lives for one collection: an engine that never ends is given up before it fills the memory. */
const MAXIMUM_TOTAL_BYTES = 192 * 1024 * 1024;

/** What the agent asks of the engine. Nothing but GET leaves this class. */
const allowed = [
  /^\/_ping$/,
  /^\/version$/,
  /^\/info$/,
  /^\/containers\/json\?all=1$/,
  /^\/containers\/[0-9a-f]{12,64}\/(json|top)$/,
  /^\/images\/json(\?all=0)?$/,
  /^\/images\/sha256:[0-9a-f]{64}\/(json|history)$/,
  /^\/networks$/,
  /^\/networks\/[0-9a-z]{12,64}$/,
  /^\/volumes$/,
  /^\/plugins$/,
  /^\/swarm$/,
  /^\/nodes$/,
  /^\/services$/,
  /^\/secrets$/,
  /^\/tasks$/,
  /^\/exec\/[0-9a-f]{12,64}\/json$/,
  /^\/events\?.*$/,
];

/** One question to the engine and its answer. `path` is as it was sent, with the API's version. */
export interface EngineExchange {
  method: string;
  path: string;
  status: number;
  apiVersion: string | null;
  body: string;
}

/** The engine did not answer, or answered an error. `status` is 0 when it could not be reached. */
export class EngineError extends Error {
  readonly status: number;
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "EngineError";
    this.status = status;
  }
}

/**
 * Client of the Docker engine API over its Unix socket, for reading only. The version is negotiated: engine 29 refuses
 * versions below 1.44 and 20.10 knows none above 1.41, so no fixed version works for both.
 */
export class EngineApi {
  readonly socketPath: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  readonly #timeoutMs: number;
  #version: string | undefined;
  #received = 0;

  readonly #onExchange: ((exchange: EngineExchange) => void) | undefined;

  /** `socketPath` is where this process reaches the socket; `onExchange` is told every answer, as it came. */
  constructor(
    socketPath: string,
    {
      timeoutMs = TIMEOUT_MS,
      onExchange,
    }: { timeoutMs?: number; onExchange?: ((exchange: EngineExchange) => void) | undefined } = {},
  ) {
    this.socketPath = socketPath;
    this.#timeoutMs = timeoutMs;
    this.#onExchange = onExchange;
  }

  /** Asks whether an engine is there. Throws EngineError, whose cause has the system's code. */
  async ping(): Promise<void> {
    const { status } = await this.#send("/_ping");
    if (status !== 200) throw new EngineError(status, `it answered ${status}`);
  }

  /** The API version that both sides speak. */
  async negotiate(): Promise<string> {
    if (!this.#version) {
      const { headers } = await this.#send("/_ping");
      const offered = String(headers["api-version"] ?? OWN_VERSION);
      this.#version = isNewer(offered, OWN_VERSION) ? OWN_VERSION : offered;
    }
    return this.#version;
  }

  /** Parsed answer of a GET. Throws EngineError. */
  async get(path: string): Promise<unknown> {
    const version = await this.negotiate();
    const { status, body } = await this.#send(`/v${version}${path}`, path);
    const text = body.toString("utf8");
    if (status >= 400) throw new EngineError(status, messageOf(text));
    try {
      return JSON.parse(text);
    } catch {
      throw new EngineError(status, "The engine's answer is not JSON");
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(path: string, rule = path): Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }> {
    if (!allowed.some((pattern) => pattern.test(rule))) {
      return Promise.reject(new EngineError(0, `The agent does not ask for ${rule}`));
    }
    return new Promise((resolve, reject) => {
      const fail = (error: Error) =>
        reject(
          new EngineError(0, `The engine at ${this.socketPath} did not answer: ${error.message}`, { cause: error }),
        );
      const call = request(
        { socketPath: this.socketPath, path, method: "GET", agent: this.#agent, headers: { host: "docker" } },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on("data", (chunk: Buffer) => {
            size += chunk.length;
            this.#received += chunk.length;
            if (this.#received > MAXIMUM_TOTAL_BYTES)
              response.destroy(new Error("its answers are larger than 192 MiB in all"));
            else if (size > MAXIMUM_BYTES) response.destroy(new Error("the answer is larger than 64 MiB"));
            else chunks.push(chunk);
          });
          response.on("end", () => {
            const answer = { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
            this.#onExchange?.({
              method: "GET",
              path,
              status: answer.status,
              apiVersion: String(answer.headers["api-version"] ?? "") || null,
              body: answer.body.toString("utf8"),
            });
            resolve(answer);
          });
          response.on("error", fail);
        },
      );
      call.setTimeout(this.#timeoutMs, () => call.destroy(new Error(`no answer within ${this.#timeoutMs / 1000} s`)));
      call.on("error", fail);
      call.end();
    });
  }
}

/** Path of a Unix socket from DOCKER_HOST; TCP endpoints are refused, since the agent reads the host it runs on. */
export function socketFromDockerHost(dockerHost: string | undefined): string {
  if (!dockerHost) return "/var/run/docker.sock";
  if (dockerHost.startsWith("unix://")) return dockerHost.slice("unix://".length);
  throw new EngineError(0, `DOCKER_HOST is ${dockerHost}, but only a unix:// socket of this host can be audited`);
}

function isNewer(left: string, right: string): boolean {
  const [a = [], b = []] = [left, right].map((text) => text.split(".").map(Number));
  return (a[0] ?? 0) > (b[0] ?? 0) || ((a[0] ?? 0) === (b[0] ?? 0) && (a[1] ?? 0) > (b[1] ?? 0));
}

function messageOf(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && "message" in parsed) return String(parsed.message);
  } catch {
    // Not JSON: the text itself is the message.
  }
  return text.slice(0, 500);
}
