import { tlsFile } from "../../daemon-files.ts";
import { defineFileOwnershipRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.11. */
export default defineFileOwnershipRule({
  id: "docker-tls-certificate-owner",
  title: "The TLS server certificate belongs to root",
  failedTitle: "The TLS server certificate does not belong to root",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.11", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.11", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.11", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.11", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "a writer of this object controls the daemon",
  rationale: "Another owner could make clients trust a false daemon.",
  what: "the TLS server certificate",
  files: (facts) => tlsFile(facts, "tlscert"),
  isDaemons: true,
  absent: "TLS is not configured for the daemon.",
  examples: () => ({
    healthy: [example({ argv: ["--tlsverify", "--tlscert=/etc/docker/tls/cert.pem"] })],
    unhealthy: [
      example({
        argv: ["--tlsverify", "--tlscert", "/etc/docker/tls/cert.pem"],
        files: [{ path: "/etc/docker/tls/cert.pem", uid: 1000 }],
      }),
      example({
        argv: ["--tlsverify", "--tlscert", "/etc/docker/tls/cert.pem"],
        files: [{ path: "/etc/docker/tls/cert.pem", gid: 100 }],
      }),
    ],
    notApplicable: [example()],
    unknown: [example({ without: ["host"] })],
  }),
});
