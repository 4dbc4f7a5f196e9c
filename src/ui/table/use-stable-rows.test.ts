import { describe, expect, it } from "vitest";
import { inOrder } from "./use-stable-rows.ts";

const rows = (...keys: string[]) => keys.map((key) => ({ key }));
const keysOf = (list: { key: string }[]) => list.map(({ key }) => key).join("");

describe("rows stay where they are while a pointer is over the list", () => {
  it.each([
    ["a new order", rows("c", "a", "b"), ["a", "b", "c"], "abc"],
    ["new rows come last, in their own order", rows("x", "a", "y", "b"), ["b", "a"], "baxy"],
    ["a row that is gone leaves no hole", rows("c", "a"), ["a", "b", "c"], "ac"],
    ["nothing known before", rows("b", "a"), [], "ba"],
  ])("%s", (_, now, kept, want) => expect(keysOf(inOrder(now, (row) => row.key, kept))).toBe(want));
});
