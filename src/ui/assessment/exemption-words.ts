import type { ExemptionReason } from "#domain/control-exemption.ts";
import type { HostControlExemption } from "#queries/host/host-controls.ts";

/** The reasons of an exemption as people read them. */
export const exemptionReasonWords: Record<ExemptionReason, { label: string; meaning: string }> = {
  "accepted-risk": { label: "Risk accepted", meaning: "It is needed, and somebody answers for it" },
  mitigated: { label: "Mitigated otherwise", meaning: "Something else keeps the harm away" },
  planned: { label: "Fix planned", meaning: "It is fixed by the day on which this ends" },
  "false-positive": { label: "Not true here", meaning: "The verdict does not hold for this item" },
};

/** "Exempt until 2026-12-24 by Ada: risk accepted". */
export function exemptionSentence({ until, by, reason, item, hostId }: HostControlExemption): string {
  const what = item ?? (hostId === null ? "This control is exempt on every host" : "Exempt");
  const end = until === null ? "until somebody ends it" : `until ${until.slice(0, 10)}`;
  const words = exemptionReasonWords[reason].label.toLowerCase();
  return item ? `${what} is exempt ${end}, by ${by}: ${words}` : `${what} ${end}, by ${by}: ${words}`;
}
