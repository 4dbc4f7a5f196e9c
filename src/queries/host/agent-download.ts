import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
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

/** The script that installs the agent as a systemd unit; it checks the bundle against the sum it carries. */
export async function agentInstallScript(): Promise<string> {
  const { sha256 } = await agentBundle();
  return installScript({ server: config().publicUrl, sha256 });
}

/** Address and sum of the agent, for the connect page. */
export async function agentFacts(): Promise<{ server: string; sha256: string; bytes: number }> {
  const { sha256, bytes } = await agentBundle();
  return { server: config().publicUrl, sha256, bytes: bytes.byteLength };
}
