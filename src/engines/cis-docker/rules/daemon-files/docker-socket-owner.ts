import { notApplicable } from "../../../kit/outcome.ts";
import { dockerSockets, socketGroup } from "../../daemon-files.ts";
import { defineFileOwnershipRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.15. */
export default defineFileOwnershipRule({
  id: "docker-socket-owner",
  title: "The Docker socket belongs to root and the docker group",
  failedTitle: "The Docker socket belongs to another user or group",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.15", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.15", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.15", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.15", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "a writer of this object controls the daemon",
  rationale: "Any other owner or group has root on the host through the socket.",
  what: "the Docker socket",
  files: dockerSockets,
  absent: "The daemon listens on no Unix socket.",
  before: ({ facts }) =>
    facts.engine.isRootless ? notApplicable("The socket of a rootless daemon belongs to its user.") : undefined,
  group: socketGroup,
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ files: [{ path: "/var/run/docker.sock", uid: 1000 }] }),
      example({ files: [{ path: "/var/run/docker.sock", gid: 100 }] }),
    ],
    notApplicable: [example({ files: [{ path: "/var/run/docker.sock", exists: false, code: "ENOENT" }] })],
    unknown: [example({ files: [{ path: "/var/run/docker.sock", exists: false, code: "EACCES" }] })],
  }),
});
