import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { indexPath, renderIndex, ruleFiles } from "../../../scripts/generate-rules.mjs";
import { wordFaults } from "../kit/catalogue-police.ts";
import { imageRuleTexts } from "./image-rule-texts.ts";
import { rules } from "./rules/index.ts";

test("the index names every file, every rule has its words, and no two have the same", () => {
  expect(readFileSync(indexPath("image-scan"), "utf8")).toBe(renderIndex("image-scan"));
  const files = ruleFiles("image-scan").map((file) => path.basename(file, ".ts"));
  expect(wordFaults(rules, files)).toEqual([]);
});

test("words are published with the state that failed, the scope and the area", () => {
  expect(imageRuleTexts()).toContainEqual(
    expect.objectContaining({
      id: "image-vulnerabilities-remediated",
      title: "Vulnerabilities in images are remediated",
      failedTitle: "An image has open vulnerabilities",
      scope: "image",
      area: "Images",
    }),
  );
});
