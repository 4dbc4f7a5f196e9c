import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";

/** CIS Docker 1.8.0, control 1.1.4. */
export default defineAuditRule({
  id: "docker-audit-run-containerd",
  title: "Changes below /run/containerd are audited",
  failedTitle: "Changes below /run/containerd are not audited",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.4", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "1.1.4", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "1.1.4", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "one of several overlapping watches; detective only",
  rationale:
    "The runtime state of every container lies below this directory; a trace of writes there shows tampering with running containers.",
  objects: () => [{ path: "/run/containerd" }],
  isVolatile: true,
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ auditRules: [watch("/somewhere/else")] })],
    notApplicable: [example({ files: [{ path: "/run/containerd", exists: false, code: "ENOENT" }] })],
    unknown: [example({ auditRules: null })],
  }),
});
