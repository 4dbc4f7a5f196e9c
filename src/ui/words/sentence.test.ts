import { describe, expect, it } from "vitest";
import { sentence, sentences } from "./sentence.ts";

describe("text from elsewhere ends with one mark", () => {
  it.each([
    ["Check the spelling.", "Check the spelling."],
    ["Check the spelling", "Check the spelling."],
    ["Check the spelling..", "Check the spelling."],
    ["Is it right?", "Is it right?"],
    ["cut …", "cut …"],
    ["  ", ""],
  ])("%s", (text, want) => expect(sentence(text)).toBe(want));

  it("joins several", () => expect(sentences(["One.", "two", ""])).toBe("One. two."));
});
