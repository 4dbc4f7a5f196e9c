import type { PackageMatch } from "./facts.ts";
import type { CandidateRecord } from "./match-advisories-flaws.ts";

/** What the vendor plans, in our words: from Debian's tracker states and urgencies and Ubuntu's statuses. */
export function statusOf(record: CandidateRecord, fixedVersion: string | null): PackageMatch["status"] {
  if (fixedVersion !== null) return "fixed";
  const word = (record.vendorStatus ?? "").toLowerCase();
  if (record.urgency === "end-of-life" || word.startsWith("end-of-life")) return "endOfLife";
  if (/^(?:ignored|won't fix|will not fix)/.test(word)) return "willNotFix";
  if (/^(?:postponed|deferred)/.test(word)) return "deferred";
  if (/^(?:needs-triage|undetermined|under review)/.test(word)) return "underReview";
  return "affected";
}

/**
 * Why a match is not shown by default, or null. Only two reasons exist: Debian calls the flaw unimportant, or the
 * package's own changelog names a fix that the installed version holds while the feed knows of none.
 */
export function hiddenReasonOf(
  record: CandidateRecord,
  fixedVersion: string | null,
  supporting: readonly { record: CandidateRecord; affected: boolean; text: string }[],
): string | null {
  if (record.urgency?.toLowerCase() === "unimportant") {
    return "Debian rates it unimportant: as Debian builds the package, it is no security risk.";
  }
  const changelog = supporting.find((verdict) => verdict.record.isChangelog && !verdict.affected);
  if (fixedVersion === null && changelog) {
    return `Fixed per the package's changelog (${changelog.text}); the advisory feed does not know of the fix yet.`;
  }
  return null;
}
