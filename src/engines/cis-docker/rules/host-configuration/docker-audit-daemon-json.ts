import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";

/** CIS Docker 1.8.0, control 1.1.11. */
export default defineAuditRule({
  id: "docker-audit-daemon-json",
  title: "Changes of the daemon configuration file are audited",
  failedTitle: "Changes to the daemon configuration file are not audited",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.11", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "1.1.11", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "1.1.11", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "1.2.10", level: "Level 2" },
  ],
  severity: "medium",
  severityReason: "loss of the audit trail for the object that controls every container",
  rationale: "Every security option of the daemon can be switched off in this file.",
  objects: ({ daemon }) => [{ path: daemon.configPath }],
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ auditRules: [watch("/somewhere/else")] })],
    notApplicable: [
      example({ configFile: null, files: [{ path: "/etc/docker/daemon.json", exists: false, code: "ENOENT" }] }),
    ],
    unknown: [example({ auditRules: null })],
  }),
});
