import { healthy, notApplicable, type Outcome, type Reading, unhealthy, unknown } from "../kit/outcome.ts";
import { type CisRule, type CisWords, defineHostRule, type RuleContext, type RuleExamples } from "./define-rule.ts";
import type { FileFact } from "./facts.ts";
import { type HostFacts, outsideDocker } from "./host-facts.ts";
import { excessiveAcl, grantedBits, isAbsent } from "./host-files.ts";

/** The files a rule looks at. `absent` answers when there are none; a path that was not collected is unknown. */
export interface FileTarget {
  files: (facts: HostFacts) => (FileFact | string)[];
  absent: string;
  before?: (context: RuleContext) => Outcome | undefined;
  /** Sentences about other files, which decide nothing. */
  notes?: (facts: HostFacts) => string[];
}

type Definition = Omit<CisWords, "needs" | "remediation"> & FileTarget & { examples: RuleExamples; what: string };

/** A rule "X is owned by root:root" (or by root and the daemon's group). */
export function defineFileOwnershipRule(
  definition: Definition & {
    group?: (facts: HostFacts) => { gid: number; name: string } | null;
    /** The file is the daemon's own: one of a rootless daemon may belong to its user. */
    isDaemons?: boolean;
  },
): CisRule {
  const { files, absent, before, notes, group, isDaemons, what, ...words } = definition;
  const owner = group ? "root:docker" : "root:root";
  return defineHostRule({
    ...words,
    needs: [`owner of ${what}`],
    remediation: (item) =>
      `chown ${owner} ${quote(item)}\nThen correct the package or tool that set another owner of ${what}.`,
    assess: (context) => {
      const wanted = group ? group(context.facts) : { gid: 0, name: "root" };
      return assessFiles(context, { files, absent, before, notes }, (file) => {
        const { engine, host } = context.facts;
        if (isDaemons && engine.isRootless && file.uid && String(file.uid) === host?.daemonUid)
          return {
            isRight: true,
            actual: `${file.uid}, the user of the rootless daemon`,
            expected: "root, or the user of the rootless daemon",
          };
        return {
          isRight: ownership(file, wanted, group !== undefined),
          actual: `${name(file.uid)}:${file.gid === wanted?.gid ? wanted?.name : name(file.gid)}`,
          expected: `root:${wanted?.name ?? "docker"}`,
        };
      });
    },
  });
}

/** A rule "permissions of X are M or more restrictive": a bit mask, never a comparison of numbers, and ACL entries count. */
export function defineFileModeRule(definition: Definition & { mask: number }): CisRule {
  const { files, absent, before, notes, mask, what, ...words } = definition;
  const octal = `0${mask.toString(8).padStart(3, "0")}`;
  return defineHostRule({
    ...words,
    needs: [`permissions and ACL of ${what}`],
    remediation: (item) =>
      `chmod ${octal.slice(1)} ${quote(item)}\nIf an ACL grants more on ${what}: setfacl -b ${quote(item)}`,
    assess: (context) =>
      assessFiles(context, { files, absent, before, notes }, (file) => {
        const bits = grantedBits(file);
        const acl = excessiveAcl(file, mask);
        return {
          isRight: bits === null ? null : (bits & ~mask & 0o777) === 0 && acl.length === 0,
          actual: `${file.mode ?? "mode not read"}${acl.length ? ` with ACL ${acl.join(", ")}` : ""}`,
          expected: `${octal} or more restrictive`,
        };
      }),
  });
}

interface Judgement {
  isRight: boolean | null;
  actual: string;
  expected: string;
}

function assessFiles(
  context: RuleContext,
  target: { [Key in keyof Required<FileTarget>]: FileTarget[Key] | undefined } & Pick<FileTarget, "files" | "absent">,
  judge: (file: FileFact) => Judgement,
): Outcome {
  const early = outsideDocker(context.facts) ?? target.before?.(context);
  if (early) return early;
  if (!context.facts.host)
    return unknown(
      "Files of the host",
      "Run the agent as root, or mount the host's file system read-only at HOST_ROOT.",
    );
  const readings: (Reading & { isRight: boolean | null })[] = [];
  const unread: string[] = [];
  for (const entry of target.files(context.facts)) {
    if (typeof entry === "string") unread.push(entry.endsWith(")") ? entry : `${entry} (not collected)`);
    else if (!entry.exists) {
      if (!isAbsent(entry)) unread.push(`${entry.path} (${entry.code})`);
    } else {
      const pointer = context.facts.files.pointerOf(entry.path);
      readings.push({ item: entry.path, path: entry.path, pointer, ...judge(entry) });
    }
  }
  const notes = target.notes?.(context.facts) ?? [];
  const plain = (list: typeof readings) => list.map(({ isRight, ...reading }) => reading);
  const wrong = readings.filter((reading) => reading.isRight === false);
  if (wrong.length > 0)
    return unhealthy(`${wrong.length} of ${readings.length} differ from what is expected.`, plain(wrong), { notes });
  const unjudged = readings.filter((reading) => reading.isRight === null);
  unread.push(...unjudged.map((reading) => reading.path));
  if (unread.length > 0)
    return unknown(unread.join(", "), "Run the agent as root, or mount the path read-only.", plain(unjudged));
  if (readings.length === 0) return notApplicable(target.absent);
  return healthy("Set as expected.", plain(readings), notes);
}

/** Whether root and the right group own a file; null when the ids that decide were not read. */
function ownership({ uid, gid }: FileFact, wanted: { gid: number } | null, mayBeRoot: boolean): boolean | null {
  const isKnown = (id: number | null | undefined) => id !== null && id !== undefined;
  if (isKnown(uid) && uid !== 0) return false;
  const isGroup = isKnown(gid) && (gid === wanted?.gid || (mayBeRoot && gid === 0));
  if (isKnown(gid) && wanted !== null && !isGroup) return false;
  return isKnown(uid) && isGroup ? true : null;
}

const name = (id: number | null | undefined): string =>
  id === 0 ? "root" : id === null || id === undefined ? "?" : String(id);
const quote = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);
