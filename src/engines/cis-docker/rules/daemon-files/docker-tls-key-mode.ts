import { tlsFile } from "../../daemon-files.ts";
import { defineFileModeRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.14. */
export default defineFileModeRule({
  id: "docker-tls-key-mode",
  title: "The TLS server key is readable by root only",
  failedTitle: "Other users than root may read the TLS server key",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.14", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.14", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.14", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.14", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "whoever reads or writes it controls the daemon",
  rationale: "A key that others can read lets them pose as the daemon.",
  what: "the TLS server key",
  files: (facts) => tlsFile(facts, "tlskey"),
  absent: "TLS is not configured for the daemon.",
  mask: 0o400,
  examples: () => ({
    healthy: [example({ argv: ["--tlsverify", "--tlskey=/etc/docker/tls/key.pem"] })],
    unhealthy: [
      example({
        argv: ["--tlsverify", "--tlskey", "/etc/docker/tls/key.pem"],
        files: [{ path: "/etc/docker/tls/key.pem", mode: "0440" }],
      }),
      example({
        argv: ["--tlsverify", "--tlskey", "/etc/docker/tls/key.pem"],
        files: [{ path: "/etc/docker/tls/key.pem", mode: "0424" }],
      }),
    ],
    notApplicable: [example()],
    unknown: [example({ without: ["host"] })],
  }),
});
