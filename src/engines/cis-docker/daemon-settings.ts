import { type HostEvidence, isFailed } from "./facts.ts";
import { isAbsent } from "./host-files.ts";

/** Where a setting's value came from, for readings. */
export interface Setting<Value> {
  value: Value;
  path: string;
  pointer: string;
  isDefault: boolean;
}

const booleanFlags = new Set([
  "icc",
  "debug",
  "iptables",
  "ip6tables",
  "tls",
  "tlsverify",
  "userland-proxy",
  "experimental",
  "no-new-privileges",
  "live-restore",
  "selinux-enabled",
  "raw-logs",
  "ip-forward",
  "ip-forward-no-drop",
  "ip-masq",
  "init",
  "ipv6",
  "allow-direct-routing",
  "cri-containerd",
  "disable-legacy-registry",
  "rootless",
  "validate",
  "help",
  "version",
]);
const shortFlags: Record<string, string> = {
  D: "debug",
  H: "host",
  l: "log-level",
  G: "group",
  b: "bridge",
  g: "data-root",
  s: "storage-driver",
  p: "pidfile",
  h: "help",
  v: "version",
};

/** Every option of a dockerd command line: name without dashes to the values given, in order. */
export function parseDaemonArguments(argv: readonly string[]): Map<string, string[]> {
  const options = new Map<string, string[]>();
  const add = (name: string, value: string) => options.set(name, [...(options.get(name) ?? []), value]);
  for (let index = 1; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    if (word === "--") break;
    const { name, value, switches } = splitOption(word);
    for (const flag of switches) add(flag, "true");
    if (!name) continue;
    const next = argv[index + 1];
    if (value !== undefined) add(name, value);
    else if (booleanFlags.has(name) || (!knownFlags.has(name) && (next === undefined || next.startsWith("-"))))
      add(name, "true");
    else {
      add(name, next ?? "");
      index += 1;
    }
  }
  return options;
}

/** Options with one letter all take a value but for D, h and v. */
const knownFlags = new Set(Object.values(shortFlags));

/** `--name`, `--name=value`, `-H value`, `-H=value`, `-Hvalue` and switches in front of it (`-DH value`). */
function splitOption(word: string): { name: string; value: string | undefined; switches: string[] } {
  const long = /^--([a-z0-9-]+)(?:=(.*))?$/s.exec(word);
  if (long) return { name: long[1] ?? "", value: long[2], switches: [] };
  const short = /^-([Dhv]*)([A-Za-z])(?:=?(.+)|=)?$/s.exec(word);
  const [, switches = "", letter = "", value] = short ?? [];
  return {
    name: shortFlags[letter] ?? "",
    value,
    switches: [...switches].flatMap((flag) => shortFlags[flag] ?? []),
  };
}

/**
 * The daemon's configuration as it is in effect. dockerd refuses to start when one directive stands both in its arguments
 * and in its file, so "arguments, else file, else default" is exact.
 */
export interface DaemonSettings {
  /** False when neither arguments nor file could be read: settings are then not known. */
  isReadable: boolean;
  configPath: string;
  /** True when the arguments were read, or the collector named the file: it is then the one in use. */
  isConfigPathKnown: boolean;
  /** True when the arguments of the running daemon were read. */
  hasArguments: boolean;
  /** True when text of the configuration file was read, which may be an empty object. */
  hasConfigText: boolean;
  configError: string | null;
  text(name: string, fallback: string, fileKey?: string): Setting<string>;
  flag(name: string, fallback: boolean): Setting<boolean>;
  /** Repeatable options; the file's key is the plural. */
  list(name: string, fileKey: string): Setting<string[]>;
  object(fileKey: string): Record<string, unknown> | null;
}

export function daemonSettings(evidence: HostEvidence): DaemonSettings {
  const host = evidence.host && !isFailed(evidence.host) ? evidence.host : null;
  // A process always has a name: an empty list was not read.
  const argv = host?.daemonArgv?.length ? host.daemonArgv : null;
  const options = parseDaemonArguments(argv ?? []);
  const configPath = host?.configFilePath ?? options.get("config-file")?.at(-1) ?? "/etc/docker/daemon.json";
  const parsed = parseConfigFile(host?.configFile);
  const file = parsed.values;
  const configFact = (host?.files ?? []).find(({ path }) => path === configPath);
  // A file that is there, or may be, and was not read may hold any setting: defaults must not be taken for what is in effect.
  const isUnread =
    (host?.configFile === null || host?.configFile === undefined) &&
    (configFact === undefined || !isAbsent(configFact));
  const fromArgv = (name: string) => ({ path: `dockerd --${name}`, pointer: "/host/daemonArgv", isDefault: false });
  const fromFile = (key: string) => ({
    path: `${configPath}: ${key}`,
    pointer: `/host/configFile/${key}`,
    isDefault: false,
  });
  const fromDefault = (key: string) => ({
    path: `${configPath}: ${key}`,
    pointer: `/host/configFile/${key}`,
    isDefault: true,
  });
  return {
    isReadable: argv !== null && parsed.error === null && !isUnread,
    configPath,
    isConfigPathKnown: argv !== null || typeof host?.configFilePath === "string",
    hasArguments: argv !== null,
    hasConfigText: host?.configFile !== null && host?.configFile !== undefined && host.configFile !== "",
    configError: parsed.error,
    text(name, fallback, fileKey = name) {
      const given = options.get(name)?.at(-1);
      if (given !== undefined) return { value: given, ...fromArgv(name) };
      const written = file[fileKey];
      return typeof written === "string"
        ? { value: written, ...fromFile(fileKey) }
        : { value: fallback, ...fromDefault(fileKey) };
    },
    flag(name, fallback) {
      const given = options.get(name)?.at(-1);
      if (given !== undefined) return { value: !/^(false|0|f)$/i.test(given), ...fromArgv(name) };
      const written = file[name];
      return typeof written === "boolean"
        ? { value: written, ...fromFile(name) }
        : { value: fallback, ...fromDefault(name) };
    },
    list(name, fileKey) {
      const given = options.get(name);
      if (given) return { value: given, ...fromArgv(name) };
      const written = file[fileKey];
      const values = Array.isArray(written) ? written.filter((entry) => typeof entry === "string") : [];
      return { value: values, ...(written === undefined ? fromDefault(fileKey) : fromFile(fileKey)) };
    },
    object(fileKey) {
      const written = file[fileKey];
      return typeof written === "object" && written !== null && !Array.isArray(written) ? { ...written } : null;
    },
  };
}

function parseConfigFile(raw: unknown): { values: Record<string, unknown>; error: string | null } {
  if (raw === undefined || raw === null || raw === "") return { values: {}, error: null };
  if (typeof raw === "object" && !Array.isArray(raw)) {
    // Collectors keep either the parsed file or { text } of it.
    if ("text" in raw && typeof raw.text === "string") return parseConfigFile(raw.text);
    return { values: { ...raw }, error: null };
  }
  if (typeof raw !== "string") return { values: {}, error: "has an unknown form" };
  try {
    // dockerd takes a byte order mark in front of its file.
    const values: unknown = JSON.parse(raw.replace(/^\uFEFF/, ""));
    return typeof values === "object" && values !== null && !Array.isArray(values)
      ? { values: { ...values }, error: null }
      : { values: {}, error: "is not a JSON object" };
  } catch {
    return { values: {}, error: "is not valid JSON" };
  }
}
