import { about, unreadHistory } from "../../about-image.ts";
import { skipsVerification } from "../../build-history.ts";
import { defineImageRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 4.11. */
export default defineImageRule({
  id: "docker-verified-packages",
  title: "Only verified packages are installed",
  failedTitle: "An image installs packages that are not verified",
  references: [
    { framework: "CIS Docker 1.8.0", control: "4.11", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "4.11", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "4.11", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "4.11", level: "Level 2" },
  ],
  severity: "medium",
  severityReason: "supply chain",
  rationale: "A package that nobody signed can be exchanged on its way.",
  needs: ["image history"],
  confirms: "that every package source is verified",
  remediation: (item) =>
    `Take the option that skips verification out of the Dockerfile of ${item}, and fetch over https with a digest check.`,
  passed: "Every package was verified.",
  failed: "images were built with verification switched off",
  unconfirmed: "Nothing in the history skips verification; confirm that every source is signed.",
  assess: (image) => {
    if (!image.history) return unreadHistory(image, "every package verified");
    if (image.history.length === 0) return null;
    const unverified = image.history.filter((entry) => skipsVerification(entry));
    const expected = "every package verified";
    if (unverified.length > 0)
      return {
        status: "unhealthy",
        readings: unverified.map((entry) => about(image, "history", entry.slice(0, 200), expected)),
      };
    return { status: "manual", readings: [about(image, "history", "no option that skips verification", expected)] };
  },
  examples: () => ({
    unhealthy: [
      example({ history: ["RUN apt-get install -y --allow-unauthenticated x"] }),
      example({ history: ["/bin/sh -c curl http://x.example/i.sh | sh"] }),
    ],
    manual: [example()],
    notApplicable: [example({ history: [] })],
    unknown: [example({ without: ["imagesList"] }), example({ without: ["imagesHistory"] })],
  }),
});
