import { z } from "zod";
import {
  EndCause,
  ExemptionCondition,
  ExemptionReason,
  type ExemptionScope,
  exemptionSubjects,
  isNarrowScope,
  ReopenCause,
} from "#domain/exemption.ts";
import { newId } from "#store/ids.ts";
import { type Executor, execute, type Statement, selectFirst, selectRows, sql } from "#store/sql.ts";

/** The worst that was known of a vulnerability when it was exempted: what a later change is held against. */
const Baseline = z.object({ severityRank: z.number(), isFixable: z.boolean(), isExploited: z.boolean() });
export type Baseline = z.infer<typeof Baseline>;

const Row = z.object({
  id: z.string(),
  subjectKind: z.enum(exemptionSubjects),
  subject: z.string(),
  rootId: z.string().nullable(),
  repositoryId: z.string().nullable(),
  resourceId: z.string().nullable(),
  item: z.string().nullable(),
  packageName: z.string().nullable(),
  conditions: z.array(ExemptionCondition),
  isNarrow: z.boolean(),
  reopenOn: z.array(ReopenCause),
  baseline: Baseline.nullable(),
  reason: ExemptionReason,
  note: z.string(),
  expiresAt: z.date().nullable(),
  createdBy: z.string(),
  endedAt: z.date().nullable(),
  endedBecause: EndCause.nullable(),
});
export type Exemption = z.infer<typeof Row>;

const columns = sql`id, subject_kind as "subjectKind", subject, root_id as "rootId", repository_id as "repositoryId",
  resource_id as "resourceId", item, package_name as "packageName", conditions, is_narrow as "isNarrow", reopen_on as "reopenOn",
  baseline, reason, note, expires_at as "expiresAt", created_by as "createdBy", ended_at as "endedAt", ended_because as "endedBecause"`;

/** What an exemption is about and where it holds. */
export interface ExemptionAim {
  subject: { kind: Exemption["subjectKind"]; id: string };
  scope: ExemptionScope;
  conditions: readonly ExemptionCondition[];
}

/** An exemption that is to be: who decided what, where, why and until when. */
export interface NewExemption extends ExemptionAim {
  reopenOn: readonly ReopenCause[];
  reason: ExemptionReason;
  note: string;
  expiresAt: Date | null;
  by: { name: string; id: string | null };
  at: Date;
}

/** One decision at a time is laid over findings and verdicts; whoever brings new ones shares the lock. */
const LOCK = 727_274_340;

/** Waits until no scan and no import is being saved, and keeps them from it until the transaction ends. */
export async function lockExemptions(executor: Executor): Promise<void> {
  await execute(sql`select pg_advisory_xact_lock(${LOCK})`, executor);
}

/** Keeps exemptions from being made or ended while new findings are saved: each sees the other whole. */
export async function holdExemptions(executor: Executor): Promise<void> {
  await execute(sql`select pg_advisory_xact_lock_shared(${LOCK})`, executor);
}

/** Adds an exemption. Null when one for exactly the same is in force. */
export async function insertExemption(executor: Executor, exemption: NewExemption): Promise<string | null> {
  const id = newId();
  const { subject, scope, conditions, reason, note, expiresAt, by, at } = exemption;
  const inserted = await execute(
    sql`insert into exemption (id, subject_kind, subject, root_id, repository_id, resource_id, item, package_name, conditions, is_narrow,
          reopen_on, reason, note, expires_at, created_by, created_by_id, created_at)
        values (${id}, ${subject.kind}, ${subject.id}, ${scope.rootId}, ${scope.repositoryId}, ${scope.resourceId}, ${scope.item},
          ${scope.packageName}, ${JSON.stringify(conditions)}, ${isNarrowScope(scope, conditions)}, ${[...exemption.reopenOn]},
          ${reason}, ${note}, ${expiresAt}, ${by.name}, ${by.id}, ${at})
        on conflict do nothing`,
    executor,
  );
  return inserted === 0 ? null : id;
}

/** Keeps what a later change of the flaw is held against. */
export async function setBaseline(executor: Executor, id: string, baseline: Baseline): Promise<void> {
  await execute(sql`update exemption set baseline = ${JSON.stringify(baseline)} where id = ${id}`, executor);
}

/** An exemption, locked for the transaction. */
export function findExemption(executor: Executor, id: string): Promise<Exemption | undefined> {
  return selectFirst(Row, sql`select ${columns} from exemption where id = ${id} for update`, executor);
}

/** Marks an exemption as over. `by` is null unless a person ended it. */
export async function endExemptionRow(
  executor: Executor,
  id: string,
  end: { at: Date; by: string | null; because: EndCause },
): Promise<void> {
  await execute(
    sql`update exemption set ended_at = ${end.at}, ended_by = ${end.by}, ended_because = ${end.because}
         where id = ${id} and ended_at is null`,
    executor,
  );
}

/** Exemptions whose time is over and that nobody has ended yet, oldest first. */
export function expiredExemptions(executor: Executor, now: Date): Promise<Exemption[]> {
  return selectRows(
    Row,
    sql`select ${columns} from exemption where ended_at is null and expires_at <= ${now} order by expires_at, id limit 100
        for update skip locked`,
    executor,
  );
}

/**
 * Exemptions in force that asked to end when a fix appears, when the flaw is exploited or when its severity rises, and for
 * which that is so now, with the first such cause.
 */
export function reopenedExemptions(executor: Executor): Promise<(Exemption & { because: ReopenCause })[]> {
  return selectRows(
    Row.extend({ because: ReopenCause }),
    sql`select * from (
          select e.*, case
              when 'exploited' = any(e."reopenOn") and not (e.baseline ->> 'isExploited')::boolean and f.is_exploited then 'exploited'
              when 'severity' = any(e."reopenOn") and f.severity_rank > (e.baseline ->> 'severityRank')::int then 'severity'
              when 'fix' = any(e."reopenOn") and f.has_new_fix then 'fix' end as because
            from (select ${columns} from exemption
                   where subject_kind = 'vulnerability' and ended_at is null and cardinality(reopen_on) > 0) e
            cross join lateral (
              select bool_or(v.kev_added_at is not null) as is_exploited, max(greatest(v.severity_rank, c.severity_rank)) as severity_rank,
                     bool_or(c.has_new_fix) as has_new_fix
                from vulnerability v left join lateral (
                  select max(pa.severity_rank) as severity_rank,
                         bool_or(pa.fixed_version is not null and (not x.was_fixable or not (e.baseline ->> 'isFixable')::boolean)) as has_new_fix
                    from (select vulnerability_id, package_version_id, was_fixable from exempted_package where exemption_id = e.id
                          union all
                          select vulnerability_id, package_version_id, was_fixable from exempted_finding where exemption_id = e.id) x
                    join package_advisory pa on pa.vulnerability_id = x.vulnerability_id and pa.package_version_id = x.package_version_id
                   where x.vulnerability_id = v.id) c on true
               where v.key = e.subject or v.aliases @> array[e.subject]) f) found
         where because is not null order by id`,
    executor,
  );
}

/** The exemptions of one kind of subject that hold at `now`, as rows of the table. */
export function exemptionsInForce(kind: Exemption["subjectKind"], now: Date): Statement {
  return sql`select * from exemption where subject_kind = ${kind} and ended_at is null and (expires_at is null or expires_at > ${now})`;
}

/** An exemption that is not saved yet as a row of the table, so that what it would do is asked of the same statements. */
export function unsavedExemption({ subject, scope, conditions }: ExemptionAim): Statement {
  return sql`select ${newId()}::uuid as id, ${subject.kind}::text as subject_kind, ${subject.id}::text as subject, ${scope.rootId}::uuid as root_id,
    ${scope.repositoryId}::uuid as repository_id, ${scope.resourceId}::text as resource_id, ${scope.item}::text as item,
    ${scope.packageName}::text as package_name, ${JSON.stringify(conditions)}::jsonb as conditions,
    ${isNarrowScope(scope, conditions)}::boolean as is_narrow, 'infinity'::timestamptz as created_at`;
}
