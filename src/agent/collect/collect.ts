import { createHash } from "node:crypto";
import { collectEngine } from "./collect-engine.ts";
import { collectHost } from "./collect-host.ts";
import { containerPrograms } from "./container-programs.ts";
import { EngineApi, type EngineExchange } from "./engine-api.ts";
import { type HostRead, HostRoot } from "./host-root.ts";
import { type Redaction, redactAnswer } from "./redact.ts";

export interface CollectOptions {
  /** Where the host's file system is mounted; "/" on the host itself. */
  hostRoot?: string;
  /** The engine's socket as the host names it. */
  socketPath?: string;
  /** Where this process reaches that socket; the same path by default. */
  connectPath?: string | undefined;
  /** Words of commands are sent with only their secrets taken out; without it nothing but programs and option names. */
  keepsCommandWords?: boolean | undefined;
  /** Told every exchange with the engine, redacted, and every look at the host. */
  trace?: { exchange: (exchange: TracedExchange) => void; read: (read: HostRead) => void };
}

/** An exchange with the engine whose body is parsed and redacted; text that is no JSON stands as it is. */
export type TracedExchange = Omit<EngineExchange, "body"> & { body: unknown };

/** Raw evidence of a host by section (interfaces.md §3), redacted. Sections that failed say why. */
export type CollectedEvidence = Record<string, unknown>;

/**
 * Reads everything the controls need of the host this runs on, and redacts it before it leaves this function: values of
 * variables, secrets in command lines and histories, join tokens and keys are replaced by a salted digest and a length.
 */
export async function collectEvidence(options: CollectOptions = {}): Promise<CollectedEvidence> {
  const { trace } = options;
  const root = new HostRoot(options.hostRoot ?? "/", { onRead: trace?.read });
  const socketPath = options.socketPath ?? "/var/run/docker.sock";
  const redaction: Redaction = {
    salt: await saltOf(root),
    keepsCommandWords: options.keepsCommandWords ?? false,
  };
  const api = new EngineApi(options.connectPath ?? socketPath, {
    onExchange: trace && ((exchange) => trace.exchange(redactExchange(exchange, redaction))),
  });
  try {
    // A trace holds what the engine says of processes, so that it can be replayed where they are not.
    const programs = (inspected: unknown[]) =>
      trace ? Promise.resolve(new Map()) : containerPrograms(root, inspected);
    const engine = await collectEngine(api, programs);
    const host = await collectHost({ root, socketPath, engine });
    return {
      ...Object.fromEntries(Object.entries(engine).map(([name, answer]) => [name, redactAnswer(answer, redaction)])),
      host: redactAnswer(host, redaction),
    };
  } finally {
    api.close();
  }
}

function redactExchange(exchange: EngineExchange, redaction: Redaction): TracedExchange {
  // Of secrets only their number is evidence.
  const isSecrets = /\/secrets$/.test(exchange.path);
  try {
    const body: unknown = JSON.parse(exchange.body);
    return {
      ...exchange,
      body: isSecrets && Array.isArray(body) ? body.map(() => ({})) : redactAnswer(body, redaction),
    };
  } catch {
    return { ...exchange, body: redactAnswer(exchange.body.slice(0, 1000), redaction) };
  }
}

/** A salt of this machine, so that equal values can be told within one host and not across hosts. */
async function saltOf(root: HostRoot): Promise<string> {
  return createHash("sha256")
    .update("breakwater evidence")
    .update((await root.textIfReadable("/etc/machine-id")) ?? "")
    .digest("hex");
}
