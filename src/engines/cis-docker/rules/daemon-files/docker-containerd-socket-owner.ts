import { notApplicable } from "../../../kit/outcome.ts";
import { containerdSocket } from "../../daemon-files.ts";
import { defineFileOwnershipRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.23. */
export default defineFileOwnershipRule({
  id: "docker-containerd-socket-owner",
  title: "The containerd socket belongs to root",
  failedTitle: "The containerd socket does not belong to root",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.23", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.23", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.23", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "a writer of this object controls the daemon",
  rationale: "The socket controls every container without asking the Docker daemon.",
  what: "the containerd socket",
  files: containerdSocket,
  absent: "No containerd socket exists.",
  before: ({ facts }) =>
    facts.engine.isRootless ? notApplicable("The containerd of a rootless daemon belongs to its user.") : undefined,
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ files: [{ path: "/run/containerd/containerd.sock", uid: 1000 }] }),
      example({ files: [{ path: "/run/containerd/containerd.sock", gid: 100 }] }),
    ],
    notApplicable: [example({ files: [{ path: "/run/containerd/containerd.sock", exists: false, code: "ENOENT" }] })],
    unknown: [example({ files: [{ path: "/run/containerd/containerd.sock", exists: false, code: "EACCES" }] })],
  }),
});
