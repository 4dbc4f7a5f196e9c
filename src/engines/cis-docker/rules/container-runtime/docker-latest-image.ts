import type { ItemOutcome } from "../../../kit/item-rule.ts";
import type { Container } from "../../container-facts.ts";
import { defineContainerRule, type RuleContext } from "../../define-rule.ts";
import { example } from "../../example.ts";
import type { RegistryTagFact } from "../../facts.ts";
import { read } from "../../read.ts";

const DAY_MS = 86_400_000;

/** CIS Docker 1.8.0, control 5.28. */
export default defineContainerRule({
  id: "docker-latest-image",
  title: "Containers run the current version of their image",
  failedTitle: "A container runs an outdated version of its image",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.28", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.28", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.28", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.27", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "stale images",
  rationale: "An old image lacks the fixes that its tag has received since.",
  needs: ["image digests in the registry"],
  confirms: "that the images listed are the current ones",
  remediation: (item) =>
    `Pull the image of ${item} again and create the container from it, or pin the digest you tested.`,
  passed: "Every container runs what its tag points to.",
  failed: "containers run an outdated image",
  unconfirmed: "Not known to be what their tags point to: confirm that these images are current.",
  assess: (container, context) => {
    const reference = container.inspect.Config.Image ?? "";
    const image = context.facts.images?.find((candidate) => candidate.id === container.inspect.Image);
    if (reference.includes("@sha256:"))
      return read(container, {
        path: "Config.Image",
        actual: reference,
        expected: "pinned by digest, or the digest its tag points to now",
        isRight: true,
      });
    const tags = context.facts.evidence.registryTags ?? {};
    const tag = Object.hasOwn(tags, reference) ? tags[reference] : undefined;
    if (tag) return againstTag(container, { tag, digests: image?.digests ?? [] }, context);
    if (image && image.digests.length === 0)
      return { status: "manual", readings: [reading(container, reference, "was built or loaded here")] };
    return { status: "manual", readings: [reading(container, reference, "its registry is not connected")] };
  },
  examples: () => ({
    healthy: [
      example({
        config: {
          Image: "registry.example/shop/web@sha256:b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2",
        },
      }),
      example({ tag: { digests: [`sha256:${"b2".repeat(32)}`] } }),
    ],
    unhealthy: [example({ tag: { digests: [`sha256:${"c3".repeat(32)}`], movedAt: "2026-09-01T00:00:00Z" } })],
    manual: [
      example(),
      example({ image: { RepoDigests: [] } }),
      example({ tag: { digests: [`sha256:${"c3".repeat(32)}`], movedAt: "2026-11-15T00:00:00Z" } }),
      example({ tag: { digests: [`sha256:${"c3".repeat(32)}`] } }),
    ],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});

/** What runs, under every name the engine has for it, against what the tag points to now. */
function againstTag(
  container: Container,
  { tag, digests }: { tag: RegistryTagFact; digests: string[] },
  { policy, now }: RuleContext,
): ItemOutcome {
  const { Image, ImageManifestDescriptor } = container.inspect;
  const running = [ImageManifestDescriptor?.digest, Image, ...digests].filter((digest) => typeof digest === "string");
  const isCurrent = running.some((digest) => tag.digests.includes(digest));
  const days = tag.movedAt ? Math.floor((now.getTime() - Date.parse(tag.movedAt)) / DAY_MS) : null;
  const moved = isCurrent
    ? ""
    : days === null
      ? ", which the tag no longer points to"
      : `, the tag moved ${days} d ago`;
  const isOutdated = !isCurrent && days !== null && days > policy.tagMovedDays;
  return {
    status: isCurrent ? "healthy" : isOutdated ? "unhealthy" : "manual",
    readings: [
      {
        item: container.name,
        path: `${container.inspect.Config.Image} in its registry`,
        pointer: "/registryTags",
        actual: `${running.at(-1) ?? "an image without a digest"}${moved}`,
        expected: `${tag.digests[0]}, as of ${tag.asOf.slice(0, 16)}Z`,
      },
    ],
  };
}

function reading(container: Container, reference: string, why: string) {
  return {
    item: container.name,
    path: "Config.Image",
    pointer: `${container.pointer}/Config/Image`,
    actual: `${reference} (${why})`,
    expected: "pinned by digest, or the digest its tag points to now",
  };
}
