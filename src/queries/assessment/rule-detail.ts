import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { assessmentStatuses } from "#domain/assessment.ts";
import { requireRole } from "#domain/require-role.ts";
import { RootKind } from "#domain/resource.ts";
import type { Actor } from "#domain/role.ts";
import { RuleText } from "#domain/rule.ts";
import { type AsOf, asOf } from "#queries/list/as-of.ts";
import { BigIntColumn, IsoColumn } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { ChoiceParam, CursorParam, TextParam } from "#queries/list/search-params.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";

const effectiveStatuses = [...assessmentStatuses, "exempt"] as const;

export const RuleDetailParams = z.object({
  id: TextParam.pipe(z.string().min(1)),
  status: ChoiceParam(["any", ...effectiveStatuses], "any"),
  cursor: CursorParam,
});

const pageSize = 50;

const AssessmentRow = z.object({
  rootId: z.string(),
  rootName: z.string(),
  rootKind: RootKind,
  resourceId: z.string(),
  status: z.enum(effectiveStatuses),
  reason: z.string().nullable(),
  statusSince: IsoColumn,
  key: z.string(),
});
export type RuleAssessment = Omit<z.infer<typeof AssessmentRow>, "key">;

export interface RuleDetail {
  rule: RuleText;
  publishedAt: string;
  counts: Record<(typeof effectiveStatuses)[number], number>;
  assessments: RuleAssessment[];
  total: number;
  nextCursor: string | null;
  asOf: AsOf;
}

/** The words of a rule and the live resources it was held against. Throws `not-found` for an id that no engine published. */
export async function ruleDetail(actor: Actor, input: unknown): Promise<RuleDetail> {
  requireRole(actor, "viewer");
  const params = RuleDetailParams.parse(input);
  const row = await selectFirst(
    RuleText.extend({
      confirms: RuleText.shape.confirms.unwrap().nullish(),
      retired: RuleText.shape.retired.unwrap().nullish(),
      publishedAt: IsoColumn,
    }),
    sql`select id, engine, title, failed_title as "failedTitle", scope, area, confirms, severity, rationale, remediation, logic, refs as "references", examples, retired,
               published_at as "publishedAt" from rule where id = ${params.id}`,
  );
  if (!row)
    throw new AppError("not-found", `There is no rule ${params.id}. Rules are published when the worker starts.`);
  const { publishedAt, retired, confirms, ...words } = row;
  const [counts, page, freshness] = await Promise.all([countStatuses(params.id), loadAssessments(params), asOf()]);
  return {
    rule: { ...words, ...(confirms ? { confirms } : {}), ...(retired ? { retired } : {}) },
    publishedAt,
    counts,
    ...page,
    total:
      params.status === "any" ? Object.values(counts).reduce((sum, count) => sum + count, 0) : counts[params.status],
    asOf: freshness,
  };
}

async function countStatuses(ruleId: string): Promise<RuleDetail["counts"]> {
  const rows = await selectRows(
    z.object({ status: z.enum(effectiveStatuses), total: BigIntColumn }),
    sql`select status, count(*) as total from effective_assessment where rule_id = ${ruleId} group by 1`,
  );
  const counts: RuleDetail["counts"] = { healthy: 0, unhealthy: 0, unknown: 0, manual: 0, notApplicable: 0, exempt: 0 };
  for (const row of rows) counts[row.status] = Number(row.total);
  return counts;
}

async function loadAssessments(params: z.infer<typeof RuleDetailParams>) {
  const shape = `rule ${params.id} ${params.status}`;
  const after = decodeCursor(shape, params.cursor, z.tuple([z.string(), z.uuid(), z.string().regex(/^[0-9a-f]*$/)]));
  const rows = await selectRows(
    AssessmentRow,
    sql`select root_id as "rootId", root_name as "rootName", root_kind as "rootKind", resource_id as "resourceId", status, reason,
               status_since as "statusSince", encode(id, 'hex') as key
          from effective_assessment
         where rule_id = ${params.id} and ${params.status === "any" ? sql`true` : sql`status = ${params.status}`}
           and ${after ? sql`(status, root_id, id) > (${after[0]}, ${after[1]}::uuid, decode(${after[2]}, 'hex'))` : sql`true`}
         order by status, root_id, id limit ${pageSize + 1}`,
  );
  const page = rows.slice(0, pageSize);
  const last = rows.length > pageSize ? page.at(-1) : undefined;
  return {
    assessments: page.map(({ key: _key, ...assessment }) => assessment),
    nextCursor: last ? encodeCursor(shape, [last.status, last.rootId, last.key]) : null,
  };
}
