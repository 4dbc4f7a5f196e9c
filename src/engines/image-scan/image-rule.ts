import type { RuleText } from "#domain/rule.ts";
import type { RuleWords } from "../kit/rule.ts";

/** The words of a rule that an image is held against; its examples are written, an image being too large for one. */
export interface ImageRule extends RuleWords {
  logic: string;
  examples: RuleText["examples"];
}
