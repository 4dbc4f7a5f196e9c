import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";

/** CIS Docker 1.8.0, control 1.1.5. */
export default defineAuditRule({
  id: "docker-audit-data-root",
  title: "Changes of the data root are audited",
  failedTitle: "Changes to Docker's data root are not audited",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.5", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "1.1.5", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "1.1.5", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "1.2.4", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "one of several overlapping watches; detective only",
  rationale:
    "The data root holds every image, volume and container. Recording writes and attribute changes is enough and keeps the log readable.",
  objects: ({ info }) =>
    info
      ? [{ path: info.DockerRootDir || "/var/lib/docker", isInUse: Boolean(info.DockerRootDir) }]
      : [{ path: "the data root (the engine did not answer)" }],
  permissions: "wa",
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ auditRules: [watch("/somewhere/else")] })],
    notApplicable: [example({ files: [{ path: "/var/lib/docker", exists: false, code: "ENOENT" }] })],
    unknown: [example({ auditRules: null }), example({ without: ["info"] })],
  }),
});
