import { healthy, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineSwarmRule } from "../../define-rule.ts";
import { example, swarmExample } from "../../example.ts";

/** CIS Docker 1.8.0, control 7.5. */
export default defineSwarmRule({
  id: "docker-swarm-autolock",
  title: "Managers are locked after a restart",
  failedTitle: "Managers start without being unlocked",
  references: [
    { framework: "CIS Docker 1.8.0", control: "7.5", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "7.5", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "7.5", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "7.6", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "raft keys on disk",
  rationale: "The keys of the swarm otherwise lie readable on the disk of every manager.",
  needs: ["GET /swarm"],
  remediation: (item) =>
    `Switch it on at ${item} and keep the key in a safe place: docker swarm update --autolock=true`,
  assess: ({ facts }) => {
    const swarm = facts.swarm?.swarm;
    if (!swarm || "error" in swarm)
      return unknown("The configuration of the swarm", "Give the agent access to a manager's socket.");
    const isOn = swarm.Spec?.EncryptionConfig?.AutoLockManagers === true;
    const reading = {
      item: facts.info?.Name ?? "this host",
      path: "Spec.EncryptionConfig.AutoLockManagers",
      pointer: "/swarm/swarm/Spec/EncryptionConfig/AutoLockManagers",
      actual: `${isOn}`,
      expected: "true",
    };
    return isOn
      ? healthy("Managers need the key after a restart.", [reading])
      : unhealthy("Managers start without a key.", [reading]);
  },
  examples: () => ({
    healthy: [swarmExample()],
    unhealthy: [swarmExample({ spec: { EncryptionConfig: { AutoLockManagers: false } } })],
    notApplicable: [example(), swarmExample({ swarmInfo: { ControlAvailable: false } })],
  }),
});
