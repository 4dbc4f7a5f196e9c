import { healthy, notApplicable, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineHostRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { isFailed } from "../../facts.ts";
import { topLevelImages } from "../../image-facts.ts";

/** CIS Docker 1.8.0, control 6.1. */
export default defineHostRule({
  id: "docker-image-sprawl",
  title: "Unused images are cleaned up",
  failedTitle: "Unused images pile up",
  references: [
    { framework: "CIS Docker 1.8.0", control: "6.1", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "6.1", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "6.1", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "6.1", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "old vulnerable images lie around",
  rationale: "Old images fill the disk and get started by mistake, without the fixes since.",
  needs: ["GET /images/json", "GET /containers/json?all=1"],
  remediation: (item) => `Remove what no container uses on ${item}: docker image prune --all --filter "until=720h"`,
  scope: "image",
  assess: ({ facts, policy, now }) => {
    const list = facts.evidence.imagesList;
    if (!list || !facts.images || isFailed(list))
      return unknown("The list of images", "Give the agent access to the Docker socket.");
    if (list.length === 0) return notApplicable("No image is on this host.");
    if (!facts.containers)
      return unknown("The list of containers, which use images", "Give the agent access to the Docker socket.");
    const limit = now.getTime() - policy.unusedAfterDays * 86_400_000;
    const left = facts.images.filter((image) => !image.isUsed);
    const unused = left.filter((image) => image.createdAt !== null && Date.parse(image.createdAt) < limit).length;
    const reclaimable = left.reduce((sum, image) => sum + image.sizeBytes, 0);
    const all = topLevelImages(facts.evidence) ?? [];
    const dangling = all.filter((image) => image.isDangling).length;
    const inUse = facts.images.filter((image) => image.isUsed).length;
    const item = facts.info?.Name ?? "this host";
    const readings = [
      {
        item,
        path: `unused for ${policy.unusedAfterDays} days`,
        pointer: "/imagesList",
        actual: `${unused} of ${all.length} images, ${inUse} in use, ${Math.round(reclaimable / 1e6)} MB without a container`,
        expected: `at most ${policy.maximumUnusedImages}`,
      },
      {
        item,
        path: "dangling images",
        pointer: "/imagesList",
        actual: `${dangling}`,
        expected: `at most ${policy.maximumDanglingImages}`,
      },
    ];
    const isRight = unused <= policy.maximumUnusedImages && dangling <= policy.maximumDanglingImages;
    return isRight
      ? healthy(`${all.length} images, ${inUse} in use.`, readings)
      : unhealthy("More unused images than this site allows.", readings);
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({
        images: Array.from({ length: 11 }, (_, index) => ({
          Id: `sha256:${index}`,
          RepoTags: [`old:${index}`],
          Created: 1_600_000_000,
        })),
      }),
    ],
    unknown: [example({ without: ["imagesList"] }), example({ without: ["containersInspect"] })],
  }),
});
