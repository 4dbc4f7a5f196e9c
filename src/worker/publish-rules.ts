import { ruleTexts as dockerRules } from "#engines/cis-docker/assess.ts";
import { imageRuleTexts } from "#engines/image-scan/image-rule-texts.ts";
import { publishRuleTexts } from "#store/assessment/rule.ts";
import { transaction } from "#store/transaction.ts";

/** Publishes the words of every engine's rules, so that pages and SQL can join them without knowing an engine. */
export async function publishRules(): Promise<void> {
  const rules = [...imageRuleTexts(), ...dockerRules()];
  await transaction((tx) => publishRuleTexts(tx, rules));
}
