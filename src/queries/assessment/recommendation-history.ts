import { z } from "zod";
import { recommendationKinds } from "#domain/recommendation.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { ChoiceParam, OptionalText, TextParam } from "#queries/list/search-params.ts";
import { selectRows, sql } from "#store/sql.ts";
import { groupFilters } from "./recommendation-list.ts";
import { shownEstate } from "./shown-estate.ts";

export const RecommendationHistoryParams = z.object({
  id: TextParam.pipe(z.string().min(1)),
  kind: ChoiceParam(["any", ...recommendationKinds], "any"),
  environment: OptionalText,
  owner: OptionalText,
});

const DAYS = 30;
const CHANGES = 50;

const Day = z.object({
  day: z.string(),
  unhealthy: z.number(),
  unknown: z.number(),
  healthy: z.number(),
  exempt: z.number(),
});

const Change = z.object({
  at: IsoColumn,
  rootId: z.string(),
  rootName: z.string(),
  name: z.string(),
  resourceId: z.string(),
  from: z.string().nullable(),
  to: z.string(),
  cause: z.string(),
});

export interface RecommendationHistory {
  /** The last 30 UTC days that were kept, oldest first, under the filters. */
  days: z.infer<typeof Day>[];
  /** The newest changes of a resource's status, whatever the filters. */
  changes: z.infer<typeof Change>[];
}

/** How a rule's counts went day by day, and who moved last. */
export async function recommendationHistory(actor: Actor, input: unknown): Promise<RecommendationHistory> {
  requireRole(actor, "viewer");
  const params = RecommendationHistoryParams.parse(input);
  const [days, changes] = await Promise.all([
    selectRows(
      Day,
      sql`select to_char(c.day, 'YYYY-MM-DD') as day, sum(c.unhealthy)::int as unhealthy, sum(c.unknown + c.manual)::int as unknown,
            sum(c.healthy)::int as healthy, sum(c.exempt)::int as exempt
            from rule_count_day c where c.rule_id = ${params.id} and c.day > (now() at time zone 'utc')::date - ${DAYS}::int and ${groupFilters(params, actor)}
           group by c.day order by c.day`,
    ),
    selectRows(
      Change,
      sql`select h.at, h.root_id as "rootId", s.name as "rootName", coalesce(re.name, s.name) as name, h.resource_id as "resourceId", h.from_status as "from",
            h.to_status as "to", h.cause
            from status_history h join resource_summary s on s.root_id = h.root_id
            left join repository re on re.registry_id = h.root_id and re.id::text = h.resource_id
           where h.from_status is not null and h.rule_id = ${params.id} and h.at > now() - ${DAYS} * interval '1 day' and h.resource_id not like 'sha256:%'
             and ${shownEstate(sql`s.is_demo`)}
           order by h.at desc, h.id limit ${CHANGES}`,
    ),
  ]);
  return { days, changes };
}
