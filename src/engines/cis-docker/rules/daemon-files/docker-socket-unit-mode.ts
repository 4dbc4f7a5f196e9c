import { notApplicable } from "../../../kit/outcome.ts";
import { defineFileModeRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.4. */
export default defineFileModeRule({
  id: "docker-socket-unit-mode",
  title: "docker.socket is writable by root only",
  failedTitle: "Other users than root may change docker.socket",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.4", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.4", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.4", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.4", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "a writer of this object controls the daemon",
  rationale: "Whoever can write the socket unit can hand the daemon to every user.",
  what: "docker.socket",
  files: ({ files }) => files.unit("docker.socket") ?? ["the unit files of docker.socket"],
  absent: "This host has no docker.socket unit.",
  before: ({ facts }) =>
    facts.engine.isRootless ? notApplicable("A rootless daemon runs from a unit of its user.") : undefined,
  mask: 0o644,
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({
        host: {
          units: {
            "docker.socket": [
              {
                path: "/etc/systemd/system/docker.socket",
                exists: true,
                real: "/etc/systemd/system/docker.socket",
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
            "docker.socket": [
              {
                path: "/etc/systemd/system/docker.socket",
                exists: true,
                real: "/etc/systemd/system/docker.socket",
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
