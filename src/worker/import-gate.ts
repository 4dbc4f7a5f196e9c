/** Share of change beyond which an update waits for an admin, and the size below which it never does. */
const gate = { share: 0.3, recordFloor: 100, matchFloor: 200 };

/** Why a feed's new record count is not plausible, or null. */
export function gateReason(counts: { before: number; after: number; changed: number }): string | null {
  const difference = Math.abs(counts.after - counts.before);
  if (difference <= gate.recordFloor || difference <= counts.before * gate.share) return null;
  const direction = counts.after < counts.before ? "fewer" : "more";
  return `The update would leave ${counts.after} records where ${counts.before} are now, ${difference} ${direction} (${percent(difference, counts.before)}). An admin has to approve it.`;
}

/** Why the matches an update would bring or take over the stored packages are not plausible, or null. */
export function matchGateReason(counts: { added: number; resolved: number; matches: number }): string | null {
  const worst = Math.max(counts.added, counts.resolved);
  if (worst <= gate.matchFloor || worst <= counts.matches * gate.share) return null;
  return `The update would add ${counts.added} and resolve ${counts.resolved} of ${counts.matches} matches (${percent(worst, counts.matches)}). An admin has to approve it.`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "none stood before" : `${Math.round((part / whole) * 100)} %`;
}
