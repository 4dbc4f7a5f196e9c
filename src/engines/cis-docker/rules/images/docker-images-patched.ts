import { about } from "../../about-image.ts";
import { defineImageRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 4.4. */
export default defineImageRule({
  id: "docker-images-patched",
  title: "Images are scanned and patched",
  failedTitle: "An image has fixable vulnerabilities or no recent scan",
  references: [
    { framework: "CIS Docker 1.8.0", control: "4.4", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "4.4", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "4.4", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "4.4", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "known vulnerabilities run in production",
  rationale: "A fix that exists but is not installed is the easiest way in.",
  needs: ["image scan"],
  remediation: (item) =>
    `Rebuild ${item} on a current base with upgraded packages; its page lists the versions to move to.`,
  passed: "Images in use are scanned and patched.",
  failed: "images in use lack fixes or a recent scan",
  assess: (image, { facts, policy, now }) => {
    if (!image.isUsed) return null;
    const expected = `scanned in the last ${policy.scanMaximumAgeDays} days, nothing critical or high that can be fixed`;
    const scan = facts.scanOf(image);
    if (!scan?.assessed)
      return { status: "unknown", readings: [about(image, "image scan", "never scanned", expected)] };
    const ageDays = (now.getTime() - Date.parse(scan.scannedAt)) / 86_400_000;
    const fixable = (scan.fixable.critical ?? 0) + (scan.fixable.high ?? 0);
    const isRight = fixable === 0 && ageDays <= policy.scanMaximumAgeDays;
    return {
      status: isRight ? "healthy" : "unhealthy",
      readings: [
        about(
          image,
          "image scan",
          `${fixable} critical or high can be fixed, scanned ${scan.scannedAt.slice(0, 10)}`,
          expected,
        ),
      ],
    };
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ scan: { fixable: { critical: 1 } } }),
      example({ scan: { scannedAt: "2026-01-01T00:00:00Z" } }),
    ],
    unknown: [example({ scan: null })],
  }),
});
