import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";

/** CIS Docker 1.8.0, control 1.1.4. */
export default defineAuditRule({
  id: "docker-audit-run-containerd",
  title: "Changes below /run/containerd are audited",
  controls: { "1.8.0": "1.1.4", "1.7.0": "1.1.4", "1.6.0": "1.1.4", "1.2.0": null },
  level: 1,
  severity: "low",
  severityReason: "one of several overlapping watches; detective only",
  rationale:
    "The runtime state of every container lies below this directory; a trace of writes there shows tampering with running containers.",
  objects: () => [{ path: "/run/containerd" }],
  isVolatile: true,
  examples: {
    healthy: [example()],
    unhealthy: [example({ auditRules: [watch("/somewhere/else")] })],
    notApplicable: [example({ files: [{ path: "/run/containerd", exists: false, code: "ENOENT" }] })],
    unknown: [example({ auditRules: null })],
  },
});
