import { healthy, notApplicable, type Outcome, type Reading, unhealthy, unknown } from "../kit/outcome.ts";
import { type AuditCoverage, auditCoverage } from "./audit-rules.ts";
import { type CisRule, type CisWords, defineHostRule, type RuleExamples } from "./define-rule.ts";
import { type HostFacts, outsideDocker } from "./host-facts.ts";
import { isAbsent } from "./host-files.ts";

/** An object that must be watched: the path people know and further places whose watch counts as well. */
export interface WatchedObject {
  path: string;
  alsoAccept?: string[];
  /** True when the engine or the kernel says that it is in use: it is there although its metadata was not collected. */
  isInUse?: boolean;
}

/**
 * A rule "auditing is configured for X". `objects` finds X on this host. A watch counts when it covers the object's real
 * path or one of its names and records writes and attribute changes; a watch on a child never covers its parent.
 */
export function defineAuditRule(
  definition: Omit<CisWords, "needs" | "remediation"> & {
    objects: (facts: HostFacts) => WatchedObject[];
    /** The object may be created after auditd started (below /run), so that a written rule is enough. */
    isVolatile?: boolean;
    permissions?: string;
    examples: RuleExamples;
  },
): CisRule {
  const { objects, isVolatile = false, permissions = "rwxa", ...words } = definition;
  return defineHostRule({
    ...words,
    needs: ["auditctl -l", "/etc/audit/rules.d", "file metadata"],
    remediation: (item) =>
      `Add this line to /etc/audit/rules.d/docker.rules and load it with "augenrules --load":\n-w ${item} -p ${permissions} -k docker`,
    assess: ({ facts }) => outsideDocker(facts) ?? assessWatches(facts, objects(facts), isVolatile),
  });
}

function assessWatches(facts: HostFacts, objects: WatchedObject[], isVolatile: boolean): Outcome {
  const { present, absent, unread } = sortObjects(facts, objects);
  if (present.length === 0 && unread.length > 0) return unreadable(unread);
  if (present.length === 0) return notApplicable("This host does not have it.", absent);
  const { loaded, written, isDisabled, problem } = facts.audit;
  const judged = present.map((object) => judge(facts, object, isVolatile));
  if (isDisabled)
    return unhealthy(
      "The kernel's audit system is switched off.",
      judged.map(({ reading }) => ({ ...reading, actual: "auditing is disabled" })),
    );
  if (!loaded && !written) {
    return unknown(
      "The audit rules",
      `Run the agent as root with CAP_AUDIT_CONTROL in the host's process namespace.${problem ? ` auditctl said: ${problem}` : ""}`,
    );
  }
  const failing = judged.filter(({ coverage }) => coverage.rule === null);
  if (failing.length > 0 && !loaded && facts.audit.unreadFiles.length > 0)
    return unknown(
      facts.audit.unreadFiles.join(", "),
      "Run the agent as root, or mount /etc/audit of the host read-only.",
    );
  if (failing.length > 0)
    return unhealthy(
      "No audit rule records changes of it.",
      failing.map(({ reading }) => reading),
    );
  if (unread.length > 0) return unreadable(unread);
  const notes = [
    ...(loaded ? [] : ["The rule is written in a file; that the kernel has loaded it could not be verified."]),
    ...new Set(judged.flatMap(({ coverage }) => coverage.note ?? [])),
  ];
  return healthy(
    "An audit rule records changes.",
    judged.map(({ reading }) => reading),
    notes,
  );
}

/** Objects that are there, those that are not, and those of which nothing is known (with why). */
function sortObjects(facts: HostFacts, objects: WatchedObject[]) {
  const present: WatchedObject[] = [];
  const absent: Reading[] = [];
  const unread: string[] = [];
  for (const object of objects) {
    const { path } = object;
    const file = facts.files.find(path);
    if (file?.exists || (!file && object.isInUse)) present.push(object);
    else if (!file) unread.push(path.endsWith(")") ? path : `${path} (not collected)`);
    else if (!isAbsent(file)) unread.push(`${path} (${file.code})`);
    else absent.push({ item: path, path, pointer: "/host/files", actual: "does not exist", expected: "exists" });
  }
  return { present, absent, unread };
}

function judge(
  facts: HostFacts,
  object: WatchedObject,
  isVolatile: boolean,
): { coverage: AuditCoverage; reading: Reading } {
  const names = [object.path, ...(object.alsoAccept ?? [])].flatMap((path) => facts.files.namesOf(path));
  const { loaded, written } = facts.audit;
  const coverageIn = (list: Parameters<typeof auditCoverage>[0]) => auditCoverage(list, names, facts.files.namesOf);
  const answers = [...(loaded ? [loaded] : []), ...(!loaded || isVolatile ? (written ?? []) : [])].map(coverageIn);
  const coverage = answers.find(({ rule }) => rule !== null) ??
    answers.find(({ why }) => why !== null) ?? { rule: null, why: null };
  const { rule, why } = coverage;
  return {
    coverage,
    reading: {
      item: object.path,
      path: loaded ? "auditctl -l" : "/etc/audit/rules.d",
      pointer: loaded ? "/host/audit/auditctl/out" : "/host/audit/rulesD",
      actual: rule ? `-w ${rule.path} -p ${rule.permissions} (${rule.source})` : (why ?? "no rule covers it"),
      expected: `a rule that covers ${object.path} with write and attribute changes`,
    },
  };
}

function unreadable(paths: string[]): Outcome {
  return unknown(
    paths.join(", "),
    "Let the agent see the host's file system: run it as root or mount the path read-only.",
  );
}
