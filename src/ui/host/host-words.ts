import type { HostDetail } from "#queries/host/host-detail.ts";
import type { HealthValue } from "../marks/health.tsx";
import { formatNumber, plural } from "../text/format-number.ts";

/** The one mark of a host: health and the words beside it. */
export function hostHealth(host: HostDetail): { health: HealthValue; words: string } {
  const assessed = host.healthy + host.unhealthy + host.unknown + host.manual;
  if (host.managed && !host.assessManaged)
    return { health: "notApplicable", words: `Not applicable, managed by ${host.managed.manager}` };
  if (assessed + host.exempt === 0) return { health: "unknown", words: "Unknown, no report assessed yet" };
  // What is exempt is told beside every verdict, so that none reads as if all were well.
  const beside = host.exempt > 0 ? `, ${formatNumber(host.exempt)} exempt` : "";
  if (host.unhealthy > 0)
    return {
      health: "unhealthy",
      words: `Unhealthy, ${formatNumber(host.unhealthy)} of ${plural(assessed, "control")}${beside}`,
    };
  const open = host.unknown + host.manual;
  if (open > 0)
    return { health: "unknown", words: `Unknown, ${formatNumber(open)} of ${plural(assessed, "control")}${beside}` };
  if (assessed === 0) return { health: "exempt", words: `Exempt, ${plural(host.exempt, "control")}` };
  return { health: "healthy", words: `Healthy, ${plural(assessed, "control")}${beside}` };
}

/** True while a container's processes exist. */
export const isActiveState = (state: string) => ["running", "paused", "restarting"].includes(state);

/** The state of a container as people read it. */
export const stateWords: Record<string, string> = {
  running: "Running",
  paused: "Paused",
  restarting: "Restarting",
  exited: "Stopped",
  created: "Never started",
  dead: "Dead",
  removing: "Being removed",
};
