import { expect, test } from "vitest";
import { assessRepository, type TaggedImage } from "./assess-repository.ts";

const image = (status: TaggedImage["status"], more: Partial<TaggedImage> = {}): TaggedImage => ({
  digest: `sha256:${"0".repeat(64)}`,
  tags: ["1.0"],
  platform: "linux/amd64",
  status,
  severity: "high",
  reason: `because ${status}`,
  ...more,
});

test.each<[string, TaggedImage[], string, string]>([
  ["no tagged image", [], "notApplicable", "No image of it has a tag"],
  ["one healthy", [image("healthy")], "healthy", "Its tagged image is healthy"],
  ["all healthy", [image("healthy"), image("healthy")], "healthy", "All 2 tagged images are healthy"],
  [
    "one unhealthy beside healthy ones",
    [image("healthy"), image("unhealthy")],
    "unhealthy",
    "1 of 2 tagged images is unhealthy",
  ],
  ["unhealthy beats unknown", [image("unknown"), image("unhealthy")], "unhealthy", "1 of 2 tagged images is unhealthy"],
  [
    "unknown is never healthy",
    [image("healthy"), image("unknown")],
    "unknown",
    "1 of 2 tagged images could not be judged: because unknown",
  ],
  [
    "several gaps",
    [image("unknown", { reason: "a" }), image("unknown", { reason: "b" })],
    "unknown",
    "2 of 2 tagged images could not be judged",
  ],
  ["exempt beside healthy", [image("exempt"), image("healthy")], "healthy", "All 2 tagged images are healthy"],
  [
    "only what the rule does not look at",
    [image("notApplicable")],
    "notApplicable",
    "No tagged image is what the rule looks at",
  ],
])("%s", (_, images, status, reason) => {
  expect(assessRepository("image-x", images)).toMatchObject({ ruleId: "image-x", status, reason });
});

test("the worst image comes first and gives the severity", () => {
  const verdict = assessRepository("image-x", [
    image("unhealthy", { tags: ["b", "latest"], severity: "medium", digest: "sha256:b" }),
    image("unhealthy", { tags: ["a"], severity: "critical", digest: "sha256:a" }),
  ]);
  expect(verdict.severity).toBe("critical");
  expect(verdict.findings.map(({ title }) => title)).toEqual([
    "a (linux/amd64): because unhealthy",
    "b and 1 more (linux/amd64): because unhealthy",
  ]);
});
