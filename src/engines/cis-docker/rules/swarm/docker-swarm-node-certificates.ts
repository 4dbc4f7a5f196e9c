import { healthy, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineSwarmRule } from "../../define-rule.ts";
import { example, swarmExample } from "../../example.ts";

/** CIS Docker 1.8.0, control 7.7. */
export default defineSwarmRule({
  id: "docker-swarm-node-certificates",
  title: "Certificates of nodes are short-lived",
  failedTitle: "Certificates of nodes are valid for too long",
  references: [
    { framework: "CIS Docker 1.8.0", control: "7.7", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "7.7", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "7.7", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "7.8", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "long lived node identity",
  rationale: "A stolen certificate of a node works until it expires.",
  needs: ["GET /swarm"],
  remediation: (item) => `Shorten it on ${item}: docker swarm update --cert-expiry 2160h`,
  assess: ({ facts, policy }) => {
    const swarm = facts.swarm?.swarm;
    if (!swarm || "error" in swarm)
      return unknown("The configuration of the swarm", "Give the agent access to a manager's socket.");
    const days = (swarm.Spec?.CAConfig?.NodeCertExpiry ?? 7_776_000_000_000_000) / 86_400e9;
    const reading = {
      item: facts.info?.Name ?? "this host",
      path: "Spec.CAConfig.NodeCertExpiry",
      pointer: "/swarm/swarm/Spec/CAConfig/NodeCertExpiry",
      actual: `${Math.round(days)} days`,
      expected: `at most ${policy.nodeCertificateMaximumDays} days`,
    };
    return days <= policy.nodeCertificateMaximumDays
      ? healthy("Certificates of nodes are renewed often enough.", [reading])
      : unhealthy("Certificates of nodes live too long.", [reading]);
  },
  examples: () => ({
    healthy: [swarmExample()],
    unhealthy: [swarmExample({ spec: { CAConfig: { NodeCertExpiry: 31_536_000_000_000_000 } } })],
    notApplicable: [example(), swarmExample({ swarmInfo: { ControlAvailable: false } })],
  }),
});
