import { notApplicable } from "../../../kit/outcome.ts";
import { defineFileOwnershipRule } from "../../define-file-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 3.7. */
export default defineFileOwnershipRule({
  id: "docker-registry-certificate-owner",
  title: "Registry certificates belong to root",
  failedTitle: "A registry certificate does not belong to root",
  references: [
    { framework: "CIS Docker 1.8.0", control: "3.7", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "3.7", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "3.7", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "3.7", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "a writer of this object controls the daemon",
  rationale: "Who owns these files can make the daemon trust a false registry.",
  what: "registry certificates",
  files: ({ files }) => files.certificates ?? ["/etc/docker/certs.d"],
  absent: "No registry certificates are installed.",
  before: ({ facts }) =>
    facts.engine.isRootless
      ? notApplicable("Registry certificates of a rootless daemon belong to its user.")
      : undefined,
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({
        host: { certsD: [{ path: "/etc/docker/certs.d/r/ca.crt", exists: true, gid: 0, mode: "0444", uid: 1000 }] },
      }),
      example({
        host: { certsD: [{ path: "/etc/docker/certs.d/r/ca.crt", exists: true, uid: 0, mode: "0444", gid: 100 }] },
      }),
    ],
    notApplicable: [example({ info: { SecurityOptions: ["name=rootless"] } }), example({ host: { certsD: [] } })],
    unknown: [example({ without: ["host"] })],
  }),
});
