import { about } from "../../about-image.ts";
import { defineImageRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 4.2. */
export default defineImageRule({
  id: "docker-trusted-base-images",
  title: "Images come from trusted places",
  failedTitle: "An image comes from a place that is not trusted",
  references: [
    { framework: "CIS Docker 1.8.0", control: "4.2", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "4.2", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "4.2", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "4.2", level: "Level 1" },
  ],
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
    // A tag can be given to anything by hand; the repositories that an image was pulled from cannot.
    const references = [...image.tags, ...image.repositories];
    const registries = references.map(registryOf);
    const expected =
      policy.allowedRegistries.length > 0
        ? `a registry of ${policy.allowedRegistries.join(", ")}`
        : "a registry that this site allows";
    const actual = registries[0] ?? "no registry";
    const isListed = (reference: string, list: readonly string[]) =>
      list.some((entry) => entry === registryOf(reference) || isWithin(reference, entry));
    if (references.some((reference) => isListed(reference, policy.deniedRegistries)))
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
      references.length > 0 && references.every((reference) => isListed(reference, policy.allowedRegistries));
    return { status: isAllowed ? "healthy" : "unhealthy", readings: [about(image, "RepoTags", actual, expected)] };
  },
  examples: () => ({
    manual: [example()],
    unknown: [example({ without: ["imagesList"] })],
  }),
});

/** Registry part of a reference, as Docker reads it: the first component if it has a dot, a colon or is localhost. */
function registryOf(reference: string): string {
  const first = reference.split("/")[0] ?? "";
  return reference.includes("/") && (/[.:]/.test(first) || first === "localhost") ? first : "docker.io";
}

/** True for a list entry that names a repository, or a folder of them: `registry.example/shop`. */
function isWithin(reference: string, entry: string): boolean {
  const name = reference.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  const full = registryOf(reference) === "docker.io" && !name.startsWith("docker.io/") ? `docker.io/${name}` : name;
  return entry.includes("/") && (full === entry || full.startsWith(`${entry.replace(/\/$/, "")}/`));
}
