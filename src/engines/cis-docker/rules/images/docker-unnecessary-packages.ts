import { about } from "../../about-image.ts";
import { defineImageRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 4.3. */
export default defineImageRule({
  id: "docker-unnecessary-packages",
  title: "Images hold only what they need",
  failedTitle: "An image holds packages that it does not need",
  references: [
    { framework: "CIS Docker 1.8.0", control: "4.3", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "4.3", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "4.3", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "4.3", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "fewer packages, fewer vulnerabilities",
  rationale: "Compilers, shells and network tools in an image are tools for an intruder.",
  needs: ["image scan"],
  confirms: "that the packages found are needed",
  remediation: (item, reading) =>
    `Remove ${reading?.actual ?? "the packages"} from ${item}: use a slim or distroless base, or purge them in the same RUN that needed them.`,
  passed: "No image holds tools of the list.",
  failed: "images hold unnecessary packages",
  unconfirmed: "Images hold tools that an intruder could use: confirm that they are needed.",
  assess: (image, { facts, policy }) => {
    const expected = "none of the tools on the site's list";
    const scan = facts.scanOf(image);
    if (!scan?.assessed)
      return { status: "unknown", readings: [about(image, "image scan", "never scanned", expected)] };
    const found = scan.packages.filter((name) => policy.unnecessaryPackages.includes(name));
    return {
      status: found.length > 0 ? "manual" : "healthy",
      readings: [about(image, "image scan: packages", found.join(", ") || "none of them", expected)],
    };
  },
  examples: () => ({
    healthy: [example()],
    manual: [example({ scan: { packages: ["curl", "gcc"] } })],
    unknown: [example({ scan: null })],
  }),
});
