import { type AuditRule, parseAuditRules } from "./audit-rule.ts";
import type { HostSection } from "./facts.ts";

export interface AuditFacts {
  /** Rules the kernel has loaded, in its order; null when they could not be read. */
  loaded: AuditRule[] | null;
  /** Rules written in files, one list for each way they are loaded; null when those could not be read. */
  written: AuditRule[][] | null;
  /** Rule files that exist and could not be read: what they hold is not known. */
  unreadFiles: string[];
  isDisabled: boolean;
  problem: string | null;
}

/** Reads `auditctl -l` and rule files. Refused reading (container, no capability) is "not known", never "no rules". */
export function auditFacts(host: HostSection | null): AuditFacts {
  const audit = host?.audit;
  if (!audit) return { loaded: null, written: null, unreadFiles: [], isDisabled: false, problem: "audit rules" };
  const listing = audit.auditctl;
  const isListed = listing !== null && listing !== undefined && listing.rc === 0;
  const rulesD = Object.entries(audit.rulesD ?? {})
    // augenrules reads files of this ending only, in order of their names.
    .filter(([name]) => name.endsWith(".rules"))
    .sort(([left], [right]) => left.localeCompare(right, "en", { numeric: true }));
  const unreadFiles = rulesD.flatMap(([name, text]) => (text === null ? [`/etc/audit/rules.d/${name}`] : []));
  // Root looked and found neither the program nor a file: this host audits nothing, which is known.
  const hasNoAudit =
    host.uid === 0 &&
    audit.auditctlPresent === false &&
    !audit.error &&
    audit.rulesD !== undefined &&
    Object.keys(audit.rulesD ?? {}).length === 0;
  const hasFiles =
    hasNoAudit ||
    (audit.auditRules !== null && audit.auditRules !== undefined) ||
    Object.values(audit.rulesD ?? {}).some((text) => text !== null);
  const written = [
    parseAuditRules([["/etc/audit/audit.rules", audit.auditRules ?? ""]]),
    parseAuditRules(rulesD.map(([name, text]) => [`/etc/audit/rules.d/${name}`, text ?? ""])),
  ];
  return {
    // The kernel keeps no order of its own: a listing is the list, rules put in front included.
    loaded: isListed ? parseAuditRules([["auditctl -l", listing.out ?? ""]], { isListing: true }) : null,
    written: hasFiles ? written : null,
    unreadFiles,
    isDisabled: /enabled\s+0/.test(audit.auditctlStatus ?? "") || (!isListed && isSwitchedOff(rulesD)),
    problem: isListed ? null : (listing?.err?.trim() ?? audit.error?.message ?? null),
  };
}

/** The last `-e` of the rule files decides; 0 switches auditing off. */
function isSwitchedOff(rulesD: readonly (readonly [string, string | null])[]): boolean {
  const switches = rulesD.flatMap(([, text]) =>
    [...(text ?? "").matchAll(/^\s*-e\s+(\d)/gm)].map(([, value]) => value),
  );
  return switches.at(-1) === "0";
}

/** How the rules of one list treat an object: recorded by a rule, or why not. */
export interface AuditCoverage {
  rule: AuditRule | null;
  /** What stands in the way, for people; null when no rule names the object at all. */
  why: string | null;
  /** Worth knowing although every write is recorded. */
  note?: string;
}

/**
 * Whether one of `rules`, in their order, records every write and attribute change of an object that has `names` (real path
 * and names). The first matching rule wins in the kernel, so a `never` in front of the watch takes it away. Whole path
 * components are compared: a rule for a child never covers its parent, and containerd never stands for containerd-shim.
 */
export function auditCoverage(
  rules: readonly AuditRule[],
  names: readonly string[],
  namesOf: (path: string) => string[] = (path) => [path],
): AuditCoverage {
  let why: string | null = null;
  for (const rule of rules) {
    const reach = reachOf(rule, names, namesOf);
    if (rule.action === "never") {
      if (!rule.isHarmless && reach !== "none" && !(reach === "everything" && rule.isLimitedToSome))
        return { rule: null, why: `"${rule.text}" stands in front and keeps changes from being recorded` };
      continue;
    }
    if (reach !== "whole") continue;
    if (rule.gap === null) return { rule, why: null, ...(rule.note ? { note: rule.note } : {}) };
    why ??= `"${rule.text}" ${rule.gap}`;
  }
  return { rule: null, why };
}

/** Whether a rule reaches the whole object, only what lies below it, or (naming no path) everything. */
function reachOf(
  rule: AuditRule,
  names: readonly string[],
  namesOf: (path: string) => string[],
): "whole" | "part" | "everything" | "none" {
  if (rule.path === null) return rule.action === "never" ? "everything" : "none";
  const isWithin = (path: string, folder: string) => path.startsWith(folder === "/" ? "/" : `${folder}/`);
  const watched = namesOf(rule.path);
  const isWhole = watched.some((place) =>
    names.some((name) => name === place || (rule.isRecursive && isWithin(name, place))),
  );
  if (isWhole) return "whole";
  return watched.some((place) => names.some((name) => isWithin(place, name))) ? "part" : "none";
}
