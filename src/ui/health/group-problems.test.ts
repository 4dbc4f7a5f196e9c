import { expect, it } from "vitest";
import { groupProblems } from "./group-problems.ts";

const feed = (name: string) => ({
  what: `The feed ${name} failed`,
  detail: name,
  fix: "Check the network.",
  href: "/a",
});
const worker = { what: "No worker", detail: "", fix: "Start one.", href: null };

it("makes one banner of problems that are mended in the same way", () => {
  const groups = groupProblems([worker, feed("one"), feed("two"), feed("three")]);
  expect(groups.map(({ first, others }) => [first.what, others.length])).toEqual([
    ["No worker", 0],
    ["The feed one failed", 2],
  ]);
});
