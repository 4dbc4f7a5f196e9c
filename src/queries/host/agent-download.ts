import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { config } from "#config.ts";
import { installScript } from "#domain/agent-install.ts";
import { AppError } from "#domain/app-error.ts";

export interface AgentBundle {
  bytes: Uint8Array<ArrayBuffer>;
  sha256: string;
}

let cached: { path: string; bundle: AgentBundle } | undefined;

/** The agent as one file, with its SHA-256. Throws `unavailable` when this server was started without one. */
export async function agentBundle(): Promise<AgentBundle> {
  const path = config().agentBundle;
  if (!path)
    throw new AppError(
      "unavailable",
      "This server was started without an agent bundle. Start it with npm start, or build one: npm run build:agent.",
    );
  if (cached?.path !== path) {
    const bytes = new Uint8Array(await readFile(path));
    cached = { path, bundle: { bytes, sha256: createHash("sha256").update(bytes).digest("hex") } };
  }
  return cached.bundle;
}

export interface AgentExecutable {
  path: string;
  bytes: number;
  sha256: string;
  /** What `uname -sm` says on a host that can run it: this server's own kind of machine. */
  machine: string;
}

let cachedExecutable: { mtimeMs: number; executable: AgentExecutable } | undefined;
const machines: Record<string, string> = { "linux-x64": "Linux x86_64", "linux-arm64": "Linux aarch64" };

/** The agent as a single executable for hosts without Node; null while the launcher has not built it, or cannot. */
export async function agentExecutable(): Promise<AgentExecutable | null> {
  const bundle = config().agentBundle;
  const machine = machines[`${process.platform}-${process.arch}`];
  if (!bundle || !machine) return null;
  const file = path.join(path.dirname(bundle), "breakwater-agent");
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) return null;
  if (cachedExecutable?.mtimeMs !== found.mtimeMs) {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(file)) hash.update(chunk);
    cachedExecutable = {
      mtimeMs: found.mtimeMs,
      executable: { path: file, bytes: found.size, sha256: hash.digest("hex"), machine },
    };
  }
  return cachedExecutable.executable;
}

/** The script that installs the agent as a systemd unit; it checks what it fetches against the sums it carries. */
export async function agentInstallScript(): Promise<string> {
  const { sha256 } = await agentBundle();
  const executable = await agentExecutable();
  return installScript({ server: config().publicUrl, sha256, ...(executable ? { executable } : {}) });
}

export interface AgentFacts {
  server: string;
  sha256: string;
  bytes: number;
  /** The single executable for hosts without Node; null when this server has none. */
  executable: { sha256: string; bytes: number; machine: string } | null;
}

/** Address and sums of the agent, for the connect page. */
export async function agentFacts(): Promise<AgentFacts> {
  const { sha256, bytes } = await agentBundle();
  const executable = await agentExecutable();
  return {
    server: config().publicUrl,
    sha256,
    bytes: bytes.byteLength,
    executable: executable && {
      sha256: executable.sha256,
      bytes: executable.bytes,
      machine: executable.machine,
    },
  };
}
