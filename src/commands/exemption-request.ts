import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import {
  conditionFields,
  ExemptionCondition,
  ExemptionReason,
  ExemptionScope,
  ReopenCause,
} from "#domain/exemption.ts";
import type { ExemptionAim } from "#store/exemption/exemption.ts";
import { type Executor, type Statement, selectFirst, sql } from "#store/sql.ts";

/** What an exemption is about and where it holds: all that a preview needs. */
export const ExemptionTarget = z.object({
  subject: z.object({ kind: z.enum(["rule", "vulnerability"]), id: z.string().trim().min(1).max(400) }),
  /** Left out or empty: everywhere, also in what comes later. */
  scope: ExemptionScope.partial().default({}),
  conditions: z.array(ExemptionCondition).max(20).default([]),
});
export type ExemptionTarget = z.infer<typeof ExemptionTarget>;

/** A target, with more of them that are decided in one: a selection. */
export const ExemptionTargets = ExemptionTarget.extend({ also: z.array(ExemptionTarget).max(199).default([]) });

export const ExemptionRequest = ExemptionTargets.extend({
  reason: ExemptionReason,
  note: z.string().trim().min(1, "say why, so that whoever reads it later can judge").max(2000),
  /** Null = until somebody ends it. */
  expiresAt: z.iso.datetime({ offset: true }).nullable(),
  /** What ends it before its time. For vulnerabilities. */
  reopenOn: z.array(ReopenCause).max(3).default([]),
});
export type ExemptionRequest = z.infer<typeof ExemptionRequest>;

/** A fault of one value of the request, as the form shows it beside its field. */
export const requestFault = (pointer: string, detail: string) =>
  new AppError("validation-failed", `Some values are not usable: ${pointer.slice(1)} ${detail}.`, {
    faults: [{ pointer, detail }],
  });

/**
 * Holds a request against what is stored: the subject exists (a vulnerability by any of its names), the scope names things that
 * exist and belong together, and every part fits the kind of subject. Returns subject and scope in full.
 */
export async function checkedTarget(executor: Executor, target: ExemptionTarget): Promise<ExemptionAim> {
  const scope = ExemptionScope.parse(target.scope);
  const { kind } = target.subject;
  if (kind === "rule" && scope.packageName !== null) throw requestFault("/scope/packageName", "is for vulnerabilities");
  if (kind === "vulnerability" && scope.item !== null) throw requestFault("/scope/item", "is for rules");
  const known: readonly string[] = conditionFields[kind];
  target.conditions.forEach(({ field }, at) => {
    if (!known.includes(field))
      throw requestFault(`/conditions/${at}/field`, `must be one of ${known.join(", ")} for a ${kind}`);
  });
  const id = await subjectId(executor, target.subject);
  await requireScope(executor, scope);
  if (kind === "rule" && scope.item !== null)
    await requireItem(executor, { ruleId: id, rootId: scope.rootId, item: scope.item });
  return { subject: { kind, id }, scope, conditions: target.conditions };
}

async function subjectId(executor: Executor, { kind, id }: ExemptionTarget["subject"]): Promise<string> {
  const row = await selectFirst(
    z.object({ id: z.string() }),
    kind === "rule"
      ? sql`select id from rule where id = ${id} and retired is null`
      : sql`select key as id from vulnerability where key = ${id} or aliases @> array[${id}] order by key = ${id} desc limit 1`,
    executor,
  );
  if (!row) throw new AppError("not-found", kind === "rule" ? `There is no rule ${id}.` : `No advisory names ${id}.`);
  return row.id;
}

async function requireScope(executor: Executor, { rootId, repositoryId, resourceId }: ExemptionScope): Promise<void> {
  if (repositoryId !== null && rootId === null) throw requestFault("/scope/rootId", "is needed with a repository");
  if (rootId !== null) {
    await requireRow(executor, {
      pointer: "/scope/rootId",
      detail: "names no connected registry and no host",
      found: sql`select 1 as found from registry where id = ${rootId} and deleted_at is null
                 union all select 1 from host where id = ${rootId} and removed_at is null limit 1`,
    });
  }
  if (repositoryId !== null) {
    await requireRow(executor, {
      pointer: "/scope/repositoryId",
      detail: "names no repository of this registry",
      found: sql`select 1 as found from repository where registry_id = ${rootId} and id = ${repositoryId}`,
    });
  }
  if (resourceId !== null) {
    await requireRow(executor, {
      pointer: "/scope/resourceId",
      detail: "names no image there",
      found: sql`select 1 as found from placement where digest = decode(${resourceId.slice(7)}, 'hex')
                    and (${rootId}::uuid is null or registry_id = ${rootId}) and (${repositoryId}::uuid is null or repository_id = ${repositoryId}) limit 1`,
    });
  }
}

async function requireRow(
  executor: Executor,
  { pointer, detail, found }: { pointer: string; detail: string; found: Statement },
): Promise<void> {
  if (!(await selectFirst(z.object({ found: z.number() }), found, executor))) throw requestFault(pointer, detail);
}

async function requireItem(
  executor: Executor,
  { ruleId, rootId, item }: { ruleId: string; rootId: string | null; item: string },
): Promise<void> {
  const found = await selectFirst(
    z.object({ found: z.number() }),
    sql`select 1 as found from assessment a join assessment_finding f on f.root_id = a.root_id and f.assessment_id = a.id
         where ${rootId === null ? sql`true` : sql`a.root_id = ${rootId}`} and a.rule_id = ${ruleId} and f.title = ${item} limit 1`,
    executor,
  );
  if (!found)
    throw new AppError("conflict", "The rule does not name this item any more. Reload the page to see its items.");
}
