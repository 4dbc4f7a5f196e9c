import { containerdSocket } from "../../daemon-files.ts";
import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";

/** CIS Docker 1.8.0, control 1.1.8. */
export default defineAuditRule({
  id: "docker-audit-containerd-socket",
  title: "The containerd socket is audited",
  failedTitle: "The containerd socket is not audited",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.8", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "1.1.8", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "1.1.8", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "one of several overlapping watches; detective only",
  rationale: "Anyone who reaches this socket controls containers behind the back of the Docker daemon.",
  objects: (facts) => containerdSocket(facts).map((file) => ({ path: typeof file === "string" ? file : file.path })),
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ auditRules: [watch("/somewhere/else")] })],
    notApplicable: [example({ files: [{ path: "/run/containerd/containerd.sock", exists: false, code: "ENOENT" }] })],
    unknown: [example({ auditRules: null })],
  }),
});
