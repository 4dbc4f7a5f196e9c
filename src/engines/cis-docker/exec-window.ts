import type { HostEvidence } from "./facts.ts";
import type { HostFacts } from "./host-facts.ts";
import type { Policy } from "./policy.ts";

type SeenExec = NonNullable<HostEvidence["execObservations"]>["execs"][number];

/** Commands run with `docker exec` within the site's window before the report, with where each stands in the evidence. */
export function execsInWindow({ evidence }: HostFacts, policy: Policy): { exec: SeenExec; index: number }[] {
  const seen = evidence.execObservations;
  if (!seen) return [];
  const since = Date.parse(seen.until) - policy.execWindowDays * 86_400_000;
  return seen.execs.map((exec, index) => ({ exec, index })).filter(({ exec }) => Date.parse(exec.at) >= since);
}
