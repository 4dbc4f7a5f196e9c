import { readFileSync } from "node:fs";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { z } from "zod";
import {
  type HostEnrolled,
  HostEnrolled as HostEnrolledSchema,
  type HostEnrolment,
  type HostHeartbeat,
} from "#domain/agent-protocol.ts";

const TIMEOUT_MS = 30_000;
/** The server holds a question for wishes open for less than this. */
const LISTEN_MS = 45_000;
const Exchanged = z.object({ token: z.string().min(1) });
const MAXIMUM_ANSWER_BYTES = 1024 * 1024;

/** The server could not be reached or refused. `status` is 0 when it could not be reached. */
export class ServerError extends Error {
  readonly status: number;
  readonly retryAfterSeconds: number | null;
  constructor(status: number, message: string, retryAfterSeconds: number | null = null) {
    super(message);
    this.name = "ServerError";
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** True when trying again later may work: no answer, overload, a fault of the server. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export interface Answer {
  reportNow: boolean;
  /** An admin asked for another token of this host. */
  rotateToken: boolean;
  /** Highest sequence the server has of this host; 0 when it does not say. */
  lastSequence: number;
}

interface Sending {
  token: string;
  body?: Buffer;
  encoding?: string;
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** Talks to the server. Certificates are always checked; an own authority may be named. */
export class ServerClient {
  readonly #base: string;
  readonly #ca: string | undefined;

  constructor(base: string, caFile: string | null) {
    this.#base = base;
    this.#ca = caFile === null ? undefined : readFileSync(caFile, "utf8");
  }

  /** Exchanges an enrolment token for the host's id and the agent's own token. */
  async enrol(enrolToken: string, enrolment: HostEnrolment): Promise<HostEnrolled> {
    const answer = await this.#post("/api/v1/ingest/hosts/enrol", {
      token: enrolToken,
      body: Buffer.from(JSON.stringify(enrolment)),
    });
    return HostEnrolledSchema.parse(answer);
  }

  /** Exchanges the agent's token for the one that replaces it. */
  async exchange(token: string): Promise<string> {
    const answer = await this.#post("/api/v1/ingest/hosts/token", { token, body: Buffer.from("{}") });
    return Exchanged.parse(answer).token;
  }

  /** Sends one report, already packed. */
  async report(token: string, packed: Buffer): Promise<Answer> {
    return toAnswer(await this.#post("/api/v1/ingest/host-reports", { token, body: packed, encoding: "gzip" }));
  }

  async heartbeat(token: string, heartbeat: HostHeartbeat): Promise<Answer> {
    return toAnswer(
      await this.#post("/api/v1/ingest/host-heartbeats", { token, body: Buffer.from(JSON.stringify(heartbeat)) }),
    );
  }

  /** Waits until an admin wants something of this host, or until the server ends the wait with nothing. */
  async listen(token: string, signal: AbortSignal): Promise<Answer> {
    return toAnswer(await this.#send("GET", "/api/v1/ingest/host-requests", { token, signal, timeoutMs: LISTEN_MS }));
  }

  #post(path: string, { token, body, encoding }: { token: string; body: Buffer; encoding?: string }): Promise<unknown> {
    return this.#send("POST", path, { token, body, ...(encoding ? { encoding } : {}) });
  }

  #send(
    method: "GET" | "POST",
    path: string,
    { token, body, encoding, signal, timeoutMs = TIMEOUT_MS }: Sending,
  ): Promise<unknown> {
    const url = new URL(this.#base + path);
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      const call = send(
        url,
        {
          method,
          ca: this.#ca,
          ...(signal ? { signal } : {}),
          headers: {
            authorization: `Bearer ${token}`,
            ...(body ? { "content-type": "application/json", "content-length": body.length } : {}),
            ...(encoding ? { "content-encoding": encoding } : {}),
          },
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            text += chunk;
            if (text.length > MAXIMUM_ANSWER_BYTES) response.destroy(new Error("the answer is too long"));
          });
          response.on("error", (error) => reject(new ServerError(0, error.message)));
          response.on("end", () => {
            const status = response.statusCode ?? 0;
            if (status >= 200 && status < 300) return resolve(parseJson(text));
            const retryAfter = Number(response.headers["retry-after"]);
            reject(new ServerError(status, problemText(text, status), Number.isFinite(retryAfter) ? retryAfter : null));
          });
        },
      );
      call.setTimeout(timeoutMs, () => call.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
      call.on("error", (error) => reject(new ServerError(0, `${this.#base} could not be reached: ${error.message}`)));
      call.end(body);
    });
  }
}

export const noAnswer: Answer = { reportNow: false, rotateToken: false, lastSequence: 0 };

function toAnswer(value: unknown): Answer {
  if (typeof value !== "object" || value === null) return noAnswer;
  const last = "lastSequence" in value ? Number(value.lastSequence) : 0;
  return {
    reportNow: "reportNow" in value && value.reportNow === true,
    rotateToken: "rotateToken" in value && value.rotateToken === true,
    lastSequence: Number.isSafeInteger(last) && last > 0 ? last : 0,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function problemText(text: string, status: number): string {
  const problem = parseJson(text);
  const detail = typeof problem === "object" && problem !== null && "detail" in problem ? String(problem.detail) : "";
  return `The server refused with ${status}${detail ? `: ${detail}` : ""}`;
}
