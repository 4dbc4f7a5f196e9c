import type { HostSection } from "./facts.ts";

/** One file watch of the kernel's audit system. */
export interface AuditWatch {
  path: string;
  /** True for `-w` and `-F dir=`, which reach everything below a directory; `-F path=` watches one file. */
  isRecursive: boolean;
  permissions: string;
  source: string;
}

export interface AuditFacts {
  /** Watches the kernel has loaded; null when they could not be read. */
  loaded: AuditWatch[] | null;
  /** Watches written in rule files; null when those could not be read. */
  written: AuditWatch[] | null;
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
  const files = [
    ...(audit.auditRules ? [["/etc/audit/audit.rules", audit.auditRules] as const] : []),
    ...Object.entries(audit.rulesD ?? {}).flatMap(([name, text]) =>
      // augenrules reads files of this ending only.
      text && name.endsWith(".rules") ? [[`/etc/audit/rules.d/${name}`, text] as const] : [],
    ),
  ];
  const unreadFiles = Object.entries(audit.rulesD ?? {}).flatMap(([name, text]) =>
    text === null && name.endsWith(".rules") ? [`/etc/audit/rules.d/${name}`] : [],
  );
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
  return {
    loaded: isListed ? parseAuditRules(listing.out ?? "", "auditctl -l") : null,
    written: hasFiles ? files.flatMap(([name, text]) => parseAuditRules(text, name)) : null,
    unreadFiles,
    isDisabled: /enabled\s+0/.test(audit.auditctlStatus ?? ""),
    problem: isListed ? null : (listing?.err?.trim() ?? audit.error?.message ?? null),
  };
}

/** Parses rule lines in both notations: `-w PATH -p rwxa` and `-a always,exit -F path=PATH -F perm=wa`. */
export function parseAuditRules(text: string, source: string): AuditWatch[] {
  const watches: AuditWatch[] = [];
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    if (!line || line.startsWith("#")) continue;
    const words = line.split(/\s+/);
    const watch = parseWatch(words, source);
    if (watch) watches.push(watch);
  }
  return watches;
}

function parseWatch(words: string[], source: string): AuditWatch | undefined {
  const after = (flag: string) => {
    const index = words.indexOf(flag);
    return index >= 0 ? words[index + 1] : undefined;
  };
  const watched = after("-w");
  if (watched) return { path: clean(watched), isRecursive: true, permissions: after("-p") ?? "rwxa", source };
  const action = after("-a") ?? after("-A") ?? "";
  if (action.split(",").includes("never")) return undefined;
  const fields = words.filter((_, index) => words[index - 1] === "-F");
  const field = (name: string) => fields.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
  const directory = field("dir");
  const file = field("path");
  const path = directory ?? file;
  if (!path) return undefined;
  return { path: clean(path), isRecursive: directory !== undefined, permissions: field("perm") ?? "rwxa", source };
}

/**
 * The watch that covers any of `paths` (real path and names of one object), if there is one. Whole path components are
 * compared: a rule for a child never covers its parent, and containerd never stands for containerd-shim.
 */
export function coveringWatch(
  watches: AuditWatch[],
  paths: readonly string[],
  namesOf: (path: string) => string[] = (path) => [path],
): AuditWatch | undefined {
  return watches.find(
    (watch) =>
      watch.permissions.includes("w") &&
      watch.permissions.includes("a") &&
      namesOf(watch.path).some((watched) =>
        paths.some(
          (path) => path === watched || (watch.isRecursive && path.startsWith(watched === "/" ? "/" : `${watched}/`)),
        ),
      ),
  );
}

const clean = (path: string) => path.replace(/^"|"$/g, "").replace(/(.)\/+$/, "$1");
