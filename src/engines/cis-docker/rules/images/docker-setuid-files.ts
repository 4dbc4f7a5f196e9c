import { about } from "../../about-image.ts";
import { defineImageRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 4.8. */
export default defineImageRule({
  id: "docker-setuid-files",
  title: "Images hold no set-user-id programs",
  controls: { "1.8.0": "4.8", "1.7.0": "4.8", "1.6.0": "4.8", "1.2.0": "4.8" },
  level: 2,
  severity: "medium",
  severityReason: "privilege escalation inside the container",
  rationale: "Such a program lets an ordinary user of the container become root in it.",
  needs: ["image scan: file modes"],
  remediation: (item, reading) => `In the Dockerfile of ${item}: RUN chmod a-s ${reading?.actual ?? "FILES"}`,
  passed: "No image holds such a program.",
  failed: "images hold set-user-id programs",
  assess: (image, { facts, policy }) => {
    const expected = "no file with the set-user-id or set-group-id bit";
    const scan = facts.scanOf(image);
    if (!scan?.setuidFiles)
      return { status: "unknown", readings: [about(image, "image scan: file modes", "not scanned", expected)] };
    const found = scan.setuidFiles.filter((path) => !policy.allowedSetuidFiles.includes(path));
    return {
      status: found.length > 0 ? "unhealthy" : "healthy",
      readings: [about(image, "image scan: file modes", found.join(" ") || "none", expected)],
    };
  },
  examples: {
    healthy: [example()],
    unhealthy: [example({ scan: { setuidFiles: ["usr/bin/su"] } })],
    unknown: [example({ scan: null })],
  },
});
