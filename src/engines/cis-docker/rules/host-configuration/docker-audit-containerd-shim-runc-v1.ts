import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";
import { shimExecutable } from "../../host-facts.ts";

/** CIS Docker 1.8.0, control 1.1.16. */
export default defineAuditRule({
  id: "docker-audit-containerd-shim-runc-v1",
  title: "Changes of containerd-shim-runc-v1 are audited",
  failedTitle: "Changes to containerd-shim-runc-v1 are not audited",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.16", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "1.1.16", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "1.1.16", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "one of several overlapping watches; detective only",
  rationale:
    "This shim of the first runtime interface starts containers as root; a replaced one stays unseen without a trace.",
  objects: (facts) => [shimExecutable(facts, "containerd-shim-runc-v1")],
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ auditRules: [watch("/somewhere/else")] })],
    notApplicable: [example({ files: [{ path: "/usr/bin/containerd-shim-runc-v1", exists: false, code: "ENOENT" }] })],
    unknown: [example({ auditRules: null })],
  }),
});
