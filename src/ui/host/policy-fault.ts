import type { Problem } from "../data/problem.ts";

/** What is wrong with one expectation, also when only one entry of its list is. */
export function policyFault(problem: Problem | null, key: string): string | undefined {
  return problem?.errors.find(({ pointer }) => pointer === `/policy/${key}` || pointer.startsWith(`/policy/${key}/`))
    ?.detail;
}
