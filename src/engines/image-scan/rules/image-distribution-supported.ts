import { imageRules } from "#domain/image-rules.ts";
import type { ImageRule } from "../image-rule.ts";

const rule: ImageRule = {
  id: imageRules.distribution,
  title: "The distribution of an image is supported",
  failedTitle: "The distribution of an image is no longer supported",
  scope: "image",
  severity: "high",
  severityReason: "no fixes and often no advisories any more",
  rationale:
    "After its end of life a distribution gets no security fixes, and often no advisories either: an image on it looks better than it is, because nobody writes down its flaws any more.",
  needs: ["/etc/os-release", "end of support of releases"],
  remediation: () =>
    "Move the image to a release that is still supported: change the FROM line, rebuild and push. Where that takes time, buy or enable the vendor's extended support and say so in an exemption with an end date.",
  logic:
    "Compares the end of support of the release that /etc/os-release names with the day of the scan. Unhealthy when it has passed. Unknown when the distribution or its end of support is not known. Not applicable when the image holds no distribution.",
  references: [{ framework: "CIS Docker 1.8.0", control: "4.2" }],
  examples: [
    { verdict: "unhealthy", text: "Debian 10 (buster): support ended on 2024-06-30." },
    { verdict: "healthy", text: "Debian 12 (bookworm) before the end of its support." },
    { verdict: "notApplicable", text: "An image from scratch that holds one static binary." },
  ],
};

export default rule;
