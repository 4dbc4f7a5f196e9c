import { defineFileModeRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.8. */
export default defineFileModeRule({
  id: "docker-registry-certificate-mode",
  title: "Registry certificates are read-only",
  failedTitle: "A registry certificate can be changed",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.8", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.8", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.8", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.8", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "a writer of this object controls the daemon",
  rationale: "A certificate that can be overwritten lets an attacker stand in for the registry.",
  what: "registry certificates",
  files: ({ files }) => files.certificates?.filter((file) => !file.path.endsWith(".key")) ?? ["/etc/docker/certs.d"],
  notes: ({ files }) =>
    (files.certificates ?? []).flatMap(({ path, mode }) =>
      path.endsWith(".key") && (Number.parseInt(mode ?? "0", 8) & 0o377) !== 0
        ? [`${path} has mode ${mode}: a key should be readable by root only (0400).`]
        : [],
    ),
  absent: "No registry certificates are installed.",
  mask: 0o444,
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({
        host: { certsD: [{ path: "/etc/docker/certs.d/r/ca.crt", exists: true, uid: 0, gid: 0, mode: "0446" }] },
      }),
      example({
        host: { certsD: [{ path: "/etc/docker/certs.d/r/ca.crt", exists: true, uid: 0, gid: 0, mode: "0644" }] },
      }),
    ],
    notApplicable: [example({ host: { certsD: [] } })],
    unknown: [example({ without: ["host"] })],
  }),
});
