import { notApplicable } from "../../../kit/outcome.ts";
import { containerdSocket } from "../../daemon-files.ts";
import { defineFileModeRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.24. */
export default defineFileModeRule({
  id: "docker-containerd-socket-mode",
  title: "The containerd socket is closed to other users",
  failedTitle: "Other users may open the containerd socket",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.24", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.24", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.24", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "whoever reads or writes it controls the daemon",
  rationale: "Access to it equals root on the host.",
  what: "the containerd socket",
  files: containerdSocket,
  absent: "No containerd socket exists.",
  before: ({ facts }) =>
    facts.engine.isRootless ? notApplicable("The containerd of a rootless daemon belongs to its user.") : undefined,
  mask: 0o660,
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ files: [{ path: "/run/containerd/containerd.sock", mode: "0666" }] }),
      example({ files: [{ path: "/run/containerd/containerd.sock", mode: "0662" }] }),
    ],
    notApplicable: [example({ files: [{ path: "/run/containerd/containerd.sock", exists: false, code: "ENOENT" }] })],
    unknown: [example({ files: [{ path: "/run/containerd/containerd.sock", exists: false, code: "EACCES" }] })],
  }),
});
