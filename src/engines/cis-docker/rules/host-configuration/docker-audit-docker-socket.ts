import { socketPaths } from "../../daemon-files.ts";
import { defineAuditRule } from "../../define-audit-rule.ts";
import { example, watch } from "../../example.ts";

/** CIS Docker 1.8.0, control 1.1.9. */
export default defineAuditRule({
  id: "docker-audit-docker-socket",
  title: "The Docker socket is audited",
  failedTitle: "The Docker socket is not audited",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.1.9", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "1.1.9", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "1.1.9", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "1.2.7", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "one of several overlapping watches; detective only",
  rationale:
    "Access to this socket equals root on the host. Older versions of the benchmark name the unit docker.socket; a watch on either counts.",
  objects: (facts) => {
    const units = (facts.files.unit("docker.socket") ?? []).map(({ path }) => path);
    return socketPaths(facts).map((path) => ({ path, alsoAccept: units }));
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ auditRules: [watch("/somewhere/else")] }),
      example({ auditRules: [watch("/run/docker.sock.bak")] }),
    ],
    notApplicable: [example({ files: [{ path: "/var/run/docker.sock", exists: false, code: "ENOENT" }] })],
    unknown: [example({ auditRules: null })],
  }),
});
