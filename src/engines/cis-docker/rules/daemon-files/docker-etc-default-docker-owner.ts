import { defineFileOwnershipRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.19. */
export default defineFileOwnershipRule({
  id: "docker-etc-default-docker-owner",
  title: "/etc/default/docker belongs to root",
  failedTitle: "/etc/default/docker does not belong to root",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.19", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "3.19", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "3.19", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "3.19", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "defence in depth for a rarely used file",
  rationale: "The file may add arguments to the daemon.",
  what: "/etc/default/docker",
  files: ({ files }) => [files.find("/etc/default/docker") ?? "/etc/default/docker"],
  absent: "/etc/default/docker does not exist.",
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ files: [{ path: "/etc/default/docker", uid: 1000 }] }),
      example({ files: [{ path: "/etc/default/docker", gid: 100 }] }),
    ],
    notApplicable: [example({ files: [{ path: "/etc/default/docker", exists: false, code: "ENOENT" }] })],
    unknown: [example({ files: [{ path: "/etc/default/docker", exists: false, code: "EACCES" }] })],
  }),
});
