import { parseArgs } from "node:util";

/** Where Docker listens unless it was told otherwise. */
export const DEFAULT_SOCKET = "/var/run/docker.sock";

/** Version of the agent, sent with every report. */
export const AGENT_VERSION = "0.2.0";

export type AgentCommand = "run" | "once" | "record";

export interface AgentSettings {
  command: AgentCommand;
  server: string | null;
  enrolToken: string | null;
  caFile: string | null;
  hostRoot: string;
  /** Sockets that were named, the first of them the host itself; null when the agent looks for engines. */
  sockets: string[] | null;
  discoverSeconds: number;
  stateFolder: string;
  heartbeatSeconds: number;
  reportSeconds: number;
  spoolBytes: number;
  dryRun: boolean;
  saveEvidence: string | null;
  /** Words of commands are sent with only their secrets taken out; otherwise nothing but programs and option names. */
  keepsCommandWords: boolean;
  /** Where `record` writes. */
  traceFolder: string | null;
}

/** Unusable arguments or environment; the message is for the person who started the agent. */
export class SettingsError extends Error {}

export const agentUsage = `Breakwater agent ${AGENT_VERSION}: reads this host's Docker configuration and reports it. It changes nothing.

Usage: breakwater-agent [run | once | record <folder>] [options]
  run                       report on change and every 6 hours, say "alive" every 5 minutes (default)
  once                      report once and end
  record <folder>           write every exchange with the engine, redacted, and every look at the host into files; send nothing
  --server <url>            address of the server (BREAKWATER_SERVER)
  --enrol-token-file <file> file with the enrolment token (or BREAKWATER_ENROL_TOKEN in the environment)
  --ca-file <file>          certificate authority of the server, PEM (BREAKWATER_CA_FILE)
  --state <folder>          where the agent keeps its token and unsent reports (default /var/lib/breakwater-agent)
  --dry-run                 print what would be sent and send nothing
  --save-evidence <folder>  write what was read, redacted, into files and send nothing
  --heartbeat <seconds>     default 300      --report <seconds>   default 21600
  --socket <path>           read this engine only; more than once for several (default: every engine of this host)
  --only-default-socket     read the engine at /var/run/docker.sock only
  --discover <seconds>      how often to look for further engines, default 300
  --send-command-words      send the words of commands too, secrets of known forms taken out (BREAKWATER_COMMAND_WORDS=1);
                            without it only programs and names of options leave the host
  --spool-bytes <n>         most bytes of unsent reports kept on disk (default 67108864)

HOST_ROOT names where the host's file system is mounted (in a container), DOCKER_HOST the one engine to read (unix://).
`;

/** Settings from arguments over environment over defaults; null when help was asked for. Throws SettingsError. */
export function readSettings(args: string[], environment: Record<string, string | undefined>): AgentSettings | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const command = commandOf(positionals);
  const server = (values.server ?? environment.BREAKWATER_SERVER ?? "").replace(/\/+$/, "") || null;
  if (server !== null && !/^https?:\/\//.test(server))
    throw new SettingsError(`The server's address ${server} must start with https://.`);
  const settings: AgentSettings = {
    command,
    server,
    enrolToken: environment.BREAKWATER_ENROL_TOKEN ?? null,
    caFile: values["ca-file"] ?? environment.BREAKWATER_CA_FILE ?? null,
    hostRoot: environment.HOST_ROOT ?? "/",
    sockets: namedSockets(values, environment.DOCKER_HOST || null),
    discoverSeconds: positive("--discover", values.discover, 300),
    stateFolder: values.state ?? environment.BREAKWATER_AGENT_STATE ?? "/var/lib/breakwater-agent",
    heartbeatSeconds: positive("--heartbeat", values.heartbeat, 300),
    reportSeconds: positive("--report", values.report, 6 * 3600),
    spoolBytes: positive("--spool-bytes", values["spool-bytes"], 64 * 1024 * 1024),
    dryRun: values["dry-run"] === true,
    saveEvidence: values["save-evidence"] ?? null,
    keepsCommandWords: values["send-command-words"] === true || environment.BREAKWATER_COMMAND_WORDS === "1",
    traceFolder: command === "record" ? (positionals[1] ?? null) : null,
  };
  if (settings.server === null && !settings.dryRun && !settings.saveEvidence && !settings.traceFolder) {
    throw new SettingsError("Name the server with --server or BREAKWATER_SERVER, or use --dry-run.");
  }
  return settings;
}

/** Name of the file that holds the enrolment token, when it was given as one. */
export function enrolTokenFile(args: string[]): string | null {
  return parse(args).values["enrol-token-file"] ?? null;
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        server: text,
        "enrol-token-file": text,
        "ca-file": text,
        state: text,
        "save-evidence": text,
        heartbeat: text,
        report: text,
        "spool-bytes": text,
        socket: { type: "string", multiple: true },
        "only-default-socket": { type: "boolean" },
        discover: text,
        "dry-run": { type: "boolean" },
        "send-command-words": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new SettingsError(error instanceof Error ? error.message : String(error));
  }
}

function commandOf([command = "run", folder]: string[]): AgentCommand {
  if (command !== "run" && command !== "once" && command !== "record")
    throw new SettingsError(`Unknown command: ${command}. Known are run, once and record.`);
  if (command === "record" && !folder)
    throw new SettingsError("Name the folder to write to: breakwater-agent record <folder>.");
  return command;
}

function namedSockets(
  values: { socket?: string[] | undefined; "only-default-socket"?: boolean | undefined },
  dockerHost: string | null,
): string[] | null {
  if (dockerHost !== null && !dockerHost.startsWith("unix://"))
    throw new SettingsError(`DOCKER_HOST is ${dockerHost}, but the agent reads the unix:// socket of its own host.`);
  const named = (values.socket ?? []).map((socket) => socket.replace(/^unix:\/\//, ""));
  const wrong = named.find((socket) => !socket.startsWith("/"));
  if (wrong !== undefined) throw new SettingsError(`--socket ${wrong} is not an absolute path.`);
  if (named.length > 0) return [...new Set(named)];
  if (values["only-default-socket"]) return [DEFAULT_SOCKET];
  return dockerHost === null ? null : [dockerHost.slice("unix://".length)];
}

function positive(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new SettingsError(`${name} ${text} is not a number above 0.`);
  return value;
}
