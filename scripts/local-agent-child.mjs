// How the agent of this machine is started and what its own files say: nothing here knows the database.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

/**
 * Node's permission model holds the agent to reading: it writes only below its folder, and loads no native code. It keeps
 * child processes, because getfacl and auditctl are how access lists and audit rules are read.
 */
export function agentArguments({ bundle, serverUrl, folder, tokenFile, sockets }) {
  const has = (flag) => process.allowedNodeEnvironmentFlags.has(flag);
  const limits = has("--allow-net")
    ? ["--permission", "--allow-net", "--allow-child-process", "--allow-fs-read=*", `--allow-fs-write=${folder}`]
    : [];
  const quiet = ["--disable-warning=ExperimentalWarning", "--disable-warning=PERM0002"];
  return [
    ...limits,
    ...quiet,
    ...["--import", new URL("./end-with-parent.mjs", import.meta.url).href],
    ...[bundle, "run", "--server", serverUrl, "--state", folder],
    ...sockets.flatMap((socket) => ["--socket", socket]),
    ...(existsSync(tokenFile) ? ["--enrol-token-file", tokenFile] : []),
  ];
}

/** Nothing of what the launcher knows: no database, no secret, no settings. */
export function agentEnvironment({ PATH, HOME, HOST_ROOT }) {
  const entries = Object.entries({ PATH, HOME, HOST_ROOT, NODE_ENV: "production" });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** What the agent said, without its own next step, which a new start takes the place of. */
export function refusal(text) {
  const reason = text?.replace(/\.? The agent tries again in .*$/, "") ?? "The server refused the agent";
  return / 401\b/.test(reason)
    ? "Breakwater no longer takes this agent's token. Remove its host, then start the agent again."
    : `${reason}.`;
}

/** The host that the agent's own memory names; null before it has enrolled. */
export function enrolledHost(folder) {
  const { hostId, token } = memory(folder);
  return typeof hostId === "string" && token ? hostId : null;
}

/** The socket of the engine that was enrolled as this machine's host; null when the memory does not say. */
export function enrolledSocket(folder) {
  const { hostId, socket } = memory(folder);
  return hostId && typeof socket === "string" ? socket : null;
}

function memory(folder) {
  try {
    return JSON.parse(readFileSync(path.join(folder, "state.json"), "utf8")) ?? {};
  } catch {
    return {};
  }
}

/** As the agent makes it, so that a host can be recognised as this very machine. */
export function machineIdHash() {
  try {
    const id = readFileSync(path.join(process.env.HOST_ROOT ?? "/", "etc/machine-id"), "utf8").trim();
    return id ? createHash("sha256").update("breakwater machine").update(id).digest("hex") : null;
  } catch {
    return null;
  }
}
