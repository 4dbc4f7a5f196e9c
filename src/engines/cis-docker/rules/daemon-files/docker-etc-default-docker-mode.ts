import { defineFileModeRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.20. */
export default defineFileModeRule({
  id: "docker-etc-default-docker-mode",
  title: "/etc/default/docker is writable by root only",
  failedTitle: "Other users than root may change /etc/default/docker",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.20", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "3.20", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "3.20", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "3.22", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "defence in depth for a rarely used file",
  rationale: "Others could add arguments that open the daemon.",
  what: "/etc/default/docker",
  files: ({ files }) => [files.find("/etc/default/docker") ?? "/etc/default/docker"],
  absent: "/etc/default/docker does not exist.",
  mask: 0o644,
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ files: [{ path: "/etc/default/docker", mode: "0622" }] }),
      example({ files: [{ path: "/etc/default/docker", mode: "0666" }] }),
    ],
    notApplicable: [example({ files: [{ path: "/etc/default/docker", exists: false, code: "ENOENT" }] })],
    unknown: [example({ files: [{ path: "/etc/default/docker", exists: false, code: "EACCES" }] })],
  }),
});
