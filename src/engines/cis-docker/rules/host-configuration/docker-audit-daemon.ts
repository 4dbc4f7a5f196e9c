import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";

/** CIS Docker 1.8.0, control 1.1.3. */
export default defineAuditRule({
  id: "docker-audit-daemon",
  title: "Changes of the Docker daemon are audited",
  failedTitle: "Changes to the Docker daemon are not audited",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.3", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "1.1.3", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "1.1.3", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "1.2.3", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "loss of the audit trail for the object that controls every container",
  rationale:
    "Whoever replaces dockerd owns every container. An audit rule on the executable leaves a trace of the replacement.",
  objects: ({ daemonExecutable }) => [
    daemonExecutable ? { path: daemonExecutable, isInUse: true } : { path: "/usr/bin/dockerd" },
  ],
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ auditRules: [watch("/somewhere/else")] })],
    notApplicable: [example({ files: [{ path: "/usr/bin/dockerd", exists: false, code: "ENOENT" }] })],
    unknown: [example({ auditRules: null })],
  }),
});
