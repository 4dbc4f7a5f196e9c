import type { RuleText } from "#domain/rule.ts";
import { type Executor, execute, sql } from "#store/sql.ts";

/** Writes the words of rules. Rules of these engines that are not among them are marked as retired, never removed. */
export async function publishRuleTexts(executor: Executor, rules: readonly RuleText[]): Promise<void> {
  for (const rule of [...rules].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    await execute(
      sql`insert into rule (id, engine, title, failed_title, scope, area, confirms, severity, rationale, remediation, logic, refs, examples, retired)
          values (${rule.id}, ${rule.engine}, ${rule.title}, ${rule.failedTitle}, ${rule.scope}, ${rule.area}, ${rule.confirms ?? null}, ${rule.severity},
            ${rule.rationale}, ${rule.remediation}, ${rule.logic}, ${JSON.stringify(rule.references)}, ${JSON.stringify(rule.examples)},
            ${rule.retired ? JSON.stringify(rule.retired) : null})
          on conflict (id) do update set engine = excluded.engine, title = excluded.title, failed_title = excluded.failed_title, scope = excluded.scope,
            area = excluded.area, confirms = excluded.confirms, severity = excluded.severity, rationale = excluded.rationale,
            remediation = excluded.remediation, logic = excluded.logic, refs = excluded.refs, examples = excluded.examples,
            retired = excluded.retired, published_at = now()
           where (rule.engine, rule.title, rule.failed_title, rule.scope, rule.area, rule.confirms, rule.severity, rule.rationale, rule.remediation,
               rule.logic, rule.refs, rule.examples, rule.retired)
             is distinct from (excluded.engine, excluded.title, excluded.failed_title, excluded.scope, excluded.area, excluded.confirms,
               excluded.severity, excluded.rationale, excluded.remediation, excluded.logic, excluded.refs, excluded.examples, excluded.retired)`,
      executor,
    );
  }
  const engines = [...new Set(rules.map((rule) => rule.engine))];
  await execute(
    sql`update rule set retired = jsonb_build_object('since', to_char(now() at time zone 'utc', 'YYYY-MM-DD'))
         where engine = any(${engines}::text[]) and id <> all(${rules.map((rule) => rule.id)}::text[]) and retired is null`,
    executor,
  );
}
