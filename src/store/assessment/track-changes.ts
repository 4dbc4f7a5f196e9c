import { z } from "zod";
import { type AssessmentStatus, assessmentStatuses } from "#domain/assessment.ts";
import { ResourceKind, type Subject } from "#domain/resource.ts";
import { Severity } from "#domain/severity.ts";
import { markRulesDirty } from "#store/count/rule-count.ts";
import { type Executor, execute, type Statement, selectRows, sql } from "#store/sql.ts";
import { appendStatusHistory, type StatusCause } from "./status-history.ts";

/** What counts: a verdict, or `exempt` where a person decided that it does not have to be met. */
type EffectiveStatus = AssessmentStatus | "exempt";

/** What counts for one assessment is another than before. */
export interface AssessmentChange extends Subject {
  ruleId: string;
  severity: Severity;
  /** Null = it was never assessed before. */
  from: EffectiveStatus | null;
  to: EffectiveStatus;
  /** What counted last before this that was not `unknown`: evidence that was missing for a while is no news when it is back. */
  lastKnown: EffectiveStatus | null;
}

export interface Because {
  at: Date;
  cause: StatusCause;
  causeRef: string | null;
  detail?: unknown;
}

const Standing = z.object({
  key: z.string(),
  rootId: z.string(),
  kind: ResourceKind,
  resourceId: z.string(),
  ruleId: z.string(),
  severity: Severity,
  status: z.enum([...assessmentStatuses, "exempt"]),
  knownStatus: z.enum([...assessmentStatuses, "exempt"]).nullable(),
});
type Standing = z.infer<typeof Standing>;

/**
 * Runs `work`, which may write verdicts and what is laid over them, and accounts for whatever counts differently after it: an
 * entry in the history with its cause, since when it stands so, and the last status that was known. The one way in which a
 * status changes, for every kind of resource. `of` is a condition on `assessment a` that holds all that `work` may touch; `work`
 * is told whether nothing was stored for it yet.
 */
export async function trackChanges(
  executor: Executor,
  { of, because }: { of: Statement; because: Because },
  work: (isFirst: boolean) => Promise<void>,
): Promise<AssessmentChange[]> {
  const before = new Map((await standings(executor, of)).map((one) => [one.key, one]));
  await work(before.size === 0);
  const after = await standings(executor, of);
  const changes = after.flatMap((now) => {
    const was = before.get(now.key);
    return was?.status === now.status ? [] : [{ now, was }];
  });
  await markRulesDirty(executor, rulesCountedAnew(before, after));
  await noteChanges(
    executor,
    because.at,
    changes.filter(({ now, was }) => was !== undefined || !isNoted(now)).map(({ now }) => now),
  );
  await appendStatusHistory(
    executor,
    changes.map(({ now, was }) => ({
      rootId: now.rootId,
      resourceId: now.resourceId,
      ruleId: now.ruleId,
      fromStatus: was?.status ?? null,
      toStatus: now.status,
      cause: because.cause,
      causeRef: because.causeRef,
      ...(because.detail === undefined ? {} : { detail: because.detail }),
    })),
  );
  return changes.map(({ now: { key: _key, knownStatus: _known, status, ...subject }, was }) => ({
    ...subject,
    from: was?.status ?? null,
    to: status,
    lastKnown: was?.knownStatus ?? null,
  }));
}

/** A first verdict was written with what is known of it. */
const isNoted = ({ status, knownStatus }: Standing): boolean => knownStatus === (status === "unknown" ? null : status);

/** Rules whose counts of resources differ after the work: another status or severity, a verdict that is new or gone. */
function rulesCountedAnew(before: ReadonlyMap<string, Standing>, after: readonly Standing[]): string[] {
  const left = new Map(before);
  const rules = new Set<string>();
  for (const now of after) {
    const was = left.get(now.key);
    left.delete(now.key);
    // Single images stand in no count of rules; their repositories do.
    if (now.kind !== "image" && (was?.status !== now.status || was.severity !== now.severity)) rules.add(now.ruleId);
  }
  for (const gone of left.values()) if (gone.kind !== "image") rules.add(gone.ruleId);
  return [...rules];
}

function standings(executor: Executor, of: Statement): Promise<Standing[]> {
  return selectRows(
    Standing,
    sql`select a.root_id || encode(a.id, 'hex') as key, a.root_id as "rootId", a.resource_kind as kind, a.resource_id as "resourceId",
               a.rule_id as "ruleId", a.severity, effective_status(a.status, a.confirmed_status, a.exemption_id) as status,
               a.known_status as "knownStatus"
          from assessment a where ${of} order by a.root_id, a.resource_id, a.rule_id`,
    executor,
  );
}

async function noteChanges(executor: Executor, at: Date, changed: readonly Standing[]): Promise<void> {
  if (changed.length === 0) return;
  await execute(
    sql`update assessment a set status_since = ${at},
          known_status = case when n.status = 'unknown' then a.known_status else n.status end
          from unnest(${changed.map((one) => one.rootId)}::uuid[], ${changed.map((one) => one.key.slice(36))}::text[],
            ${changed.map((one) => one.status)}::text[]) as n (root_id, id, status)
         where a.root_id = n.root_id and a.id = decode(n.id, 'hex')
           and (a.status_since <> ${at} or (n.status <> 'unknown' and a.known_status is distinct from n.status))`,
    executor,
  );
}
