import { tlsFile } from "../../daemon-files.ts";
import { defineFileModeRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.12. */
export default defineFileModeRule({
  id: "docker-tls-certificate-mode",
  title: "The TLS server certificate is read-only",
  failedTitle: "The TLS server certificate can be changed",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.12", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.12", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.12", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.12", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "a writer of this object controls the daemon",
  rationale: "A certificate that can be overwritten breaks the trust of every client.",
  what: "the TLS server certificate",
  files: (facts) => tlsFile(facts, "tlscert"),
  absent: "TLS is not configured for the daemon.",
  mask: 0o444,
  examples: () => ({
    healthy: [example({ argv: ["--tlsverify", "--tlscert=/etc/docker/tls/cert.pem"] })],
    unhealthy: [
      example({
        argv: ["--tlsverify", "--tlscert", "/etc/docker/tls/cert.pem"],
        files: [{ path: "/etc/docker/tls/cert.pem", mode: "0446" }],
      }),
      example({
        argv: ["--tlsverify", "--tlscert", "/etc/docker/tls/cert.pem"],
        files: [{ path: "/etc/docker/tls/cert.pem", mode: "0644" }],
      }),
    ],
    notApplicable: [example()],
    unknown: [example({ without: ["host"] })],
  }),
});
