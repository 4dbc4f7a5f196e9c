import type { EndCause, ExemptionCondition, ExemptionEffect, ExemptionReason, ReopenCause } from "#domain/exemption.ts";
import type { HostControlExemption } from "#queries/host/host-controls.ts";
import { formatNumber, plural } from "../text/format-number.ts";

/** The reasons of an exemption as people read them. */
export const exemptionReasonWords: Record<ExemptionReason, { label: string; meaning: string }> = {
  "accepted-risk": { label: "Risk accepted", meaning: "It is needed, and somebody answers for it" },
  mitigated: { label: "Mitigated otherwise", meaning: "Something else keeps the harm away" },
  planned: { label: "Fix planned", meaning: "It is fixed by the day on which this ends" },
  "false-positive": { label: "Not true here", meaning: "The verdict does not hold for this" },
  "not-reachable": { label: "Not reachable", meaning: "The code is there, and nothing runs it" },
};

/** What may end an exemption before its time, as a choice. */
export const reopenWords: Record<ReopenCause, string> = {
  fix: "A fix appears",
  exploited: "It becomes known as exploited",
  severity: "Its severity rises",
};

/** Why an exemption is over, for lists. */
export const endedWords: Record<EndCause, string> = {
  person: "Ended",
  time: "Its time was over",
  fix: "A fix appeared",
  exploited: "Known to be exploited",
  severity: "Its severity rose",
};

const fieldWords: Record<ExemptionCondition["field"], string> = {
  "package.version": "package version",
  "package.type": "package type",
  severity: "severity",
  platform: "platform",
  repository: "repository",
  item: "item",
  resource: "resource",
  environment: "environment",
  owner: "owner",
};
const operatorWords: Record<ExemptionCondition["operator"], string> = { is: "is", isNot: "is not", matches: "matches" };

/** "repository matches shop/*". */
export const conditionWords = ({ field, operator, value }: ExemptionCondition): string =>
  `${fieldWords[field]} ${operatorWords[operator]} ${value}`;

/** "Exempt until 2026-12-24 by Ada: risk accepted". */
export function exemptionSentence({ until, by, reason, item, hostId }: HostControlExemption): string {
  const what = item ?? (hostId === null ? "This control is exempt on every host" : "Exempt");
  const end = until === null ? "until somebody ends it" : `until ${until.slice(0, 10)}`;
  const words = exemptionReasonWords[reason].label.toLowerCase();
  return item ? `${what} is exempt ${end}, by ${by}: ${words}` : `${what} ${end}, by ${by}: ${words}`;
}

/** What saving would do, in one sentence: "Hides 214 findings on 12 images; 9 of them have a fix." */
export function effectWords(effect: ExemptionEffect): string {
  const parts: string[] = [];
  if (effect.findings > 0) {
    const fix =
      effect.fixable === 0
        ? "none of them has a fix"
        : `${formatNumber(effect.fixable)} of them ${effect.fixable === 1 ? "has" : "have"} a fix`;
    parts.push(`Hides ${plural(effect.findings, "finding")} on ${plural(effect.images, "image")}; ${fix}.`);
  }
  if (effect.resources > 0)
    parts.push(
      `The rule stops counting on ${plural(effect.resources, "resource")}, with ${plural(effect.items, "failing item")}.`,
    );
  else if (effect.items > 0) parts.push(`Takes ${plural(effect.items, "item")} out; the rule still fails by others.`);
  return parts.length > 0 ? parts.join(" ") : "Hides nothing now: nothing that counts lies in this scope.";
}
