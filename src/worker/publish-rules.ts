import type { RuleText } from "#domain/rule.ts";
import { ruleTexts as dockerRules } from "#engines/cis-docker/assess.ts";
import { imageScanRules } from "#engines/image-scan/rules/all-rules.ts";
import { publishRuleTexts } from "#store/assessment/rule.ts";
import { transaction } from "#store/transaction.ts";

/** Publishes the words of every engine's rules, so that pages and SQL can join them without knowing an engine. */
export async function publishRules(): Promise<void> {
  const rules: RuleText[] = [...imageScanRules, ...dockerRules()];
  await transaction((tx) => publishRuleTexts(tx, rules));
}
