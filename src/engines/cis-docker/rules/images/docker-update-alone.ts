import { about, unreadHistory } from "../../about-image.ts";
import { isUpdateAlone } from "../../build-history.ts";
import { defineImageRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 4.7. */
export default defineImageRule({
  id: "docker-update-alone",
  title: "Package lists are not refreshed on their own",
  failedTitle: "An image refreshes package lists on their own",
  references: [
    { framework: "CIS Docker 1.8.0", control: "4.7", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "4.7", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "4.7", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "4.7", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "stale package indexes",
  rationale: "A layer with only an update is cached: later installs use old lists and miss fixes.",
  needs: ["image history"],
  remediation: (item) =>
    `In the Dockerfile of ${item}, put update and install into one RUN: "RUN apt-get update && apt-get install -y …".`,
  passed: "No image refreshes package lists on their own.",
  failed: "images refresh package lists on their own",
  assess: (image) => {
    if (!image.history) return unreadHistory(image, "update and install in one instruction");
    if (image.history.length === 0) return null;
    const alone = image.history.filter((entry) => isUpdateAlone(entry));
    const readings = (alone.length > 0 ? alone : ["no update alone"]).map((entry) =>
      about(image, "history", entry.slice(0, 200), "update and install in one instruction"),
    );
    return { status: alone.length > 0 ? "unhealthy" : "healthy", readings };
  },
  examples: () => ({
    healthy: [
      example(),
      example({ history: ['CMD ["apt-get" "update"]', "/bin/sh -c #(nop) LABEL run=apt-get update"] }),
      example({ history: ["RUN /bin/sh -c ./update.sh # buildkit"] }),
    ],
    unhealthy: [
      example({ history: ["/bin/sh -c apt-get update"] }),
      example({ history: ["/bin/bash -o pipefail -c apt-get update"] }),
      example({ history: ["|1 PROXY=x /bin/sh -ec apt-get -qq update"] }),
      example({ history: ["apt-get update"] }),
      example({ history: ["RUN /bin/sh -c yum -y check-update # buildkit"] }),
    ],
    notApplicable: [example({ history: [] })],
    unknown: [example({ without: ["imagesList"] }), example({ without: ["imagesHistory"] })],
  }),
});
