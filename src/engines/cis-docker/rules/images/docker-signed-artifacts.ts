import { about } from "../../about-image.ts";
import { defineImageRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 4.12. */
export default defineImageRule({
  id: "docker-signed-artifacts",
  title: "Signatures of images are validated",
  failedTitle: "Signatures of images are not validated",
  references: [
    { framework: "CIS Docker 1.8.0", control: "4.12", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "4.12", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "4.12", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "supply chain",
  rationale: "A signature tells that an image comes from whom it claims to.",
  needs: ["signature results", "signature policy of the site"],
  confirms: "how signatures are validated",
  remediation: (item) =>
    `Sign ${item} (cosign or notation), name the trusted identity for this site and refuse unsigned images at deployment.`,
  passed: "Every image in use has a trusted signature.",
  failed: "images in use have no valid signature",
  unconfirmed: "No signature policy is set for this site: confirm how images are validated.",
  assess: (image, { facts, policy }) => {
    if (!image.isUsed) return null;
    const signature = facts.scanOf(image)?.signature ?? "none";
    const expected = "a signature of a trusted identity";
    if (signature === "failed" || (signature === "none" && policy.requireSignatures))
      return { status: "unhealthy", readings: [about(image, "signature", signature, expected)] };
    if (signature === "verified" && policy.enforcedSignatures)
      return { status: "healthy", readings: [about(image, "signature", signature, expected)] };
    return {
      status: "manual",
      readings: [about(image, "signature", signature === "none" ? "no signature known" : signature, expected)],
    };
  },
  examples: () => ({
    manual: [example()],
    unhealthy: [example({ scan: { signature: "failed" } })],
    unknown: [example({ without: ["imagesList"] })],
  }),
});
