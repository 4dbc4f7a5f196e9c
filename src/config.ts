import { z } from "zod";

const flag = z
  .enum(["0", "1", "true", "false", "on", "off"])
  .transform((value) => value === "1" || value === "true" || value === "on");

const Environment = z.object({
  PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  HOST: z.string().min(1).default("127.0.0.1"),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "must start with postgres:// or postgresql://")
    .optional(),
  BREAKWATER_EMBEDDED_DATABASE: z.string().optional(),
  BREAKWATER_DATA_DIR: z.string().min(1).default("./.data"),
  BREAKWATER_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  BREAKWATER_ROLE: z.enum(["all", "web", "worker"]).default("all"),
  BREAKWATER_ADMIN_EMAIL: z.email().optional(),
  BREAKWATER_ADMIN_PASSWORD: z.string().min(12, "must have at least 12 characters").optional(),
  BREAKWATER_SECRET: z.string().min(32, "must have at least 32 characters").optional(),
  BREAKWATER_ADVISORIES: z.string().min(1).optional(),
  BREAKWATER_FEEDS: flag.default(true),
  BREAKWATER_FEEDS_URL: z.url({ protocol: /^https?$/ }).optional(),
  BREAKWATER_ALLOW_LOOPBACK: flag.default(false),
  BREAKWATER_DEMO: flag.default(false),
  BREAKWATER_TRUSTED_PROXIES: z.string().default(""),
  BREAKWATER_ALLOWED_HOSTS: z.string().default(""),
  BREAKWATER_INSECURE: flag.default(false),
  BREAKWATER_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
  NODE_ENV: z.string().optional(),
  /** The built agent that this server hands out; the launcher builds it and sets this. */
  BREAKWATER_AGENT_BUNDLE: z.string().min(1).optional(),
  BREAKWATER_DATABASE_POOL: z.coerce.number().int().min(2).max(50).default(8),
});

const isLoopback = (host: string) => host === "localhost" || host === "::1" || host.startsWith("127.");

function toConfig(environment: z.infer<typeof Environment>) {
  return {
    port: environment.PORT,
    host: environment.HOST,
    databaseUrl: environment.DATABASE_URL ?? environment.BREAKWATER_EMBEDDED_DATABASE ?? "",
    dataDir: environment.BREAKWATER_DATA_DIR,
    publicUrl: (environment.BREAKWATER_PUBLIC_URL ?? `http://${urlHost(environment.HOST)}:${environment.PORT}`).replace(
      /\/+$/,
      "",
    ),
    hasPublicUrl: environment.BREAKWATER_PUBLIC_URL !== undefined,
    role: environment.BREAKWATER_ROLE,
    adminEmail: environment.BREAKWATER_ADMIN_EMAIL,
    adminPassword: environment.BREAKWATER_ADMIN_PASSWORD,
    secret: environment.BREAKWATER_SECRET ?? "",
    advisories: environment.BREAKWATER_ADVISORIES,
    feedsEnabled: environment.BREAKWATER_FEEDS,
    feedsUrl: environment.BREAKWATER_FEEDS_URL,
    allowLoopback: environment.BREAKWATER_ALLOW_LOOPBACK,
    demo: environment.BREAKWATER_DEMO,
    trustedProxies: environment.BREAKWATER_TRUSTED_PROXIES.split(",")
      .map((entry) => entry.trim())
      .filter(Boolean),
    allowedHosts: environment.BREAKWATER_ALLOWED_HOSTS.split(",")
      .map((entry) => entry.trim())
      .filter(Boolean),
    insecure: environment.BREAKWATER_INSECURE,
    logLevel: environment.BREAKWATER_LOG_LEVEL,
    isDevelopment: environment.NODE_ENV === "development",
    databasePool: environment.BREAKWATER_DATABASE_POOL,
    agentBundle: environment.BREAKWATER_AGENT_BUNDLE,
  };
}
export type Config = ReturnType<typeof toConfig>;

/**
 * Validates an environment and returns the configuration, or every fault at once.
 * Rules across values are architecture.md §7 (14): outside loopback it is TLS or nothing.
 */
export function parseConfig(
  environment: Record<string, string | undefined>,
): { ok: true; config: Config } | { ok: false; faults: string[] } {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = Environment.safeParse(present);
  if (!parsed.success) {
    return { ok: false, faults: parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`) };
  }
  const faults = crossFaults(parsed.data);
  return faults.length > 0 ? { ok: false, faults } : { ok: true, config: toConfig(parsed.data) };
}

let cached: Config | undefined;

/** The configuration of this process, read from the environment once. Throws one error that lists every fault. */
export function config(): Config {
  if (!cached) {
    const result = parseConfig(process.env);
    if (!result.ok) throw new Error(`The environment is not usable:\n  ${result.faults.join("\n  ")}`);
    cached = result.config;
  }
  return cached;
}

function crossFaults(environment: z.infer<typeof Environment>): string[] {
  const faults: string[] = [];
  const hasHttps = environment.BREAKWATER_PUBLIC_URL?.startsWith("https://") ?? false;
  if (!isLoopback(environment.HOST) && !hasHttps && !environment.BREAKWATER_INSECURE) {
    faults.push(
      `HOST: ${environment.HOST} is reachable from other machines, so BREAKWATER_PUBLIC_URL must be an https address (put a TLS proxy in front and name it in BREAKWATER_TRUSTED_PROXIES). BREAKWATER_INSECURE=1 starts without TLS.`,
    );
  }
  if (environment.DATABASE_URL && !environment.BREAKWATER_SECRET) {
    faults.push(
      "BREAKWATER_SECRET: is required with DATABASE_URL, because stored credentials are encrypted with it. Generate one: openssl rand -hex 32",
    );
  }
  if (Boolean(environment.BREAKWATER_ADMIN_EMAIL) !== Boolean(environment.BREAKWATER_ADMIN_PASSWORD)) {
    faults.push("BREAKWATER_ADMIN_EMAIL, BREAKWATER_ADMIN_PASSWORD: set both or none");
  }
  return faults;
}

function urlHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
