import { stat } from "node:fs/promises";
import type { HostDaemon } from "#domain/agent-protocol.ts";
import { argvHosts, isContained, processesNamed, uidOf } from "./collect/daemon-process.ts";
import { EngineApi, EngineError } from "./collect/engine-api.ts";
import { errorCode, type HostRoot } from "./collect/host-root.ts";
import { userOf } from "./collect/host-user.ts";
import { DEFAULT_SOCKET } from "./settings.ts";

const PING_MS = 3000;
/** A user who is not root may open as many sockets as they like; of theirs this many are looked at. */
const MOST_PER_USER = 2;

/** An engine that answers: its socket as the host names it, and where this process reaches it. */
export interface FoundEngine extends HostDaemon {
  connectPath: string;
}

export interface Discovery {
  engines: FoundEngine[];
  /** Sockets that are there and cannot be read, each with the reason and the next step. */
  problems: { socket: string; text: string }[];
}

/** A socket that is there. `askedFor` is the name it was looked for under, `socket` the one the host has for it. */
export interface FoundSocket {
  askedFor: string;
  socket: string;
  connectPath: string;
  uid: number;
}

/**
 * Every engine of this host: the usual sockets, those of each logged-in user, and those that running engines name in their
 * arguments; with `named` only those. Each is asked whether it is there (GET /_ping). `first` is looked at first.
 */
export async function discoverEngines(
  root: HostRoot,
  named?: readonly string[],
  first: string = DEFAULT_SOCKET,
): Promise<Discovery> {
  const places = named?.map((socket) => ({ socket, uid: null })) ?? [
    { socket: first, uid: null },
    ...(await engineSockets(root)),
  ];
  const found: Discovery = { engines: [], problems: [] };
  const perUser = new Map<number, number>();
  for (const { socket, connectPath, uid } of await locateSockets(root, places)) {
    const count = (perUser.get(uid) ?? 0) + 1;
    perUser.set(uid, count);
    if (uid !== 0 && count > MOST_PER_USER) continue;
    const problem = await ping(connectPath, socket);
    if (problem) found.problems.push({ socket, text: problem });
    else found.engines.push({ socket, connectPath, user: uid === 0 ? null : (await userOf(root, uid)).name });
  }
  return found;
}

/** Those of the places where a socket is, each socket once. */
export async function locateSockets(
  root: HostRoot,
  places: readonly { socket: string; uid: number | null }[],
): Promise<FoundSocket[]> {
  const found = new Map<string, FoundSocket & { isOnHost: boolean }>();
  for (const { socket, uid } of places) {
    const place = await lookAt(root, socket);
    // A link in a user's folder may lead to a socket of somebody else; theirs are only those they own.
    if (!place || (uid !== null && place.uid !== uid)) continue;
    const before = found.get(place.identity);
    if (!before) found.set(place.identity, { ...place, askedFor: socket, socket });
    // In a container a socket may be mounted at another place than the host has it: the host's name is the one to tell.
    else if (!before.isOnHost && place.isOnHost) found.set(place.identity, { ...before, socket, isOnHost: true });
  }
  return [...found.values()];
}

/** Where engines may be; `uid` is who must own the socket for it to count. */
export async function engineSockets(root: HostRoot): Promise<{ socket: string; uid: number | null }[]> {
  const users = (await root.names("/run/user")).filter((name) => /^\d{1,10}$/.test(name)).sort();
  const running = await processesNamed(root, /^(dockerd|podman)$/);
  const argued = await Promise.all(
    running
      .filter((process) => !isContained(process) && (process.comm === "dockerd" || process.argv.includes("service")))
      .map(async ({ pid, comm, argv }) => {
        const uid = (await uidOf(root, pid)) ?? 0;
        const addresses = comm === "podman" ? argv.filter((word) => word.startsWith("unix:")) : argvHosts(argv);
        return addresses.flatMap((address) => {
          const socket = /^unix:(?:\/\/)?(\/[\x21-\x7e]{1,106})$/.exec(address)?.[1];
          return socket ? [{ socket, uid }] : [];
        });
      }),
  );
  return [
    { socket: DEFAULT_SOCKET, uid: null },
    { socket: "/run/podman/podman.sock", uid: 0 },
    ...argued.flat(),
    ...users.flatMap((uid) =>
      ["docker.sock", "podman/podman.sock"].map((name) => ({ socket: `/run/user/${uid}/${name}`, uid: Number(uid) })),
    ),
  ];
}

/** The socket's owner, what tells it from others, and where it is reached; undefined when there is none. */
async function lookAt(root: HostRoot, socket: string) {
  // In a container the engine's socket is often mounted at its own place; otherwise it is below the host's root.
  const real = await root.resolve(socket).catch(() => socket);
  for (const connectPath of new Set([root.at(real), socket])) {
    const found = await stat(connectPath).catch(() => undefined);
    if (found?.isSocket())
      return {
        connectPath,
        uid: found.uid,
        identity: `${found.dev}:${found.ino}`,
        isOnHost: connectPath === root.at(real),
      };
  }
  return undefined;
}

/** Why the engine cannot be read, or null when it answers. */
async function ping(connectPath: string, socket: string): Promise<string | null> {
  const api = new EngineApi(connectPath, { timeoutMs: PING_MS });
  try {
    await api.ping();
    return null;
  } catch (error) {
    const code = error instanceof EngineError ? errorCode(error.cause) : "";
    if (code === "EACCES" || code === "EPERM")
      return `The engine at ${socket} is not read: the agent may not open its socket. Give the agent CAP_DAC_OVERRIDE, or run one as the socket's owner.`;
    if (code === "ECONNREFUSED") return `Nothing listens on ${socket}: its engine is not running.`;
    return `The engine at ${socket} is not read: ${error instanceof Error ? error.message : String(error)}.`;
  } finally {
    api.close();
  }
}
