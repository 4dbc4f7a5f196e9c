import type { HealthProblem } from "#queries/queue/system-health.ts";

export interface ProblemGroup {
  first: HealthProblem;
  others: HealthProblem[];
}

/** Problems that are mended in the same way are one banner with a count: 13 feeds behind one closed door are one door. */
export function groupProblems(problems: readonly HealthProblem[]): ProblemGroup[] {
  const groups = new Map<string, ProblemGroup>();
  for (const problem of problems) {
    const key = `${problem.fix} ${problem.href?.split("?")[0] ?? ""}`;
    const group = groups.get(key);
    if (group) group.others.push(problem);
    else groups.set(key, { first: problem, others: [] });
  }
  return [...groups.values()];
}
