import { notApplicable } from "../../../kit/outcome.ts";
import { daemonUnitFiles } from "../../daemon-files.ts";
import { defineFileModeRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.2. */
export default defineFileModeRule({
  id: "docker-service-unit-mode",
  title: "docker.service is writable by root only",
  failedTitle: "Other users than root may change docker.service",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.2", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.2", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.2", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.2", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "a writer of this object controls the daemon",
  rationale: "Whoever can write the unit file or a drop-in decides what runs as root at the next start.",
  what: "docker.service",
  files: daemonUnitFiles,
  absent: "The daemon was not started from a systemd unit.",
  before: ({ facts }) =>
    facts.engine.isRootless ? notApplicable("A rootless daemon runs from a unit of its user.") : undefined,
  mask: 0o644,
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
                uid: 0,
                gid: 0,
                mode: "0622",
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
                gid: 0,
                mode: "0666",
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
