/** What a person has chosen for an enrolment token, as texts of the form. */
export interface HostDraft {
  kind: "one" | "fleet";
  name: string;
  uses: string;
  hours: string;
  /** Addresses and ranges, one per line. */
  addresses: string;
  needsApproval: boolean;
}

export const newHostDraft = (): HostDraft => ({
  kind: "one",
  name: "",
  uses: "25",
  hours: "24",
  addresses: "",
  needsApproval: false,
});

/** The body that makes the token. One host: one use within one hour. */
export function toEnrolment(draft: HostDraft): Record<string, unknown> {
  const name = draft.name.trim();
  const common = {
    ...(name ? { name } : {}),
    allowedAddresses: addressesOf(draft),
    needsApproval: draft.needsApproval,
  };
  return draft.kind === "one"
    ? { ...common, uses: 1, expiresInHours: 1 }
    : { ...common, uses: Number(draft.uses), expiresInHours: Number(draft.hours) };
}

/** The first thing that is missing, as a sentence; null lets it go on. */
export function missingOf(draft: HostDraft): string | null {
  if (draft.kind === "one") return null;
  if (!isWhole(draft.uses, 10_000)) return "Say how many hosts may use it, between 1 and 10 000";
  if (!isWhole(draft.hours, 2160)) return "Say for how many hours it works, between 1 and 2 160";
  return null;
}

const addressesOf = ({ addresses }: HostDraft): string[] =>
  addresses
    .split(/[\s,]+/)
    .map((entry) => entry.trim())
    .filter(Boolean);

function isWhole(text: string, most: number): boolean {
  const value = Number(text);
  return text.trim() !== "" && Number.isInteger(value) && value >= 1 && value <= most;
}
