import { imageRules } from "#domain/image-rules.ts";
import type { ImageRule } from "../image-rule.ts";

const rule: ImageRule = {
  id: imageRules.assessed,
  title: "An image could be assessed",
  failedTitle: "An image could not be assessed",
  scope: "image",
  severity: "medium",
  severityReason: "what is not known has no findings",
  rationale:
    "An image that could not be read has no findings, and no findings must not look like none. This rule makes the gaps a result of their own, so that they are counted and can be closed.",
  needs: ["manifest", "layers", "package databases"],
  remediation: () =>
    "The reason beside the result says what to do: give the missing right to the registry's credential, push the image again when its layers are damaged, or build on a distribution that is known. A scan that failed for a passing cause can be started again on the image page.",
  logic:
    "Healthy when every layer and every package database was read and the distribution is known. Unhealthy when the last scan failed, was partial, or the distribution is not known. Unknown while the first scan waits or runs.",
  references: [{ framework: "CIS Docker 1.8.0", control: "4.4" }],
  examples: [
    { verdict: "unhealthy", text: "Layer 3 of 5 has another hash than the image configuration names." },
    { verdict: "healthy", text: "All 5 layers were read, 412 packages of Debian 12 were listed." },
    { verdict: "unknown", text: "The image was pushed a moment ago and its scan waits." },
  ],
};

export default rule;
