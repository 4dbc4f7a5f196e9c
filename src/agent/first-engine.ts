import { HostRoot } from "./collect/host-root.ts";
import { discoverEngines, engineSockets, locateSockets } from "./discover-engines.ts";
import { type AgentSettings, DEFAULT_SOCKET } from "./settings.ts";
import { StateFile } from "./state.ts";

/**
 * The machine's first engine: the one that was named, else the one it was enrolled with, else the usual one, else the first
 * that answers. `connectPath` is where this process reaches its socket.
 */
export async function firstEngine(settings: AgentSettings): Promise<{ socket: string; connectPath: string }> {
  const root = new HostRoot(settings.hostRoot);
  const state = await new StateFile(settings.stateFolder).read();
  const socket = settings.sockets?.[0] ?? state.socket ?? (await usual(root, state.hostId !== null));
  const [found] = await locateSockets(root, [{ socket, uid: null }, ...(await engineSockets(root))]);
  return found?.askedFor === socket ? found : { socket, connectPath: socket };
}

async function usual(root: HostRoot, isEnrolled: boolean): Promise<string> {
  const isThere = (await locateSockets(root, [{ socket: DEFAULT_SOCKET, uid: null }])).length > 0;
  if (isEnrolled || isThere) return DEFAULT_SOCKET;
  return (await discoverEngines(root)).engines[0]?.socket ?? DEFAULT_SOCKET;
}
