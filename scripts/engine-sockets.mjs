// Finds the container engines of the machine that the launcher runs on. It asks each only whether it is there (GET /_ping);
// reading it is the agent's work.
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { request } from "node:http";
import { userInfo } from "node:os";
import process from "node:process";

const PING_MS = 3000;

/** Where engines put their sockets, the one that DOCKER_HOST names first. */
export function socketCandidates(environment = process.env) {
  const named = environment.DOCKER_HOST?.startsWith("unix://") ? environment.DOCKER_HOST.slice(7) : undefined;
  const own = environment.XDG_RUNTIME_DIR;
  const places = [
    named,
    "/var/run/docker.sock",
    "/run/podman/podman.sock",
    ...(own ? [`${own}/docker.sock`, `${own}/podman/podman.sock`] : []),
  ];
  return [...new Set(places.filter(Boolean))];
}

/**
 * What is at each place: `{ socket, kind, version, problem }`, engines that answer first. Places where nothing is are left
 * out, and so is a second name of the same socket.
 */
export async function findEngines(candidates = socketCandidates(), environment = process.env) {
  const found = [];
  const seen = new Set();
  for (const socket of candidates) {
    const place = real(socket);
    if (seen.has(place)) continue;
    seen.add(place);
    const engine = await probeSocket(socket, environment);
    if (engine) found.push(engine);
  }
  return found.sort((left, right) => Number(left.problem !== null) - Number(right.problem !== null));
}

/** A text that changes when any of the places does, so that engines are asked again only then. */
export function socketPrint(candidates = socketCandidates()) {
  return candidates
    .map((socket) => {
      try {
        const { ino, mode, uid, gid, ctimeMs } = statSync(socket);
        return `${ino}:${mode}:${uid}:${gid}:${ctimeMs}`;
      } catch (error) {
        return error.code;
      }
    })
    .join(" ");
}

/** One place. Null when nothing is there; `problem` says why an engine cannot be read, and what to do. */
export async function probeSocket(socket, environment = process.env) {
  const none = { socket, kind: null, version: null };
  let found;
  try {
    found = statSync(socket);
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    return { ...none, problem: `${socket} cannot be looked at by ${accountName()} (${error.code}).` };
  }
  if (!found.isSocket()) return { ...none, problem: `${socket} exists, but it is not a socket.` };
  const answer = await ping(socket);
  if (answer.error) return { ...none, problem: problemOf(answer.error, socket, found.gid) };
  if (answer.status !== 200)
    return { ...none, problem: `${socket} answers with status ${answer.status}, not as an engine.` };
  const [, name, version] = /^(Docker|Libpod)\/(\S+)/.exec(answer.server) ?? [];
  const kind = name === "Libpod" ? "podman" : "docker";
  return { socket, kind, version: version ?? null, problem: foreignProblem(socket, environment) };
}

function ping(socketPath) {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: "/_ping", method: "GET", headers: { host: "docker" } }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, server: String(response.headers.server ?? "") });
    });
    call.setTimeout(PING_MS, () => call.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
    call.on("error", (error) => resolve({ error: error.code ?? error.message }));
    call.end();
  });
}

function problemOf(code, socket, gid) {
  const account = accountName();
  if (code === "EACCES" || code === "EPERM") {
    const group = gid === 0 ? null : groupName(gid);
    return group
      ? `${socket} exists, but the account ${account} may not open it. Add it to the group ${group} and start Breakwater again: sudo usermod -aG ${group} ${account}`
      : `${socket} exists, but the account ${account} may not open it: it belongs to root alone.`;
  }
  if (code === "ECONNREFUSED")
    return `${socket} exists, but no engine listens on it. Start the engine: sudo systemctl start docker`;
  if (code === "ETIMEDOUT") return `The engine at ${socket} does not answer within ${PING_MS / 1000} s.`;
  return `The engine at ${socket} does not answer: ${code}.`;
}

/**
 * In a container the socket may be the host's while the files are the container's: the agent would mix two machines. A
 * socket that was opened in here is listed in /proc/net/unix; HOST_ROOT says where the host's files are.
 */
function foreignProblem(socket, environment) {
  const isContainer = existsSync("/.dockerenv") || existsSync("/run/.containerenv");
  if (!isContainer || environment.HOST_ROOT) return null;
  const names = [socket, real(socket)].flatMap((name) => [
    name,
    name.replace(/^\/var\/run\//, "/run/"),
    name.replace(/^\/run\//, "/var/run/"),
  ]);
  try {
    const listed = readFileSync("/proc/net/unix", "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/)[7]);
    if (listed.some((name) => name && names.includes(name))) return null;
  } catch {
    // Not Linux: nothing can be told, so nothing is claimed.
    return null;
  }
  return `${socket} belongs to the host around this container, whose files cannot be read from in here. Put the agent on the host itself, or mount the host's root read-only and name it in HOST_ROOT.`;
}

/** The account that this process runs as. */
export function accountName() {
  try {
    return userInfo().username;
  } catch {
    return `with uid ${process.getuid?.() ?? "?"}`;
  }
}

function groupName(gid) {
  try {
    const line = readFileSync("/etc/group", "utf8")
      .split("\n")
      .find((entry) => entry.split(":")[2] === String(gid));
    return line?.split(":")[0] ?? null;
  } catch {
    return null;
  }
}

function real(file) {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
