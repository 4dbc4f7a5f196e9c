import { about } from "../../about-image.ts";
import { defineImageRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 4.6. */
export default defineImageRule({
  id: "docker-image-healthcheck",
  title: "Images have a health check",
  failedTitle: "An image has no health check",
  references: [
    { framework: "CIS Docker 1.8.0", control: "4.6", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "4.6", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "4.6", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "4.6", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "availability signal",
  rationale: "Without one, the engine cannot tell a hung program from a healthy one.",
  needs: ["image Config.Healthcheck"],
  remediation: (item) => `Add a HEALTHCHECK to the Dockerfile of ${item} and build it again.`,
  passed: "Every image has a health check.",
  failed: "images have no health check",
  assess: (image) => {
    if (image.isKubernetes) return null;
    const reading = (actual: string) => about(image, "Config.Healthcheck.Test", actual, "a check");
    if (!image.isInspected) return { status: "unknown", readings: [reading("the image was not inspected")] };
    const test = image.healthcheck ?? [];
    const hasCheck = test.length > 0 && test[0] !== "NONE";
    return {
      status: hasCheck ? "healthy" : "unhealthy",
      readings: [reading(hasCheck ? test.join(" ") : "no check")],
    };
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ imageConfig: { Healthcheck: null } }),
      example({ imageConfig: { Healthcheck: { Test: ["NONE"] } } }),
    ],
    notApplicable: [
      example({ config: { Labels: { "io.kubernetes.pod.name": "p" } }, imageConfig: { Healthcheck: null } }),
    ],
    unknown: [example({ without: ["imagesList"] }), example({ without: ["imagesInspect"] })],
  }),
});
