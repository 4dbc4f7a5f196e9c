import type { LocalMachine } from "#queries/host/local-agents.ts";

/** What a person sees of a machine that Breakwater runs on. */
export type MachinePhase =
  | "blocked"
  | "twin"
  | "available"
  | "starting"
  | "enrolled"
  | "running"
  | "stopping"
  | "stopped"
  | "failed";

const words: Record<MachinePhase, string> = {
  blocked: "Cannot be read yet",
  twin: "Connected already",
  available: "Ready to connect",
  starting: "Starting",
  enrolled: "Waiting for the first report",
  running: "Connected",
  stopping: "Stopping",
  stopped: "Stopped",
  failed: "Did not start",
};

/** The wish counts at once: between the click and the launcher's first sign the machine is starting or stopping. */
export function phaseOf(machine: LocalMachine): MachinePhase {
  const { state, isWanted, host, twin } = machine;
  if (state === "stopping" || (!isWanted && (state === "running" || state === "starting"))) return "stopping";
  if (state === "failed") return "failed";
  if (state === "running") return host?.lastReportAt ? "running" : "enrolled";
  if (state === "starting" || isWanted) return "starting";
  if (twin) return "twin";
  if (!machine.engines.some(({ problem }) => problem === null)) return "blocked";
  return state === "stopped" ? "stopped" : "available";
}

export function wordOf(phase: MachinePhase): string {
  return words[phase];
}

/** "Docker 28.2.1", "Podman", "A container engine". */
export function engineName({ kind, version }: LocalMachine["engines"][number]): string {
  const name = kind === "podman" ? "Podman" : kind === "docker" ? "Docker" : "A container engine";
  return version ? `${name} ${version}` : name;
}

/** The engine of this installation's own machine that could be connected now; null when there is none. */
export function connectable(machines: readonly LocalMachine[]) {
  const [machine, ...others] = machines.filter((entry) => phaseOf(entry) === "available");
  const engine = machine?.engines.find(({ problem }) => problem === null);
  return machine && engine && others.length === 0 ? { machine, engine } : null;
}
