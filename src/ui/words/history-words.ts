import { type HealthValue, healthWords } from "../marks/health.tsx";
import { inWords } from "./in-words.ts";

const causes: Record<string, string> = {
  push: "by a push",
  scan: "by a scan",
  advisories: "by new advisories",
  exemption: "by an exemption",
  confirmation: "by a confirmation",
  retired: "because it left the registry",
  analyser: "by a new analyser",
  report: "by a report",
  policy: "by a change of the expected values",
  removed: "because it was removed",
};

/** The word of a status as it is stored: "notApplicable" → "Not applicable". */
export function statusWord(status: string): string {
  return healthWords[status as HealthValue] ?? inWords(status);
}

/** A change of status in words: "From unknown to not applicable, by a push". */
export function statusChange(from: string | null, to: string, cause: string): string {
  const because = causes[cause] ?? `by ${inWords(cause).toLowerCase()}`;
  const now = statusWord(to);
  if (from === null) return `${now} at first, ${because}`;
  if (from === to) return `Still ${now.toLowerCase()}, ${because}`;
  return `From ${statusWord(from).toLowerCase()} to ${now.toLowerCase()}, ${because}`;
}
