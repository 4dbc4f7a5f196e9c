import { z } from "zod";
import { Policy } from "#engines/cis-docker/policy.ts";

const Known = Policy.omit({ attestations: true }).partial().strict();
const portLists: readonly string[] = ["expectedPorts", "allowedPrivilegedPorts"];
const MAX_ENTRIES = 500;
const MAX_LENGTH = 300;

/**
 * Expectations of Docker hosts as a person sets them: only the keys that were given, because a default that nobody chose must
 * not hide the choice behind it. Confirmations have a command of their own.
 */
export const GivenPolicy = z.record(z.string(), z.unknown()).transform((given, context) => {
  const fault = (path: PropertyKey[], message: string) => context.addIssue({ code: "custom", path, message });
  const parsed = Known.safeParse(given);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) fault(path, message);
    return z.NEVER;
  }
  const policy = Object.fromEntries(Object.entries(parsed.data).filter(([key]) => key in given));
  for (const [key, value] of Object.entries(policy)) {
    const problem = problemOf(key, value);
    if (problem) fault([key], problem);
  }
  return policy;
});

function problemOf(key: string, value: unknown): string | null {
  if (typeof value === "number") return Number.isInteger(value) && value >= 0 ? null : "must be a whole number from 0";
  if (!Array.isArray(value)) return null;
  if (value.length > MAX_ENTRIES) return `may have at most ${MAX_ENTRIES} entries`;
  if (portLists.includes(key))
    return value.every((port) => Number.isInteger(port) && port >= 1 && port <= 65_535)
      ? null
      : "must be port numbers from 1 to 65535";
  return value.every((entry) => typeof entry === "string" && entry.trim() !== "" && entry.length <= MAX_LENGTH)
    ? null
    : `each entry must have 1 to ${MAX_LENGTH} characters`;
}
