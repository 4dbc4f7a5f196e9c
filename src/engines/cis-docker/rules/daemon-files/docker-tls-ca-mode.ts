import { tlsFile } from "../../daemon-files.ts";
import { defineFileModeRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.10. */
export default defineFileModeRule({
  id: "docker-tls-ca-mode",
  title: "The TLS CA certificate is read-only",
  failedTitle: "The TLS CA certificate can be changed",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.10", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.10", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.10", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.10", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "a writer of this object controls the daemon",
  rationale: "A writable CA certificate lets others add an authority of their own.",
  what: "the TLS CA certificate",
  files: (facts) => tlsFile(facts, "tlscacert"),
  absent: "TLS is not configured for the daemon.",
  mask: 0o444,
  examples: () => ({
    healthy: [example({ argv: ["--tlsverify", "--tlscacert=/etc/docker/tls/ca.pem"] })],
    unhealthy: [
      example({
        argv: ["--tlsverify", "--tlscacert", "/etc/docker/tls/ca.pem"],
        files: [{ path: "/etc/docker/tls/ca.pem", mode: "0446" }],
      }),
      example({
        argv: ["--tlsverify", "--tlscacert", "/etc/docker/tls/ca.pem"],
        files: [{ path: "/etc/docker/tls/ca.pem", mode: "0644" }],
      }),
    ],
    notApplicable: [example()],
    unknown: [example({ without: ["host"] })],
  }),
});
