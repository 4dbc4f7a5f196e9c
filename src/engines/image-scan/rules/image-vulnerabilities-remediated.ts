import { imageRules } from "#domain/image-rules.ts";
import type { ImageRule } from "../image-rule.ts";

const rule: ImageRule = {
  id: imageRules.vulnerabilities,
  title: "Vulnerabilities in images are remediated",
  failedTitle: "An image has open vulnerabilities",
  scope: "image",
  severity: "high",
  severityReason: "known flaws are the shortest way in",
  rationale:
    "A known flaw in an installed package is the shortest way into a container. Every image that a registry holds can be pulled and run, so it is judged where it lies, before and after it runs anywhere.",
  needs: ["package databases", "advisories"],
  remediation: () =>
    "Open the image's fix plan: it names the smallest upgrade per package. Rebuild on a newer base image where the findings come from it, upgrade packages of your own layers, push, and the new image is judged within seconds. Where no fix exists, exempt the finding with a reason and an end date, or remove the package.",
  logic:
    "Unhealthy when a live place of the image has an open finding rated critical, high or medium, one that nobody has rated, or one that is known to be exploited. Healthy when it has none and the scan read everything on a distribution that can be judged; findings rated low or informational alone leave it healthy. Unknown otherwise: not scanned, the scan failed or was partial, or the distribution is not known. Hidden and exempt findings do not count.",
  references: [
    {
      framework: "Microsoft Defender for Cloud",
      control: "Container registry images should have vulnerability findings resolved",
    },
    { framework: "CIS Docker 1.8.0", control: "4.4" },
  ],
  examples: [
    {
      verdict: "unhealthy",
      text: "openssl 3.0.11-1~deb12u1 is installed and a high-rated CVE is fixed in 3.0.11-1~deb12u2.",
    },
    { verdict: "healthy", text: "Every file was read on Debian 12 and the only open finding is rated low." },
    {
      verdict: "unknown",
      text: "The image is built from scratch: it has no package database, so nothing is known about its system packages.",
    },
  ],
};

export default rule;
