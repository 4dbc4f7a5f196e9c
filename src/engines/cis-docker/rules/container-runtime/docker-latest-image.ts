import type { Container } from "../../container-facts.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.28. */
export default defineContainerRule({
  id: "docker-latest-image",
  title: "Containers run the current version of their image",
  controls: { "1.8.0": "5.28", "1.7.0": "5.28", "1.6.0": "5.28", "1.2.0": "5.27" },
  level: 1,
  severity: "low",
  severityReason: "stale images",
  rationale: "An old image lacks the fixes that its tag has received since.",
  needs: ["image digests in the registry"],
  confirms: "that the images listed are the current ones",
  remediation: (item) =>
    `Pull the image of ${item} again and create the container from it, or pin the digest you tested.`,
  passed: "Every container runs what its tag points to.",
  failed: "containers run an outdated image",
  unconfirmed: "What the tags point to now is not known: confirm that these images are current.",
  assess: (container, { facts }) => {
    const reference = container.inspect.Config.Image ?? "";
    const image = facts.images?.find((candidate) => candidate.id === container.inspect.Image);
    if (reference.includes("@sha256:"))
      return read(container, {
        path: "Config.Image",
        actual: reference,
        expected: "pinned by digest, or the digest its tag points to now",
        isRight: true,
      });
    if (image && image.digests.length === 0)
      return { status: "manual", readings: [reading(container, reference, "was built or loaded here")] };
    return { status: "manual", readings: [reading(container, reference, "its registry is not connected")] };
  },
  examples: {
    healthy: [
      example({
        config: {
          Image: "registry.example/shop/web@sha256:b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2",
        },
      }),
    ],
    manual: [example(), example({ image: { RepoDigests: [] } })],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  },
});

function reading(container: Container, reference: string, why: string) {
  return {
    item: container.name,
    path: "Config.Image",
    pointer: `${container.pointer}/Config/Image`,
    actual: `${reference} (${why})`,
    expected: "pinned by digest, or the digest its tag points to now",
  };
}
