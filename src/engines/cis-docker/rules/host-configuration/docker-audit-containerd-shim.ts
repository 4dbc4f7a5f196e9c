import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";
import { shimExecutable } from "../../host-facts.ts";

/** CIS Docker 1.8.0, control 1.1.15. */
export default defineAuditRule({
  id: "docker-audit-containerd-shim",
  title: "Changes of containerd-shim are audited",
  failedTitle: "Changes to containerd-shim are not audited",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.15", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "1.1.15", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "1.1.15", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "one of several overlapping watches; detective only",
  rationale: "The shim is the parent of container processes; a replaced one runs as root beside each of them.",
  objects: (facts) => [shimExecutable(facts, "containerd-shim")],
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ auditRules: [watch("/somewhere/else")] })],
    notApplicable: [example({ files: [{ path: "/usr/bin/containerd-shim", exists: false, code: "ENOENT" }] })],
    unknown: [example({ auditRules: null })],
  }),
});
