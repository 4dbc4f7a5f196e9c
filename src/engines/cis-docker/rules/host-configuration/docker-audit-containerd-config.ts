import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";

/** CIS Docker 1.8.0, control 1.1.12. */
export default defineAuditRule({
  id: "docker-audit-containerd-config",
  title: "Changes of the containerd configuration are audited",
  failedTitle: "Changes to the containerd configuration are not audited",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.12", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "1.1.12", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "1.1.12", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "one of several overlapping watches; detective only",
  rationale: "This file decides which runtimes and plug-ins containerd starts.",
  objects: () => [{ path: "/etc/containerd/config.toml" }],
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ auditRules: [watch("/somewhere/else")] })],
    notApplicable: [example({ files: [{ path: "/etc/containerd/config.toml", exists: false, code: "ENOENT" }] })],
    unknown: [example({ auditRules: null })],
  }),
});
