import { notApplicable } from "../../../kit/outcome.ts";
import { defineFileOwnershipRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.3. */
export default defineFileOwnershipRule({
  id: "docker-socket-unit-owner",
  title: "docker.socket belongs to root",
  failedTitle: "docker.socket does not belong to root",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.3", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.3", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.3", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.3", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "a writer of this object controls the daemon",
  rationale: "The socket unit decides who may reach the daemon; another owner could open it.",
  what: "docker.socket",
  files: ({ files }) => files.unit("docker.socket") ?? ["the unit files of docker.socket"],
  absent: "This host has no docker.socket unit.",
  before: ({ facts }) =>
    facts.engine.isRootless ? notApplicable("A rootless daemon runs from a unit of its user.") : undefined,
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
            "docker.socket": [
              {
                path: "/etc/systemd/system/docker.socket",
                exists: true,
                real: "/etc/systemd/system/docker.socket",
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
