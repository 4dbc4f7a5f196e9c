import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";

/** CIS Docker 1.8.0, control 1.1.10. */
export default defineAuditRule({
  id: "docker-audit-etc-default-docker",
  title: "Changes of /etc/default/docker are audited",
  failedTitle: "Changes to /etc/default/docker are not audited",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.10", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "1.1.10", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "1.1.10", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "1.2.8", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "one of several overlapping watches; detective only",
  rationale: "On Debian systems this file may add arguments to the daemon.",
  objects: () => [{ path: "/etc/default/docker" }],
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ auditRules: [watch("/somewhere/else")] })],
    notApplicable: [example({ files: [{ path: "/etc/default/docker", exists: false, code: "ENOENT" }] })],
    unknown: [example({ auditRules: null })],
  }),
});
