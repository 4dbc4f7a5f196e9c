import { daemonUnitFiles } from "../../daemon-files.ts";
import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";

/** CIS Docker 1.8.0, control 1.1.7. */
export default defineAuditRule({
  id: "docker-audit-service-unit",
  title: "Changes of docker.service are audited",
  failedTitle: "Changes to docker.service are not audited",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.7", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "1.1.7", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "1.1.7", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "1.2.6", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "one of several overlapping watches; detective only",
  rationale: "The unit file and its drop-ins decide with which arguments the daemon starts.",
  objects: (facts) => {
    const units = daemonUnitFiles(facts);
    const usual = "/usr/lib/systemd/system/docker.service";
    return units.length === 0 && facts.files.find(usual)
      ? [{ path: usual }]
      : units.map((unit) => ({ path: typeof unit === "string" ? unit : unit.path }));
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ auditRules: [watch("/somewhere/else")] })],
    notApplicable: [example({ host: { units: {} } })],
    unknown: [example({ auditRules: null }), example({ host: { units: null } })],
  }),
});
