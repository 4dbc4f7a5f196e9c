import type { RuleText } from "#domain/rule.ts";
import { ruleTexts } from "../kit/rule-texts.ts";
import { rules } from "./rules/index.ts";

/** The words of the rules that an image is held against. */
export function imageRuleTexts(): RuleText[] {
  return ruleTexts({
    engine: "image-scan",
    rules,
    area: () => "Images",
    sampleItem: () => "IMAGE",
    examples: (rule) => rule.examples,
  });
}
