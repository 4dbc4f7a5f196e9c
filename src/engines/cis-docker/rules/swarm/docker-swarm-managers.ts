import { healthy, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineSwarmRule } from "../../define-rule.ts";
import { example, swarmExample } from "../../example.ts";

/** CIS Docker 1.8.0, control 7.1. */
export default defineSwarmRule({
  id: "docker-swarm-managers",
  title: "A swarm has an odd number of managers, up to seven",
  failedTitle: "A swarm has too few, too many or an even number of managers",
  references: [
    { framework: "CIS Docker 1.8.0", control: "7.1", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "7.1", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "7.1", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "7.2", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "quorum and attack surface",
  rationale: "An even number wins nothing, one alone is lost with its host, many slow every decision.",
  needs: ["info.Swarm", "GET /nodes"],
  remediation: (item) =>
    `Change the number of managers of the swarm of ${item}: docker node promote NODE, or docker node demote NODE.`,
  assess: ({ facts }) => {
    const listed = Array.isArray(facts.swarm?.nodes)
      ? facts.swarm.nodes.filter((node) => node.Spec?.Role === "manager").length
      : null;
    const managers = facts.info?.Swarm?.Managers ?? listed;
    const nodes = facts.info?.Swarm?.Nodes ?? (Array.isArray(facts.swarm?.nodes) ? facts.swarm.nodes.length : 1);
    if (managers === null || managers === undefined)
      return unknown("The number of managers", "Give the agent access to a manager's socket.");
    const reading = {
      item: facts.info?.Name ?? "this host",
      path: "Swarm.Managers",
      pointer: "/info/Swarm/Managers",
      actual: `${managers} of ${nodes} nodes`,
      expected: "3, 5 or 7 (1 with fewer than 3 nodes)",
    };
    if (managers === 1 && nodes < 3) return healthy("One manager fits a swarm of this size.", [reading]);
    const isRight = managers % 2 === 1 && managers <= 7 && managers > 1;
    return isRight
      ? healthy(`${managers} managers.`, [reading])
      : unhealthy(`${managers} managers for ${nodes} nodes.`, [reading]);
  },
  examples: () => ({
    healthy: [swarmExample(), swarmExample({ swarmInfo: { Managers: 1, Nodes: 1 } })],
    unhealthy: [
      swarmExample({ swarmInfo: { Managers: 2 } }),
      swarmExample({ swarmInfo: { Managers: 9, Nodes: 20 } }),
      swarmExample({ swarmInfo: { Managers: 1, Nodes: 4 } }),
    ],
    notApplicable: [example(), swarmExample({ swarmInfo: { ControlAvailable: false } })],
  }),
});
