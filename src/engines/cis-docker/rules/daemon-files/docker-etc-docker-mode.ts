import { notApplicable } from "../../../kit/outcome.ts";
import { defineFileModeRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.6. */
export default defineFileModeRule({
  id: "docker-etc-docker-mode",
  title: "/etc/docker is writable by root only",
  failedTitle: "Other users than root may write to /etc/docker",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.6", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.6", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.6", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.6", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "a writer of this object controls the daemon",
  rationale: "A directory that others may write lets them exchange the files in it.",
  what: "/etc/docker",
  files: ({ files }) => [files.find("/etc/docker") ?? "/etc/docker"],
  absent: "/etc/docker does not exist.",
  before: ({ facts }) =>
    facts.engine.isRootless ? notApplicable("A rootless daemon does not use /etc/docker.") : undefined,
  mask: 0o755,
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ files: [{ path: "/etc/docker", mode: "0727" }] }),
      example({ files: [{ path: "/etc/docker", mode: "0777" }] }),
    ],
    notApplicable: [example({ files: [{ path: "/etc/docker", exists: false, code: "ENOENT" }] })],
    unknown: [example({ files: [{ path: "/etc/docker", exists: false, code: "EACCES" }] })],
  }),
});
