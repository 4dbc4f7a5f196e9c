import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";

/** CIS Docker 1.8.0, control 1.1.5. */
export default defineAuditRule({
  id: "docker-audit-data-root",
  title: "Changes of the data root are audited",
  controls: { "1.8.0": "1.1.5", "1.7.0": "1.1.5", "1.6.0": "1.1.5", "1.2.0": "1.2.4" },
  level: 1,
  severity: "low",
  severityReason: "one of several overlapping watches; detective only",
  rationale:
    "The data root holds every image, volume and container. Recording writes and attribute changes is enough and keeps the log readable.",
  objects: ({ info }) => [{ path: info?.DockerRootDir || "/var/lib/docker", isInUse: Boolean(info?.DockerRootDir) }],
  permissions: "wa",
  examples: {
    healthy: [example()],
    unhealthy: [example({ auditRules: [watch("/somewhere/else")] })],
    notApplicable: [example({ files: [{ path: "/var/lib/docker", exists: false, code: "ENOENT" }] })],
    unknown: [example({ auditRules: null })],
  },
});
