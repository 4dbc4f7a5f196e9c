import { dockerSockets } from "../../daemon-files.ts";
import { defineFileModeRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.16. */
export default defineFileModeRule({
  id: "docker-socket-mode",
  title: "The Docker socket is closed to other users",
  failedTitle: "Other users may open the Docker socket",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.16", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.16", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.16", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.16", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "whoever reads or writes it controls the daemon",
  rationale: "Read and write access to the socket equals root on the host.",
  what: "the Docker socket",
  files: dockerSockets,
  absent: "The daemon listens on no Unix socket.",
  mask: 0o660,
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ files: [{ path: "/var/run/docker.sock", mode: "0666" }] }),
      example({ files: [{ path: "/var/run/docker.sock", mode: "0662" }] }),
    ],
    notApplicable: [example({ files: [{ path: "/var/run/docker.sock", exists: false, code: "ENOENT" }] })],
    unknown: [example({ files: [{ path: "/var/run/docker.sock", exists: false, code: "EACCES" }] })],
  }),
});
