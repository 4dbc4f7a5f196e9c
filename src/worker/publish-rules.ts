import type { RuleText } from "#domain/rule.ts";
import { ruleTexts as dockerRules } from "#engines/cis-docker/assess.ts";
import { imageRuleTexts } from "#engines/image-scan/image-rule-texts.ts";
import { publishRuleTexts } from "#store/assessment/rule.ts";
import { transaction } from "#store/transaction.ts";

/** The words of each engine's rules; an engine that has none yet says so. */
const engines: Record<RuleText["engine"], () => RuleText[]> = {
  "image-scan": imageRuleTexts,
  "cis-docker": dockerRules,
  "aks-posture": () => [],
  "threat-detection": () => [],
};

/** Publishes the words of every engine's rules, so that pages and SQL can join them without knowing an engine. */
export async function publishRules(): Promise<void> {
  const rules = Object.values(engines).flatMap((textsOf) => textsOf());
  await transaction((tx) => publishRuleTexts(tx, rules));
}
