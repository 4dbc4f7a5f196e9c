import { type HostEvidence, isFailed } from "./facts.ts";

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
  "ip-masq",
  "init",
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
};

/** Every option of a dockerd command line: name without dashes to the values given, in order. */
export function parseDaemonArguments(argv: readonly string[]): Map<string, string[]> {
  const options = new Map<string, string[]>();
  const add = (name: string, value: string) => options.set(name, [...(options.get(name) ?? []), value]);
  for (let index = 1; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    const match = /^(?:--([a-z0-9-]+)|-([A-Za-z]))(?:=(.*))?$/s.exec(word);
    if (!match) continue;
    const name = match[1] ?? shortFlags[match[2] ?? ""] ?? "";
    if (!name) continue;
    if (match[3] !== undefined) add(name, match[3]);
    else if (booleanFlags.has(name)) add(name, "true");
    else {
      add(name, argv[index + 1] ?? "");
      index += 1;
    }
  }
  return options;
}

/**
 * The daemon's configuration as it is in effect. dockerd refuses to start when one directive stands both in its arguments
 * and in its file, so "arguments, else file, else default" is exact.
 */
export interface DaemonSettings {
  /** False when neither arguments nor file could be read: settings are then not known. */
  isReadable: boolean;
  configPath: string;
  configError: string | null;
  text(name: string, fallback: string, fileKey?: string): Setting<string>;
  flag(name: string, fallback: boolean): Setting<boolean>;
  /** Repeatable options; the file's key is the plural. */
  list(name: string, fileKey: string): Setting<string[]>;
  object(fileKey: string): Record<string, unknown> | null;
}

export function daemonSettings(evidence: HostEvidence): DaemonSettings {
  const host = evidence.host && !isFailed(evidence.host) ? evidence.host : null;
  const argv = host?.daemonArgv ?? null;
  const options = parseDaemonArguments(argv ?? []);
  const configPath = host?.configFilePath ?? options.get("config-file")?.at(-1) ?? "/etc/docker/daemon.json";
  const parsed = parseConfigFile(host?.configFile);
  const file = parsed.values;
  const configFact = (host?.files ?? []).find(({ path }) => path === configPath);
  // A file that is there and was not read may hold any setting: defaults must not be taken for what is in effect.
  const isUnread =
    (host?.configFile === null || host?.configFile === undefined) &&
    configFact !== undefined &&
    (configFact.exists || (configFact.code ?? "ENOENT") !== "ENOENT");
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
    const values: unknown = JSON.parse(raw);
    return typeof values === "object" && values !== null && !Array.isArray(values)
      ? { values: { ...values }, error: null }
      : { values: {}, error: "is not a JSON object" };
  } catch {
    return { values: {}, error: "is not valid JSON" };
  }
}
