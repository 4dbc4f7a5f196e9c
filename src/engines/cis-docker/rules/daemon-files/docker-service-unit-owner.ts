import { notApplicable } from "../../../kit/outcome.ts";
import { daemonUnitFiles } from "../../daemon-files.ts";
import { defineFileOwnershipRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.1. */
export default defineFileOwnershipRule({
  id: "docker-service-unit-owner",
  title: "docker.service belongs to root",
  failedTitle: "docker.service does not belong to root",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.1", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.1", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.1", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.1", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "a writer of this object controls the daemon",
  rationale: "An owner other than root could change how the daemon starts.",
  what: "docker.service",
  files: daemonUnitFiles,
  absent: "The daemon was not started from a systemd unit.",
  before: ({ facts }) =>
    facts.engine.isRootless ? notApplicable("A rootless daemon runs from a unit of its user.") : undefined,
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({
        host: {
          units: {
            "docker.service": [
              {
                path: "/etc/systemd/system/docker.service.d/override.conf",
                exists: true,
                real: "/etc/systemd/system/docker.service.d/override.conf",
                gid: 0,
                mode: "0644",
                uid: 1000,
              },
            ],
          },
        },
      }),
      example({
        host: {
          units: {
            "docker.service": [
              {
                path: "/etc/systemd/system/docker.service.d/override.conf",
                exists: true,
                real: "/etc/systemd/system/docker.service.d/override.conf",
                uid: 0,
                mode: "0644",
                gid: 100,
              },
            ],
          },
        },
      }),
    ],
    notApplicable: [example({ host: { units: {} } })],
    unknown: [example({ without: ["host"] })],
  }),
});
