import { manual } from "../../../kit/outcome.ts";
import { attested } from "../../attested.ts";
import { defineSwarmRule } from "../../define-rule.ts";
import { example, swarmExample } from "../../example.ts";

/** CIS Docker 1.8.0, control 7.9. */
export default defineSwarmRule({
  id: "docker-swarm-data-path",
  title: "Management and data traffic are separated",
  failedTitle: "Management and data traffic share one network",
  references: [
    { framework: "CIS Docker 1.8.0", control: "7.9", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "7.9", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "7.9", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "7.10", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "segmentation",
  rationale: "On one interface, heavy or hostile data traffic can cut managers off.",
  needs: ["info.Swarm.NodeAddr", "attestation by a person"],
  confirms: "that data traffic uses another interface",
  remediation: (item) =>
    `Create the swarm again on ${item} with --advertise-addr on one interface and --data-path-addr on another.`,
  assess: ({ facts, policy, now }) => {
    const reading = {
      path: "Swarm.NodeAddr",
      pointer: "/info/Swarm/NodeAddr",
      actual: facts.info?.Swarm?.NodeAddr ?? "not set",
      expected: "another interface than the data path",
    };
    return (
      attested(policy, "docker-swarm-data-path", now) ??
      manual("The engine does not tell the data path: confirm that it uses another interface.", [reading])
    );
  },
  examples: () => ({
    manual: [swarmExample()],
    notApplicable: [example(), swarmExample({ swarmInfo: { ControlAvailable: false } })],
  }),
});
