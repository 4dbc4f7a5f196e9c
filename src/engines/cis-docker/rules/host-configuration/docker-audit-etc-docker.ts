import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";

/** CIS Docker 1.8.0, control 1.1.6. */
export default defineAuditRule({
  id: "docker-audit-etc-docker",
  title: "Changes below /etc/docker are audited",
  failedTitle: "Changes below /etc/docker are not audited",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.6", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "1.1.6", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "1.1.6", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "1.2.5", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "loss of the audit trail for the object that controls every container",
  rationale:
    "Certificates, keys and the daemon configuration lie in this directory; a change there alters what the daemon trusts.",
  objects: () => [{ path: "/etc/docker" }],
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ auditRules: [watch("/somewhere/else")] }),
      example({ auditRules: [watch("/etc/docker/daemon.json")] }),
    ],
    notApplicable: [example({ files: [{ path: "/etc/docker", exists: false, code: "ENOENT" }] })],
    unknown: [example({ auditRules: null })],
  }),
});
