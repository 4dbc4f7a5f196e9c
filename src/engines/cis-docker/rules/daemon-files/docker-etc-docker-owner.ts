import { notApplicable } from "../../../kit/outcome.ts";
import { defineFileOwnershipRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.5. */
export default defineFileOwnershipRule({
  id: "docker-etc-docker-owner",
  title: "/etc/docker belongs to root",
  failedTitle: "/etc/docker does not belong to root",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.5", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.5", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.5", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.5", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "a writer of this object controls the daemon",
  rationale: "Certificates and the daemon configuration lie here; another owner could exchange them.",
  what: "/etc/docker",
  files: ({ files }) => [files.find("/etc/docker") ?? "/etc/docker"],
  absent: "/etc/docker does not exist.",
  before: ({ facts }) =>
    facts.engine.isRootless ? notApplicable("A rootless daemon does not use /etc/docker.") : undefined,
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ files: [{ path: "/etc/docker", uid: 1000 }] }),
      example({ files: [{ path: "/etc/docker", gid: 100 }] }),
    ],
    notApplicable: [example({ files: [{ path: "/etc/docker", exists: false, code: "ENOENT" }] })],
    unknown: [example({ files: [{ path: "/etc/docker", exists: false, code: "EACCES" }] })],
  }),
});
