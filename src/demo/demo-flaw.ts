/**
 * A flaw as the demo states it. Ids, packages, versions and dates are public facts; the words are ours. `affected` lists ecosystem,
 * package and what fixes it: a version, null for no fix yet, or a range.
 */
export interface DemoFlaw {
  id: string;
  aliases?: readonly string[];
  related?: readonly string[];
  title: string;
  details: string;
  severity: "critical" | "high" | "moderate" | "low" | null;
  cvss?: string;
  published: string;
  withdrawn?: string;
  affected: readonly DemoAffected[];
}
export interface DemoAffected {
  ecosystem: string;
  name: string;
  introduced?: string;
  fixed: string | null;
  lastAffected?: string;
  /** Debian's urgency. */
  urgency?: string;
}
