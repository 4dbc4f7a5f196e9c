import { tlsFile } from "../../daemon-files.ts";
import { defineFileOwnershipRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.9. */
export default defineFileOwnershipRule({
  id: "docker-tls-ca-owner",
  title: "The TLS CA certificate belongs to root",
  failedTitle: "The TLS CA certificate does not belong to root",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.9", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.9", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.9", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.9", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "a writer of this object controls the daemon",
  rationale: "Whoever replaces this file decides which clients the daemon accepts.",
  what: "the TLS CA certificate",
  files: (facts) => tlsFile(facts, "tlscacert"),
  isDaemons: true,
  absent: "TLS is not configured for the daemon.",
  examples: () => ({
    healthy: [example({ argv: ["--tlsverify", "--tlscacert=/etc/docker/tls/ca.pem"] })],
    unhealthy: [
      example({
        argv: ["--tlsverify", "--tlscacert", "/etc/docker/tls/ca.pem"],
        files: [{ path: "/etc/docker/tls/ca.pem", uid: 1000 }],
      }),
      example({
        argv: ["--tlsverify", "--tlscacert", "/etc/docker/tls/ca.pem"],
        files: [{ path: "/etc/docker/tls/ca.pem", gid: 100 }],
      }),
    ],
    notApplicable: [example()],
    unknown: [example({ without: ["host"] })],
  }),
});
