import { defineFileOwnershipRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.22. */
export default defineFileOwnershipRule({
  id: "docker-etc-sysconfig-docker-owner",
  title: "/etc/sysconfig/docker belongs to root",
  failedTitle: "/etc/sysconfig/docker does not belong to root",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.22", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "3.22", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "3.22", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "3.20", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "defence in depth for a rarely used file",
  rationale: "On Red Hat systems the file may add arguments to the daemon.",
  what: "/etc/sysconfig/docker",
  files: ({ files }) => [files.find("/etc/sysconfig/docker") ?? "/etc/sysconfig/docker"],
  absent: "/etc/sysconfig/docker does not exist.",
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ files: [{ path: "/etc/sysconfig/docker", uid: 1000 }] }),
      example({ files: [{ path: "/etc/sysconfig/docker", gid: 100 }] }),
    ],
    notApplicable: [example({ files: [{ path: "/etc/sysconfig/docker", exists: false, code: "ENOENT" }] })],
    unknown: [example({ files: [{ path: "/etc/sysconfig/docker", exists: false, code: "EACCES" }] })],
  }),
});
