import { tlsFile } from "../../daemon-files.ts";
import { defineFileOwnershipRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.13. */
export default defineFileOwnershipRule({
  id: "docker-tls-key-owner",
  title: "The TLS server key belongs to root",
  failedTitle: "The TLS server key does not belong to root",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.13", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.13", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.13", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.13", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "a writer of this object controls the daemon",
  rationale: "The private key of the daemon must be out of reach for everybody else.",
  what: "the TLS server key",
  files: (facts) => tlsFile(facts, "tlskey"),
  isDaemons: true,
  absent: "TLS is not configured for the daemon.",
  examples: () => ({
    healthy: [example({ argv: ["--tlsverify", "--tlskey=/etc/docker/tls/key.pem"] })],
    unhealthy: [
      example({
        argv: ["--tlsverify", "--tlskey", "/etc/docker/tls/key.pem"],
        files: [{ path: "/etc/docker/tls/key.pem", uid: 1000 }],
      }),
      example({
        argv: ["--tlsverify", "--tlskey", "/etc/docker/tls/key.pem"],
        files: [{ path: "/etc/docker/tls/key.pem", gid: 100 }],
      }),
    ],
    notApplicable: [example()],
    unknown: [example({ without: ["host"] })],
  }),
});
