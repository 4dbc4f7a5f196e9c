import { defineFileModeRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.21. */
export default defineFileModeRule({
  id: "docker-etc-sysconfig-docker-mode",
  title: "/etc/sysconfig/docker is writable by root only",
  failedTitle: "Other users than root may change /etc/sysconfig/docker",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.21", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "3.21", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "3.21", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "3.21", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "defence in depth for a rarely used file",
  rationale: "On Red Hat systems others could add arguments to the daemon here.",
  what: "/etc/sysconfig/docker",
  files: ({ files }) => [files.find("/etc/sysconfig/docker") ?? "/etc/sysconfig/docker"],
  absent: "/etc/sysconfig/docker does not exist.",
  mask: 0o644,
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ files: [{ path: "/etc/sysconfig/docker", mode: "0622" }] }),
      example({ files: [{ path: "/etc/sysconfig/docker", mode: "0666" }] }),
    ],
    notApplicable: [example({ files: [{ path: "/etc/sysconfig/docker", exists: false, code: "ENOENT" }] })],
    unknown: [example({ files: [{ path: "/etc/sysconfig/docker", exists: false, code: "EACCES" }] })],
  }),
});
