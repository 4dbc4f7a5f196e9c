import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";
import { containerdExecutable } from "../../host-facts.ts";

/** CIS Docker 1.8.0, control 1.1.14. */
export default defineAuditRule({
  id: "docker-audit-containerd",
  title: "Changes of containerd are audited",
  failedTitle: "Changes to containerd are not audited",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.14", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "1.1.14", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "1.1.14", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "1.2.11", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "one of several overlapping watches; detective only",
  rationale: "containerd starts and supervises every container; a replaced executable runs as root.",
  objects: (facts) => [containerdExecutable(facts)],
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ auditRules: [watch("/somewhere/else")] })],
    notApplicable: [example({ files: [{ path: "/usr/bin/containerd", exists: false, code: "ENOENT" }] })],
    unknown: [example({ auditRules: null })],
  }),
});
