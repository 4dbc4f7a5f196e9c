import { healthy, unhealthy, unknown } from "../../../kit/outcome.ts";
import { certificateValidity } from "../../certificate-validity.ts";
import { defineSwarmRule } from "../../define-rule.ts";
import { example, swarmExample } from "../../example.ts";

/** CIS Docker 1.8.0, control 7.8. */
export default defineSwarmRule({
  id: "docker-swarm-root-certificate",
  title: "The root certificate of the swarm is rotated",
  failedTitle: "The root certificate of the swarm is due for rotation",
  references: [
    { framework: "CIS Docker 1.8.0", control: "7.8", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "7.8", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "7.8", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "7.9", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "root of trust",
  rationale: "Whoever holds the key of the root can add nodes of their own.",
  needs: ["GET /swarm TLSInfo"],
  remediation: (item) => `Rotate it on ${item}: docker swarm ca --rotate`,
  assess: ({ facts, policy, now }) => {
    const swarm = facts.swarm?.swarm;
    if (!swarm || "error" in swarm)
      return unknown("The configuration of the swarm", "Give the agent access to a manager's socket.");
    const validity = certificateValidity(swarm.TLSInfo?.TrustRoot ?? "");
    if (!validity) return unknown("The root certificate of the swarm", "Give the agent access to a manager's socket.");
    const ageYears = (now.getTime() - validity.from.getTime()) / (365.25 * 86_400_000);
    const leftDays = (validity.to.getTime() - now.getTime()) / 86_400_000;
    const reading = {
      item: facts.info?.Name ?? "this host",
      path: "TLSInfo.TrustRoot",
      pointer: "/swarm/swarm/TLSInfo/TrustRoot",
      actual: `valid ${validity.from.toISOString().slice(0, 10)} to ${validity.to.toISOString().slice(0, 10)}`,
      expected: `younger than ${policy.rootCertificateMaximumYears} years, 180 days left`,
    };
    return ageYears < policy.rootCertificateMaximumYears && leftDays > 180
      ? healthy("The root certificate is recent.", [reading])
      : unhealthy("The root certificate should be rotated.", [reading]);
  },
  examples: () => ({
    unknown: [swarmExample()],
    notApplicable: [example(), swarmExample({ swarmInfo: { ControlAvailable: false } })],
  }),
});
