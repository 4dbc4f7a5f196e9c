import { about } from "../../about-image.ts";
import { defineImageRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 4.2. */
export default defineImageRule({
  id: "docker-trusted-base-images",
  title: "Images come from trusted places",
  controls: { "1.8.0": "4.2", "1.7.0": "4.2", "1.6.0": "4.2", "1.2.0": "4.2" },
  level: 1,
  severity: "medium",
  severityReason: "supply chain",
  rationale: "An image from an unknown place can hold anything.",
  needs: ["image references", "allowed registries of the site"],
  confirms: "that the images come from places you trust",
  remediation: (item) =>
    `Rebuild ${item} from an image of an allowed registry, or put its registry on the allowed list of this site.`,
  passed: "Every image comes from an allowed registry.",
  failed: "images come from places that are not allowed",
  unconfirmed: "No allowed registries are set, or images were built here: confirm where they come from.",
  assess: (image, { policy }) => {
    const registries = image.tags.map(registryOf);
    const expected =
      policy.allowedRegistries.length > 0
        ? `a registry of ${policy.allowedRegistries.join(", ")}`
        : "a registry that this site allows";
    const actual = registries[0] ?? "no registry";
    if (registries.some((registry) => policy.deniedRegistries.includes(registry)))
      return { status: "unhealthy", readings: [about(image, "RepoTags", actual, expected)] };
    if (policy.allowedRegistries.length === 0 || image.digests.length === 0)
      return {
        status: "manual",
        readings: [
          about(
            image,
            "RepoTags",
            image.digests.length === 0 ? `${image.name} (built or loaded here)` : actual,
            expected,
          ),
        ],
      };
    const isAllowed =
      registries.length > 0 && registries.every((registry) => policy.allowedRegistries.includes(registry));
    return { status: isAllowed ? "healthy" : "unhealthy", readings: [about(image, "RepoTags", actual, expected)] };
  },
  examples: {
    manual: [example()],
    unknown: [example({ without: ["imagesList"] })],
  },
});

/** Registry part of a reference, as Docker reads it: the first component if it has a dot, a colon or is localhost. */
function registryOf(reference: string): string {
  const first = reference.split("/")[0] ?? "";
  return reference.includes("/") && (/[.:]/.test(first) || first === "localhost") ? first : "docker.io";
}
